"""All derived facts in one value: what signals, scores and verdicts look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from analyzer.frames import empty

P = ParamSpec("P")
View = TypeVar("View", bound="pd.DataFrame | pd.Series[Any]")


@dataclass(frozen=True)
class Derived:
    """Frames as in ``analyzer.frames``; ``words``: message, intent, words of decided labels.

    ``views``: what ``remembered`` has computed of them.
    """

    people: pd.DataFrame
    mail: pd.DataFrame
    recipients: pd.DataFrame
    words: pd.DataFrame
    contacts: pd.DataFrame
    topics: pd.DataFrame
    episodes: pd.DataFrame
    absences: pd.DataFrame
    meetings: pd.DataFrame
    attendees: pd.DataFrame
    changes: pd.DataFrame
    promises: pd.DataFrame = field(default_factory=lambda: empty("promises"))
    calls: pd.DataFrame = field(default_factory=lambda: empty("calls"))
    views: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


def remembered(
    view: Callable[Concatenate[Derived, P], View],
) -> Callable[Concatenate[Derived, P], View]:
    """A view that many ask for: computed once per ``Derived`` and (hashable) arguments.

    Everybody gets a copy of their own, which costs nothing until somebody writes into it.
    """

    @wraps(view)
    def known(derived: Derived, /, *args: P.args, **kwargs: P.kwargs) -> View:
        key = (view, args, *kwargs.items())
        if key not in derived.views:
            derived.views[key] = view(derived, *args, **kwargs)
        found: View = derived.views[key].copy(deep=False)
        return found

    return known
