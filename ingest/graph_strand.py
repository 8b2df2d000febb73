"""One of Graph's listings, followed from its first page to what changes afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal, Self

from ingest.graph_json import Json, text
from ingest.source import Batch, Record
from store.model import Failure


class Phase(StrEnum):
    """LISTING: within the first pages. LISTED: all read, not yet said so. FOLLOWING: changes."""

    LISTING = "listing"
    LISTED = "listed"
    FOLLOWING = "following"


@dataclass(slots=True)
class Strand:
    """How far one listing was read; a part of the cursor.

    ``link``: where to ask on. ``relists``: it is listed again, since its link was forgotten.
    ``done``: items read while listing, of about ``size``.
    """

    stream: str
    link: str
    phase: Phase = Phase.LISTING
    relists: bool = False
    done: int = 0
    size: int = 0

    @property
    def all(self) -> int:
        """About how many items there are."""
        return max(self.size, self.done)

    @property
    def mode(self) -> Literal["full", "incremental"]:
        """How what is read now counts."""
        return "incremental" if self.phase is Phase.FOLLOWING else "full"

    def advance(self, page: Json, items: int) -> bool:
        """Go on behind ``page``; whether there is more to read now. Call it once it is read."""
        more = text(page, "@odata.nextLink")
        self.link = more or text(page, "@odata.deltaLink")
        if self.phase is Phase.LISTING:
            self.done += items
            self.phase = Phase.LISTING if more else Phase.LISTED
        return bool(more)

    def begin_again(self, link: str, *, relists: bool) -> None:
        """List everything anew from ``link``."""
        self.link, self.relists = link, relists
        self.phase, self.done = Phase.LISTING, 0

    def end_listing(self) -> None:
        """From now on only changes are read."""
        self.phase, self.relists, self.size = Phase.FOLLOWING, False, self.done

    def dumps(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)

    @classmethod
    def loads(cls, told: Json) -> Self:
        """From ``dumps``; raises ``TypeError``, ``ValueError`` or ``KeyError`` for all else."""
        return cls(**{**told, "phase": Phase(told["phase"])})


@dataclass(slots=True)
class Found:
    """What one page came to; the fields are those of ``ingest.source.Batch``."""

    records: list[Record] = field(default_factory=list)
    tombstones: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    named: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether the page brought nothing to save."""
        return not (self.records or self.tombstones or self.failures or self.left_out or self.named)

    def batch(
        self,
        stream: str,
        *,
        mode: Literal["full", "incremental"] = "incremental",
        relists: bool = False,
    ) -> Batch:
        """As a batch of ``stream``; the cursor and how far it is are put in when it is given."""
        return Batch(
            stream=stream,
            mode=mode,
            complete=False,
            records=tuple(self.records),
            tombstones=tuple(self.tombstones),
            failures=tuple(self.failures),
            left_out=dict(self.left_out),
            cursor="",
            position=0,
            size=0,
            named=tuple(self.named),
            relists=relists,
        )
