"""When Python's collector of cycles looks at what is made: records and frames hold hardly any."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: Nearly all that a reading process makes are records: it looks once in so many objects.
SELDOM: Final = 50_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let the collector look seldom, and as often as before when this ends."""
    usual = gc.get_threshold()
    gc.set_threshold(SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector away from what is made in here, until the next time.

    Facts and frames are a million objects: to walk them again and again took a tenth of a report.
    """
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
