"""The whole ``brickwall report`` process: ``python -m benchmarks.bench_report [MESSAGES ...]``.

Peer of the same run: an interpreter that imports pandas and reads the same rows of the same
database with ``pandas.read_sql`` (nothing derived, judged or shown). Goal at 50,000 messages: at
most 2.5 s for the whole process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.generated import fill
from benchmarks.timing import interleaved

RUNS = 5
PEER = """
import sqlite3, sys, pandas as pd
with sqlite3.connect(sys.argv[1]) as connection:
    for table in ("message", "participant", "mailbox", "intent"):
        pd.read_sql(f"select * from {table}", connection)
"""


def main() -> None:
    """Print seconds, ratio and peak memory for each size."""
    for size in [int(text) for text in sys.argv[1:]] or [50_000, 1_000_000]:
        with tempfile.TemporaryDirectory() as folder:
            measure(size, Path(folder))


def measure(size: int, folder: Path) -> None:
    """One line for one size."""
    fill(folder / "brickwall.db", size)
    environment = {**os.environ, "BRICKWALL_HOME": str(folder)}
    report = [sys.executable, "-m", "brickwall", "report", "--week", "2026-W47", "--json"]
    peer = [sys.executable, "-c", PEER, str(folder / "brickwall.db")]
    runs = RUNS if size <= 100_000 else 3
    medians = interleaved({"report": report, "peer": peer}, runs, environment)
    memory = _peak_megabytes(report, environment)
    ratio = medians["report"] / medians["peer"]
    print(
        f"{size:>9,} messages: report {medians['report']:6.2f} s, "
        f"read_sql alone {medians['peer']:6.2f} s, ratio {ratio:4.2f}, peak {memory:,.0f} MB",
        flush=True,
    )


def _peak_megabytes(command: list[str], environment: dict[str, str]) -> float:
    """Of the largest process so far; not a number where the system keeps no such account."""
    subprocess.run(command, check=True, capture_output=True, env=environment)
    megabytes = float("nan")
    if sys.platform != "win32":
        import resource

        megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return megabytes


if __name__ == "__main__":
    main()
