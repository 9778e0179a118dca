"""Print the statements that make the tables: ``python -m corner_host.jobs.engines.postgres [SCHEMA]``."""

import sys

from .names import pgqueuer_settings
from .schema import everything

if __name__ == "__main__":
    sys.stdout.write(everything(pgqueuer_settings(sys.argv[1] if len(sys.argv) > 1 else "corner_jobs")))
