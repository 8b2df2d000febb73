"""Interleaved timing of whole processes: medians, so that a machine's drift cancels out."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence


def process_seconds(command: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """Wall seconds of one run of ``command``; raises when it fails."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - began


def interleaved(
    commands: Mapping[str, Sequence[str]],
    runs: int,
    environment: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Median wall seconds by name, after one warm-up, the commands taking turns."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            taken = process_seconds(command, environment)
            if turn:
                seconds[name].append(taken)
    return {name: statistics.median(values) for name, values in seconds.items()}
