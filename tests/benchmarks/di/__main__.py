"""Prints how many times the code by hand every contender takes. All contenders of a scenario run interleaved."""

from .building import costs
from .measure import Result, ratios
from .peers import PEERS, Scenarios
from .scenarios import by_hand, ours, provider

LIMITS = {
    "transient graph": (1.2, 1.08),
    "transient leaf": (2.0, 1.7),
    "scope": (2.4, 2.05),
    "async scope": (2.6, 2.15),
    "sequence of ten": (1.25, 1.12),
    "singleton": (1.25, 1.1),
    "async factory": (1.8, 1.4),
}
"""For each scenario: what must be kept, and the goal."""

BUILD_LIMITS = (20.0, 15.0)


def main() -> int:
    """Print the table; returns 1 if a limit is missed."""
    contenders: dict[str, Scenarios] = {"by hand": by_hand(), "corner_host": ours(provider())}
    for name, make in PEERS.items():
        try:
            contenders[name] = make()
        except ImportError:
            print(f"{name} is not installed, so it is left out (uv sync --group bench).")
    print(f"{'':18}" + "".join(f"{name:>22}" for name in contenders) + f"{'must':>8}{'goal':>7}")
    missed = [scenario for scenario in LIMITS if not _row(scenario, contenders)]
    built = costs()
    must, goal = BUILD_LIMITS
    print(f"\nA thousand registrations, each: built in {built.build:.1f} us (must {must:g}, goal {goal:g}),")
    print(
        f"resolved in {built.first:.1f} us the first time, {built.second:.1f} the second, {built.third:.2f} from then on;"
    )
    print(f"memory {built.bytes_built:,.0f} B built, {built.bytes_resolved:,.0f} B resolved and compiled.")
    if built.build > must:
        missed.append("build")
    print(f"\nMissed: {', '.join(missed)}" if missed else "\nAll limits are kept.")
    return 1 if missed else 0


def _row(scenario: str, contenders: dict[str, Scenarios]) -> bool:
    results = ratios({name: known[scenario] for name, known in contenders.items() if scenario in known})
    must, goal = LIMITS[scenario]
    cells = "".join(f"{_cell(results.get(name)):>22}" for name in contenders)
    print(f"{scenario:18}{cells}{must:8.2f}{goal:7.2f}", flush=True)
    return results["corner_host"].ratio <= must


def _cell(result: Result | None) -> str:
    return "-" if result is None else f"{result.ratio:.2f} x ({result.nanoseconds:,.0f} ns)"


if __name__ == "__main__":
    raise SystemExit(main())
