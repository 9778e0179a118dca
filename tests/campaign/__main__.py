"""The command: ``python -m tests.campaign --help``."""

import argparse
import sys

import anyio

from .campaign import Plan, run
from .places import PLACES


def main() -> int:
    """Carry out a campaign on each engine that is named; 0 where all kept their promises."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description="Let jobs survive everything.")
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--engine", choices=[*PLACES, "all"], default="all")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long faults are made, on each engine")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    good = True
    for engine in PLACES if given.engine == "all" else [given.engine]:
        report = anyio.run(run, Plan(engine=engine, jobs=given.jobs, seconds=given.seconds, seed=given.seed))
        print(f"{report}\n{'kept its promises' if report.is_good else 'BROKE ITS PROMISES'}\n", flush=True)
        good = good and report.is_good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
