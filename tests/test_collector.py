"""When the collector of cycles looks at what is made."""

from __future__ import annotations

import gc
import weakref

import pytest

from store.collector import SELDOM, seldom_collected, uncollected


class Ring:
    """Something that only the collector of cycles can free."""

    def __init__(self) -> None:
        self.itself = self


def test_the_collector_rests_during_an_analysis_and_works_after_it() -> None:
    """Also after one that failed."""
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="failed"), uncollected():
        raise ValueError("failed")
    assert gc.isenabled()


def test_a_second_analysis_gives_back_what_the_first_left() -> None:
    """Whoever analyses many times in one process does not grow with each."""
    with uncollected():
        left = weakref.ref(Ring())
    gc.collect()
    assert left() is not None
    with uncollected():
        assert left() is None


def test_while_mail_is_read_the_collector_looks_seldom() -> None:
    """And as often as before afterwards."""
    usual = gc.get_threshold()
    with seldom_collected():
        assert gc.get_threshold()[0] == SELDOM > usual[0]
    assert gc.get_threshold() == usual
