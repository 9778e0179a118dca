"""The files for what runs an application are valid, and do what they are commented to do."""

import re
import shutil
import subprocess
from dataclasses import replace
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


def variables(container: Any) -> dict[str, str]:
    """Return the environment of a container of Kubernetes."""
    return {each["name"]: each["value"] for each in container["env"]}


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
    assert found["services"]["orders"]["environment"]["shutdownTimeoutSeconds"] == "30"
    assert found["services"]["orders"]["ports"] == ["8000:8000"]
    assert found["services"]["orders"]["read_only"] is True


def test_kubernetes_adds_the_time_until_no_endpoint_names_it() -> None:
    """Grace is the delay, the host's budget and some; the root file system is read-only; the service finds the port."""
    deployment, service = documents(generated("k8s", APP))
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["terminationGracePeriodSeconds"] == 5 + 30 + 5
    assert variables(container) == {
        "CORNER_ENVIRONMENT": "Production",
        "shutdownDelaySeconds": "5",
        "shutdownTimeoutSeconds": "30",
    }
    assert "lifecycle" not in container
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]
    assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]


def test_kubernetes_leads_nobody_to_a_worker() -> None:
    """So it does not wait for endpoints."""
    (deployment,) = documents(generated("k8s", WORKER))
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["terminationGracePeriodSeconds"] == 30 + 5
    assert "shutdownDelaySeconds" not in variables(container)


def test_kubernetes_asks_a_web_application_at_its_port_but_for_whether_it_lives() -> None:
    """A busy one is not ready, and not dead; a worker without a port is asked by exec alone."""
    probes = {}
    for name, app in (("web", APP), ("worker", WORKER)):
        (container,) = documents(generated("k8s", app))[0]["spec"]["template"]["spec"]["containers"]
        probes[name] = [container[f"{probe}Probe"] for probe in ("startup", "readiness", "liveness")]

    assert [each.get("httpGet") for each in probes["web"]] == [
        {"path": "/health/startup", "port": "http"},
        {"path": "/health", "port": "http"},
        None,
    ]
    assert probes["web"][2]["exec"]["command"] == ["corner-host", "health", "--live"]
    assert [each["exec"]["command"][-1] for each in probes["worker"]] == ["--startup", "--ready", "--live"]


@pytest.mark.parametrize(
    ("program", "settings", "port"),
    [
        ("builder.add_asgi(app)", "{}", 8000),
        ("builder.add_asgi(app)", '{"Server": {"Port": 9001}, /* where */ }', 9001),
        ("builder.add_asgi(app, section='Shop:Api')", '{"Server": {"Port": 1}, "Shop": {"Api": {"Port": 9002}}}', 9002),
        ("builder.add_asgi(app)", '{"Server": {"Port": 0}}', None),
        ("builder.add_asgi(app)", "{ not read", 8000),
        ("builder.add_dashboard()", '{"Server": {"Port": 9003}}', None),
        ("an error of syntax", '{"Server": {"Port": 9003}}', None),
    ],
)
def test_the_port_is_that_of_the_project(here: Shell, program: str, settings: str, port: int | None) -> None:
    """By what its files say, since the application is not loaded; ``--port`` wins."""
    here.write("pyproject.toml", '[project]\nname = "orders"\nversion = "1"\n')
    here.write("src/orders/program.py", f"raise SystemExit('loaded')\n{program}\n")
    here.write("src/orders/appsettings.json", settings)
    (found,) = documents(here.call("generate", "compose").output)
    (told,) = documents(here.call("generate", "compose", "--port", "81").output)

    assert found["services"]["orders"].get("ports", []) == ([f"{port}:{port}"] if port else [])
    assert told["services"]["orders"]["ports"] == ["81:81"]


def test_a_section_of_its_own_is_set_in_the_image() -> None:
    """The variables are those of the section that the server reads."""
    text = generated("docker", replace(APP, section="Shop:Api"))

    assert "    Shop__Api__Host=0.0.0.0 \\\n    Shop__Api__Port=8000 \\\n" in text


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

    for line in (
        "Type=notify",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "Environment=CORNER_ENVIRONMENT=Production shutdownTimeoutSeconds=30",
        "TimeoutStopSec=35",
        "RestartPreventExitStatus=2 78",
        "KillMode=mixed",
    ):
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
