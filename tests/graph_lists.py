"""Graph's lists without a delta, and what ``$select`` leaves of an item."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from tests.graph_csdl import csdl
from tests.graph_deltas import VERSION, RefusedError
from tests.graph_mailbox import Mailbox
from tests.graph_values import Json


def calendars(mailbox: Mailbox, base: str, page: int, options: Mapping[str, str]) -> Json:
    """A page of all calendars: ten of them unless ``$top`` says otherwise, ``page`` at most."""
    most, first = min(int(options.get("$top", 10)), page), int(options.get("$skip", 0))
    names = list(mailbox.calendars)[first:]
    told = [selected(mailbox.calendars[name], options, "calendar") for name in names[:most]]
    found: Json = {"@odata.context": "#Collection(calendar)", "value": told}
    if names[most:]:
        asked = {**options, "$skip": str(first + most)}
        query = urlencode({name: one for name, one in asked.items() if name != "page"})
        found["@odata.nextLink"] = f"{base}{VERSION}/me/calendars?{query}"
    return found


def selected(told: Json, options: Mapping[str, str], kind: str) -> Json:
    """Only what ``$select`` names; a name that the kind has not is refused, as Graph does."""
    context = {"@odata.context": f"#{kind}"}
    select = options.get("$select")
    if select is None:
        return {**context, **told}
    names = select.split(",")
    known = csdl()
    if known is not None and (wrong := set(names) - set(known.properties(kind))):
        raise RefusedError(400, "BadRequest", f"Could not find a property named {sorted(wrong)[0]}")
    kept = {"id", "@odata.type", *names}
    return {**context, **{name: value for name, value in told.items() if name in kept}}
