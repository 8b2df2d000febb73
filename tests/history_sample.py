"""Four weeks of the sample people of ``report_sample``, as analyses of their ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from analyzer.analysis import Analysis
from analyzer.settings import Settings
from reports.model_history import History
from reports.views_history import history
from reports.webmail import Links, nowhere
from reports.week import Week
from tests.analysis_builder import Made
from tests.report_sample import WEEK

SETTINGS: Final = Settings(zone="Europe/Berlin")
WEEKS: Final = tuple(Week.of(WEEK.first_day - timedelta(weeks=n)) for n in (3, 2, 1, 0))


def as_of(made: Made, week: Week, **verdicts: str) -> Analysis:
    """What ``made`` tells up to the end of a week; ``verdicts``: of people (``p1``) then."""
    analysis = made.analysis()
    end = week.end(SETTINGS.zone)
    judged = analysis.verdicts.astype({"verdict": "str"})
    for person, verdict in verdicts.items():
        judged.loc[judged["person"].eq(int(person[1:])), "verdict"] = verdict
    return replace(
        analysis,
        as_of=end,
        signals=analysis.signals[analysis.signals["at"] < end],
        verdicts=judged[judged["verdict"].ne("")],
    )


def weeks_of(make: Callable[[], Made], *then: dict[str, str], links: Links = nowhere) -> History:
    """The history of four weeks; ``then``: verdicts that were others in the first weeks."""
    told = [*then, *[{}] * (len(WEEKS) - len(then))]
    analyses = [as_of(make(), week, **given) for week, given in zip(WEEKS, told, strict=True)]
    return history(analyses, SETTINGS, WEEKS, make().said(), links)
