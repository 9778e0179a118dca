"""Runs the README's smallest program with this Python, in an empty folder, until it has said something; then stops it.

Standard library only: CI runs it where nothing but the wheel is installed.
"""

import re
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
SECONDS = 60.0


def main() -> int:
    """Return 0 if the program greets and stops cleanly on SIGTERM."""
    first_block = re.search(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert first_block is not None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "smallest.py"
        file.write_text(first_block[1], encoding="utf-8")
        command = [sys.executable, "-u", str(file)]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            guard = threading.Timer(SECONDS, process.kill)
            guard.start()
            said = ""
            for line in process.stdout:
                said += line
                if "Good morning" in line:
                    process.send_signal(signal.SIGTERM)
                    break
            said += process.stdout.read()
            status = process.wait()
            guard.cancel()
    print(said)
    return 0 if status == 0 and "Good morning" in said else 1


if __name__ == "__main__":
    sys.exit(main())
