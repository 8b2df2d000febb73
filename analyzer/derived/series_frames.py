"""Series as frames: what was told of single dates goes in, expanded dates and changes come out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pandas as pd

from analyzer.derived import series
from store.facts import TIME


def exceptions(single: pd.DataFrame) -> dict[str, series.Exceptions]:
    """Per series what was told of single dates of it."""
    own = single[single["recurrence_at"].notna().to_numpy() & single["state"].to_numpy()]
    own = own.sort_values(["at", "sequence", "start", "event"], kind="stable")
    start = own["start"].fillna(own["recurrence_at"]).where(~own["cancelled"])
    times = (own["recurrence_at"], own["at"], start)
    found: dict[str, dict[datetime, list[series.Own]]] = {}
    for uid, (date, at, to) in zip(
        own["uid"], zip(*map(_moments, times), strict=True), strict=True
    ):
        if date is not None and at is not None:
            found.setdefault(str(uid), {}).setdefault(date, []).append(series.Own(at, to))
    return dict(found)


def _moments(times: pd.Series[pd.Timestamp]) -> list[datetime | None]:
    return [at.to_pydatetime() if at == at else None for at in times]


def _times(values: Iterable[datetime | None]) -> pd.Series[pd.Timestamp]:
    return pd.Series(pd.to_datetime(pd.Series(list(values), dtype=object), utc=True)).astype(TIME)


def dates(found: list[series.Date], masters: pd.DataFrame) -> pd.DataFrame:
    """Expanded dates as rows of the occurrence table, with ``gone_at``."""
    frame = pd.DataFrame(
        {
            "uid": pd.Series([one.uid for one in found], dtype="str"),
            "recurrence_at": _times(one.recurrence_at for one in found),
            "original_start": _times(one.original for one in found),
            "end": _times(one.end for one in found),
            "event": pd.Series([one.event for one in found], dtype="int64"),
            "gone_at": _times(one.gone_at for one in found),
            "moved_away": pd.Series([one.moved_away for one in found], dtype="bool"),
        }
    )
    columns = ["event", "all_day", "summary", "organizer_person"]
    told = masters[columns].drop_duplicates("event")
    first = masters.groupby("uid")["at"].min().rename("first_known_at")
    frame = frame.merge(told, on="event", how="left").join(first, on="uid")
    return frame.assign(start=frame["recurrence_at"], cancelled=frame["gone_at"].notna())


def changes(changed: list[series.Change]) -> pd.DataFrame:
    """Changes of whole series, a row per date: uid, recurrence_at, event, at, old, new, timed."""
    return pd.DataFrame(
        {
            "uid": pd.Series([one.uid for one in changed], dtype="str"),
            "recurrence_at": _times(one.recurrence_at for one in changed),
            "event": pd.Series([one.event for one in changed], dtype="int64"),
            "at": _times(one.at for one in changed),
            "old": _times(one.old for one in changed),
            "new": _times(one.new for one in changed),
            "timed": pd.Series([one.timed for one in changed], dtype="bool"),
        }
    )


def to_series(answers: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """Answers to a whole series, once for each date that was still to come."""
    both = answers.drop(columns="recurrence_at").merge(dates[["uid", "recurrence_at"]], on="uid")
    return both[(both["recurrence_at"] > both["at"]).to_numpy()]
