"""Days that a few words name: "until 12 March", "2026-03-12", "12.03.", "after Q3"."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

_MONTHS: Final = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "mär": 3,
    "apr": 4,
    "may": 5,
    "mai": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "okt": 10,
    "nov": 11,
    "dec": 12,
    "dez": 12,
}
_NAME: Final = "(" + "|".join(_MONTHS) + r")[a-zäöü]*\.?"
_YEAR: Final = r"(?:,?\s+(\d{4}))?"
#: Each with its groups in the order year, month, day.
_FORMS: Final = (
    (r"\b(\d{4})-(\d\d)-(\d\d)\b", (0, 1, 2)),
    (r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})?", (2, 1, 0)),
    (rf"\b(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_NAME}{_YEAR}\b", (2, 1, 0)),
    (rf"\b{_NAME}\s+(\d{{1,2}})(?:st|nd|rd|th)?\b{_YEAR}", (2, 0, 1)),
)
_QUARTER: Final = r"(?i)\b(?:after|nach|end of|ende)\s+q([1-4])\b(?:\s+(\d{4}))?"
_LONG_AGO_DAYS: Final = 60


def named_day(text: pd.Series[str], at: pd.Series[Any]) -> pd.Series[Any]:
    """Midnight (UTC) that begins the day named first in each text, ``NaT`` for none.

    Without a year the next such day is meant, counted from two months before ``at``; "after Q3"
    is the day that begins the next quarter.
    """
    begun = at.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    result = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    lower = text.str.lower()
    for pattern, order in _FORMS:
        found = lower.str.extract(pattern)
        year, month, day = (found[column] for column in order)
        result = result.where(result.notna(), _dates(year, _month(month), day, begun))
    quarter = lower.str.extract(_QUARTER)
    after = quarter[0].astype("float64") * 3 + 1
    first = pd.Series("1", index=text.index)
    later = pd.to_numeric(quarter[1]).astype("float64") + (after > 12)
    month = after.where(~(after > 12), 1)
    result = result.where(result.notna(), _dates(later, month, first, begun))
    return pd.Series(result.dt.tz_localize("UTC"))


def _month(month: pd.Series[Any]) -> pd.Series[Any]:
    numbered = pd.to_numeric(month, errors="coerce").astype("float64")
    return numbered.where(numbered.notna(), month.map(_MONTHS).astype("float64"))


def _dates(
    year: pd.Series[Any], month: pd.Series[Any], day: pd.Series[Any], at: pd.Series[Any]
) -> pd.Series[Any]:
    told, number = pd.to_numeric(year).astype("float64"), pd.to_numeric(day).astype("float64")
    here = _made(told.where(told.notna(), at.dt.year), month, number)
    passed = told.isna() & (here < at - pd.Timedelta(days=_LONG_AGO_DAYS))
    return here.where(~passed, _made(at.dt.year + 1.0, month, number))


def _made(year: pd.Series[Any], month: pd.Series[Any], day: pd.Series[Any]) -> pd.Series[Any]:
    """Dates, ``NaT`` where there is no such day (or it is missing)."""
    known = (year.between(1970, 2200) & month.between(1, 12) & day.between(1, 31)).to_numpy()
    months = ((year - 1970) * 12 + month - 1)[known].astype("int64").to_numpy()
    begin = months.astype("datetime64[M]").astype("datetime64[D]")
    made = begin + day[known].astype("int64").to_numpy() - 1
    real = made.astype("datetime64[M]") == begin.astype("datetime64[M]")
    result = pd.Series(pd.NaT, index=year.index, dtype="datetime64[us]")
    result[known] = np.where(real, made, np.datetime64("NaT")).astype("datetime64[us]")
    return result
