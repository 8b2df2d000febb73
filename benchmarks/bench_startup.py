"""Start-up of the command line against a bare interpreter: ``python -m benchmarks.bench_startup``.

Goal: ``--help``, ``--version`` and ``daemon status`` at most 6 times a bare interpreter, without
pandas.
"""

from __future__ import annotations

import sys

from benchmarks.timing import interleaved, process_seconds

RUNS = 15
HEAVY = (
    *("pandas", "numpy", "sqlalchemy", "alembic", "jinja2", "holidays", "icalendar", "rich"),
    *("requests", "googleapiclient", "msal", "exchangelib", "imapclient", "keyring"),
    *("cryptography", "apscheduler"),
)


def main() -> None:
    """Print the ratios and the heavy modules that ``--help`` pulled in (none, one hopes)."""
    run = "from brickwall.cli import run; run(['{}'])"
    commands = {
        "bare interpreter": [sys.executable, "-c", "pass"],
        "brickwall --help": [sys.executable, "-c", run.format("--help")],
        "brickwall --version": [sys.executable, "-c", run.format("--version")],
        "daemon status": [sys.executable, "-c", run.format("daemon', 'status")],
    }
    medians = interleaved(commands, RUNS)
    bare = medians["bare interpreter"]
    for name, seconds in medians.items():
        print(f"{name:22} {seconds * 1000:7.1f} ms  {seconds / bare:5.2f} x bare")
    check = f"{run.format('--help')}; import sys; sys.exit(any(m in sys.modules for m in {HEAVY}))"
    process_seconds([sys.executable, "-c", check])
    print("heavy modules imported by --help: none")


if __name__ == "__main__":
    main()
