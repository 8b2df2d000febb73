"""How often the collector of cycles looks at what a reading process makes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: Nearly all that is made are records, which hold no cycles: it looks once in so many objects.
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
