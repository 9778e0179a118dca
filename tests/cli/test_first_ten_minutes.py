"""From nothing to a checked worker, with the built wheel and nothing else: what is printed is what was promised."""

import json
import platform
import re
from pathlib import Path

import pytest

from .programs import BROKEN, SETTINGS
from .promised import PRODUCTION
from .shell import Shell

pytestmark = pytest.mark.once
TEMPLATES = ["worker", "web", "jobs", "minimal"]


def test_a_new_project_is_announced_file_by_file(shell: Shell) -> None:
    """Minute 0: one command, offline, no question; every file and the next three commands are named."""
    answer = shell.type("corner-host", "new", "worker", "orders")

    assert answer.error == ""
    assert (
        answer.output
        == """\
Created orders/ (worker template, 9 files)

  orders/
  ├── pyproject.toml
  ├── README.md
  ├── src/orders/__main__.py          entry point: python -m orders
  ├── src/orders/program.py           the builder: services, options, queue
  ├── src/orders/worker.py            your first background service
  ├── src/orders/appsettings.json
  ├── src/orders/appsettings.Development.json
  ├── appsettings.schema.json         editor completion for the two files above
  └── tests/test_worker.py

Next:
  cd orders
  uv sync
  uv run corner-host dev
"""
    )


@pytest.mark.parametrize(
    ("template", "language"), [*((template, "en") for template in TEMPLATES), ("worker", "es")], ids=str
)
def test_a_new_project_is_valid_and_its_tests_pass(shell: Shell, template: str, language: str) -> None:
    """The first thing a user does with a new project works, in both languages."""
    shell.type("corner-host", "new", template, "orders", "--lang", language)
    shell.folder = shell.folder / "orders"
    tests = shell.type("python", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    check = shell.type("corner-host", "check", "--strict")

    assert tests.status == 0, tests.output
    assert check.status == 0, check.error
    assert check.output.startswith("ok: ")


@pytest.mark.parametrize("template", TEMPLATES[:3])
def test_the_schema_of_a_template_has_the_sections_of_its_options(here: Shell, template: str) -> None:
    """What the editor completes is what the program reads: the same sections, and the project's own options to the letter."""
    here.call("new", template, "orders")
    here.folder = here.folder / "orders"
    answer = here.call("-q", "config", "schema")

    packaged, actual = (
        json.loads((here.folder / "appsettings.schema.json").read_text("utf-8")),
        json.loads(answer.output),
    )
    assert packaged["properties"].keys() == actual["properties"].keys()
    own = {"WorkerOptions", "GreetingOptions"} & actual["$defs"].keys()
    assert own
    assert {name: packaged["$defs"][name] for name in own} == {name: actual["$defs"][name] for name in own}


def test_a_name_with_a_hyphen_becomes_a_package_with_an_underscore(here: Shell) -> None:
    """As Python people name things."""
    told = here.call("new", "worker", "my-orders")
    here.folder = here.folder / "my-orders"
    answer = here.call("check", "--strict")

    assert "  ├── src/my_orders/__main__.py" in told.output
    assert "python -m my_orders" in told.output
    assert answer.status == 0
    assert answer.error == "my_orders.program:create_builder (found by pyproject.toml)\n"


def test_a_spanish_project_speaks_spanish(here: Shell) -> None:
    """--lang es translates the README and the comments, and nothing a program reads."""
    here.call("new", "worker", "pedidos", "--lang", "es")
    here.call("new", "worker", "orders")

    assert "Un servicio sobre `corner_host`" in (here.folder / "pedidos/README.md").read_text("utf-8")
    program = (here.folder / "pedidos/src/pedidos/program.py").read_text("utf-8")
    assert "Devuelve el constructor" in program
    assert _code(program) == _code((here.folder / "orders/src/orders/program.py").read_text("utf-8"))


def _code(text: str) -> list[str]:
    """Return what is neither comment nor documentation."""
    lines = (line.partition("#")[0].rstrip() for line in text.splitlines())
    return [line for line in lines if line and '"""' not in line]


def test_mistakes_in_the_wiring_and_in_settings_come_all_at_once(shell: Shell) -> None:
    """Minute 5: each mistake with the place and the remedy, no traceback of ours, and a status that tells which kind."""
    shell.write("program.py", BROKEN)
    shell.write("appsettings.json", SETTINGS)
    answer = shell.type("corner-host", "check", "-q")

    assert answer.status == 78
    assert (
        answer.error
        == """\
error: the service graph is not valid (2 problems)

  1. Worker needs OrderClient, which is not registered
       Worker                       (hosted service, program.py:38)
       └─ client: OrderClient       ← no registration
     Did you mean: builder.services.add_singleton(OrderClient)
     Near matches: OrderService (singleton)

  2. CacheCleanupService (singleton) takes DbSession (scoped)
       A scoped service cannot live in a singleton. Inject ServiceScopeFactory and open a scope per run:
         async with self.scopes.create_scope() as scope: session = scope.service_provider.get_required_service(DbSession)

error: configuration is not valid (1 problem)

  Queue:Capacity        "lots" is not a whole number        appsettings.json:7, column 17
"""
    )


def test_a_missing_secret_is_asked_for_with_the_command_that_sets_it(shell: Shell) -> None:
    """Minute 5, in the settings: what is not set says how to set it; with only wiring wrong the status is 3."""
    shell.write("program.py", BROKEN)
    settings = shell.type("corner-host", "check", "-q", "--set", "Queue:Capacity=5")
    wiring = shell.type("corner-host", "check", "-q", "--set", "Queue:Capacity=5", "--set", "Payment:ApiKey=x")

    assert (settings.status, wiring.status) == (78, 3)
    assert (
        """\
  Payment:ApiKey        required, not set        set it with: corner-host secrets set Payment:ApiKey
                                                 or the variable Payment__ApiKey
"""
        in settings.error
    )


def test_settings_that_are_read_early_and_late_are_told_together(here: Shell) -> None:
    """What keeps the host from being built does not hide what would keep it from starting; nothing is told twice."""
    here.call("new", "worker", "orders")
    here.folder = here.folder / "orders"
    wrong = {"BackgroundJobs__Queue__Capacity": "lots", "Worker__IntervalSeconds": "0"}
    answer = here.call("check", "-q", **wrong)

    assert answer.status == 78
    assert (
        answer.error
        == """\
error: configuration is not valid (2 problems)

  BackgroundJobs:Queue:Capacity        "lots" is not a whole number        environment BackgroundJobs__Queue__Capacity
  Worker:IntervalSeconds               "0" must be greater than 0          environment Worker__IntervalSeconds
"""
    )


@pytest.mark.parametrize("command", ["run", "dev"])
def test_a_host_with_mistakes_does_not_start_and_says_the_same(shell: Shell, command: str) -> None:
    """run and dev tell a mistake as check does, end with its status, and show no frame of ours."""
    shell.write("program.py", BROKEN)
    shell.write("appsettings.json", SETTINGS)
    answer = shell.type("corner-host", command)

    assert answer.status in {3, 78}
    assert "error: the service graph is not valid" in answer.error or '"lots" is not a whole number' in answer.error
    assert "Traceback" not in answer.error


def test_production_logs_one_json_object_a_line(shell: Shell) -> None:
    """Minute 10: in a pipe every line is JSON; that it has started is the line that was promised."""
    shell.type("corner-host", "new", "worker", "orders")
    shell.folder = shell.folder / "orders"
    shell.write("src/orders-0.1.0.dist-info/METADATA", "Name: orders\nVersion: 0.1.0\n")  # as if it were installed
    with shell.begin("corner-host", "run", "-q") as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Application started" in line:
                process.terminate()

    assert process.returncode == 0
    assert all(json.loads(line) for line in lines)
    started = next(line for line in lines if "Application started" in line)
    changing = r'(?<="timestamp":")[^"]+|(?<=started in )[\d.]+(?= s)|(?<="host":")[^"]+'
    assert re.sub(changing, "-", started) == re.sub(changing, "-", PRODUCTION) + "\n"
    assert json.loads(started)["host"] == platform.node()


def test_nothing_is_overwritten_without_being_told_to(here: Shell) -> None:
    """A second new in the same place changes no file; --force does."""
    here.call("new", "minimal", "orders")
    program = here.write("orders/program.py", "# mine\n")
    refused = here.call("new", "minimal", "orders")
    kept = program.read_text("utf-8")
    forced = here.call("new", "minimal", "orders", "--force")

    assert (refused.status, kept) == (2, "# mine\n")
    assert "  program.py" in refused.error
    assert forced.status == 0
    assert program.read_text("utf-8") != kept


def test_templates_need_no_network_and_no_tool_takes_them_for_code() -> None:
    """Templates are packaged files; none is named as a module or a test would be."""
    folder = Path(__file__).parents[2] / "corner_host" / "cli" / "templates"

    assert all(each.suffix == ".tmpl" for each in folder.rglob("*") if each.is_file())
