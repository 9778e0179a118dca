"""The files for what runs an application are valid, and do what they are commented to do."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from corner_host.cli.generating import KINDS, Deployment, generated

from .programs import SHOP
from .shell import Shell

APP = Deployment(
    name="orders", target="orders.program:create_builder", python="3.13", budget=30, port=8000, folder="/opt/orders"
)
WORKER = Deployment(
    name="orders", target="orders.program:create_builder", python="3.13", budget=30, port=None, folder="/opt/orders"
)


def documents(text: str) -> list[Any]:
    """Return the documents of a YAML text."""
    return list(YAML(typ="safe").load_all(text))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("app", [APP, WORKER], ids=["with a port", "without"])
def test_nothing_is_left_to_fill_in(kind: str, app: Deployment) -> None:
    """Every placeholder has its value, and who has no port is shown none."""
    text = generated(kind, app)

    assert "@@" not in text
    assert "port>" not in text
    assert ("8000" in text) == (app.port is not None and kind in {"docker", "compose", "k8s"})


def test_docker_runs_python_as_process_one_and_not_as_root() -> None:
    """The exec form, since a shell swallows SIGTERM; a numeric user; a health check without curl."""
    text = generated("docker", APP)

    assert re.search(r'^CMD \["corner-host", "run", "orders.program:create_builder"\]$', text, re.MULTILINE)
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    assert 'CMD ["corner-host", "health", "--live"]' in text
    assert "PYTHONUNBUFFERED=1" in text


def test_compose_waits_longer_than_the_host_takes_to_stop() -> None:
    """Ten seconds, the default, would kill it."""
    (found,) = documents(generated("compose", APP))

    assert found["services"]["orders"]["stop_grace_period"] == "35s"
    assert found["services"]["orders"]["ports"] == ["8000:8000"]
    assert found["services"]["orders"]["read_only"] is True


def test_kubernetes_adds_the_time_until_no_endpoint_names_it() -> None:
    """Grace is the delay, the host's budget and some; three probes ask by exec; the root file system is read-only."""
    deployment, service = documents(generated("k8s", APP))
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["terminationGracePeriodSeconds"] == 5 + 30 + 5
    assert container["lifecycle"]["preStop"]["sleep"]["seconds"] == 5
    assert [container[f"{probe}Probe"]["exec"]["command"][-1] for probe in ("startup", "readiness", "liveness")] == [
        "--startup",
        "--ready",
        "--live",
    ]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]
    assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]
    assert len(documents(generated("k8s", WORKER))) == 1


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """systemd itself finds nothing to complain about."""
    unit = tmp_path / "orders.service"
    text = generated("systemd", APP).replace("/opt/orders/.venv/bin/corner-host", "/usr/bin/env")
    unit.write_text(text.replace("WorkingDirectory=/opt/orders", "WorkingDirectory=/tmp"), "utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False, timeout=60
    )

    assert (verified.returncode, verified.stderr) == (0, "")


def test_systemd_does_not_restart_what_no_restart_mends() -> None:
    """Type=notify, one second more than the budget is not enough, and status 78 ends it."""
    text = generated("systemd", APP)

    for line in ("Type=notify", "TimeoutStopSec=35", "RestartPreventExitStatus=2 78", "KillMode=mixed"):
        assert f"\n{line}\n" in text


def test_the_command_takes_name_and_target_from_the_project(here: Shell) -> None:
    """It prints, or writes a file that is not there yet; the application is not loaded."""
    here.write("pyproject.toml", '[project]\nname = "My_Orders"\nversion = "1"\n')
    here.write("program.py", "raise SystemExit('loaded')\n" + SHOP)
    printed = here.call("generate", "compose")
    written = here.call("generate", "docker", "-o", "Dockerfile")
    refused = here.call("generate", "docker", "-o", "Dockerfile")

    assert "\n  my-orders:\n" in printed.output
    assert written.output == "Written to Dockerfile\n"
    assert '"program:create_builder"' in (here.folder / "Dockerfile").read_text("utf-8")
    assert (refused.status, "is there already" in refused.error) == (2, True)
