"""A made-up rep's year with planted truth: for ``brickwall demo``, tests and measurement."""

from ingest.demo.cast import REP
from ingest.demo.files import write
from ingest.demo.truth import Planted, Truth
from ingest.demo.world import World, world

NAME = REP.name
ME = REP.address
ZONE = REP.zone

__all__ = ["ME", "NAME", "ZONE", "Planted", "Truth", "World", "world", "write"]
