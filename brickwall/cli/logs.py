"""What libraries log is for nobody but whoever asks for details, and even then without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from brickwall.redact import redact


class _Redacting(logging.Formatter):
    """Takes secrets out of every line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        return redact(super().format(record))


@contextmanager
def handled(*, debug: bool) -> Iterator[None]:
    """Show what is logged from now on when ``debug``, on standard error; else show nothing."""
    root = logging.getLogger()
    handler = logging.StreamHandler(sys.stderr) if debug else logging.NullHandler()
    handler.setLevel(logging.INFO)
    handler.setFormatter(_Redacting("%(name)s: %(message)s"))
    before = root.level
    root.addHandler(handler)
    if debug:
        root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
