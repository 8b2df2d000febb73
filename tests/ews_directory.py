"""What a fake Exchange knows of its user: in the directory, and in Outlook on the web."""

from __future__ import annotations

from collections.abc import Sequence

from tests import ews_xml as say
from tests.ews_xml import MESSAGES, Element, element


def person(request: Element, aliases: Sequence[str]) -> Element:
    """The one person of that address, with all their addresses."""
    address = str(request.findtext(f"{{{MESSAGES}}}UnresolvedEntry"))
    listed = [
        element("t:Entry", text=alias, Key=f"EmailAddress{number}")
        for number, alias in enumerate(aliases, 1)
    ]
    contact = element("t:Contact", element("t:EmailAddresses", *listed))
    found = element("t:Resolution", say.mailbox_of(address, "Rep"), contact)
    numbers = {"TotalItemsInView": "1", "IncludesLastItemInRange": "true"}
    return element("m:ResolutionSet", found, **numbers)


def settings(zone: str) -> Element:
    """The settings of Outlook on the web."""
    root = element("t:DistinguishedFolderId", Id="root")
    entries = [
        element(
            "t:DictionaryEntry",
            _object("t:DictionaryKey", "String", key),
            _object("t:DictionaryValue", kind, value),
        )
        for key, kind, value in (("workdays", "Integer32", "62"), ("timezone", "String", zone))
    ]
    return element(
        "m:UserConfiguration",
        element("t:UserConfigurationName", root, Name="OWA.UserOptions"),
        element("t:Dictionary", *entries),
    )


def _object(tag: str, kind: str, value: str) -> Element:
    return element(tag, element("t:Type", text=kind), element("t:Value", text=value))
