"""The daemon's log: one JSON object a line, in files that rotate; nothing of what mail says."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from brickwall.redact import redact

LARGEST_BYTES: Final = 500_000
KEPT: Final = 4
#: Words of errors may be long; more of them helps nobody.
_LONGEST: Final = 300


class _PrivateFile(RotatingFileHandler):
    """A rotating file that only the user can read."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(handle, "a", encoding="utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A disk that is full is told by whoever needs it, not by the log."""


class Journal:
    """Writes events; a full disk keeps no one from working."""

    def __init__(
        self, path: Path, now: Callable[[], datetime], also: Callable[[str], None]
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = _PrivateFile(path, maxBytes=LARGEST_BYTES, backupCount=KEPT, delay=True)
        self._now = now
        self._also = also

    def write(self, event: str, **fields: object) -> None:
        """One event with its fields; empty ones are left out."""
        told = {name: _short(value) for name, value in fields.items() if value not in ("", None)}
        entry = {"at": self._now().isoformat(timespec="seconds"), "event": event, **told}
        line = redact(json.dumps(entry, ensure_ascii=False))
        self._file.handle(logging.makeLogRecord({"msg": line}))
        self._also(line)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def _short(value: object) -> object:
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else value
