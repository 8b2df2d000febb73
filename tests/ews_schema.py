"""Microsoft's schemas of Exchange Web Services, where they lie beside the repository."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]

FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "shared" / "schemas" / "ews"
_ENTRY: Final = "all-messages.xsd"
#: It names itself, which lxml takes for an endless loop.
_ITSELF: Final = '<xs:include schemaLocation="all-messages.xsd"/>'


class _Beside(etree.Resolver):  # type: ignore[misc]
    """Finds every schema in the one folder, whatever place it is named at."""

    def resolve(self, url: str, public_id: str, context: Any) -> Any:
        """The schema of that name."""
        path = FOLDER / url.rpartition("/")[2]
        return self.resolve_string(_text(path), context, base_url=str(path))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace(_ITSELF, "")


@cache
def _schema() -> etree.XMLSchema | None:
    """All messages, ``None`` where the schemas are not here."""
    path = FOLDER / _ENTRY
    if not path.exists():
        return None
    parser = etree.XMLParser()
    parser.resolvers.add(_Beside())
    return etree.XMLSchema(etree.fromstring(_text(path).encode(), parser, base_url=str(path)))


def is_here() -> bool:
    """Whether messages can be checked."""
    return FOLDER.exists()


def problems(message: Any) -> list[str]:
    """What Microsoft's schemas say against a message; nothing where they are not here."""
    schema = _schema()
    if schema is None or schema.validate(_checked(message)):
        return []
    return [f"line {one.line}: {one.message}" for one in schema.error_log]


def _checked(message: Any) -> Any:
    """A message by itself: what stands around it in the envelope has other schemas.

    Of settings the schemas know the inner message alone, which servers wrap like all others.
    """
    alone = etree.fromstring(etree.tostring(message))
    if etree.QName(alone).localname == "GetUserConfigurationResponse":
        [inner] = alone.iterfind("{*}ResponseMessages/*")
        inner.tag = alone.tag
        return etree.fromstring(etree.tostring(inner))
    return alone
