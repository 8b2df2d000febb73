"""Graph's own description of its data (CSDL of msgraph-metadata), to check answers with."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from defusedxml import ElementTree

METADATA: Final = (
    Path(__file__).resolve().parents[2] / "shared" / "schemas" / "graph" / "metadata-v1.0.xml.gz"
)
_EDM: Final = "{http://docs.oasis-open.org/odata/ns/edm}"
_NAMESPACE: Final = "microsoft.graph."
_DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_PRIMITIVES: Final[dict[str, type | tuple[type, ...]]] = {
    "Edm.Boolean": bool,
    "Edm.Int32": int,
    "Edm.Int64": int,
    "Edm.Double": (int, float),
}


class Kind(NamedTuple):
    """An entity or complex type: its base, and its properties by name with their types."""

    base: str
    properties: dict[str, str]


class Csdl(NamedTuple):
    """All types and enumerations by name without namespace."""

    kinds: dict[str, Kind]
    enumerations: dict[str, set[str]]

    def properties(self, kind: str) -> dict[str, str]:
        """Properties of a type, inherited ones included."""
        told = self.kinds[kind]
        inherited = self.properties(told.base) if told.base else {}
        return inherited | told.properties

    def faults(self, kind: str, value: Any, path: str = "") -> list[str]:
        """Why ``value`` is no ``kind``, each with its place; empty where it is one."""
        kind = kind.removeprefix("graph.").removeprefix(_NAMESPACE)
        if value is None:
            return []
        if kind.startswith("Collection("):
            return self._collection(kind[len("Collection(") : -1], value, path)
        if kind in self.enumerations:
            return [] if value in self.enumerations[kind] else [f"{path}: {value!r} is no {kind}"]
        if kind.startswith("Edm."):
            return [] if _is_primitive(kind, value) else [f"{path}: {value!r} is no {kind}"]
        return self._object(kind, value, path)

    def _collection(self, kind: str, value: Any, path: str) -> list[str]:
        if not isinstance(value, list):
            return [f"{path}: no list"]
        return [
            fault
            for number, one in enumerate(value)
            for fault in self.faults(kind, one, f"{path}[{number}]")
        ]

    def _object(self, kind: str, value: Any, path: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{path}: no {kind}"]
        kind = value.get("@odata.type", kind).lstrip("#").removeprefix(_NAMESPACE)
        if kind not in self.kinds:
            return [f"{path}: no type is called {kind}"]
        properties = self.properties(kind)
        faults = []
        for name, one in value.items():
            if "@" in name:
                continue
            if name not in properties:
                faults.append(f"{path}/{name}: {kind} has no such property")
            else:
                faults += self.faults(properties[name], one, f"{path}/{name}")
        return faults


def _is_primitive(kind: str, value: Any) -> bool:
    if kind == "Edm.DateTimeOffset":
        return isinstance(value, str) and _DATE_TIME.fullmatch(value) is not None
    expected = _PRIMITIVES.get(kind, str)
    return isinstance(value, expected) and (kind == "Edm.Boolean" or not isinstance(value, bool))


@cache
def csdl() -> Csdl | None:
    """The description, ``None`` where it does not lie beside the repository."""
    if not METADATA.exists():
        return None
    kinds: dict[str, Kind] = {}
    enumerations: dict[str, set[str]] = {}
    with gzip.open(METADATA) as file:
        for schema in ElementTree.parse(file).iter(f"{_EDM}Schema"):
            if schema.get("Namespace") != _NAMESPACE.rstrip("."):
                continue
            for one in schema:
                name = str(one.get("Name"))
                if one.tag == f"{_EDM}EnumType":
                    enumerations[name] = {str(m.get("Name")) for m in one.iter(f"{_EDM}Member")}
                elif one.tag in (f"{_EDM}EntityType", f"{_EDM}ComplexType"):
                    kinds[name] = Kind(_bare(one.get("BaseType")), _properties(one))
    return Csdl(kinds, enumerations)


def _bare(name: str | None) -> str:
    return (name or "").removeprefix("graph.").removeprefix(_NAMESPACE)


def _properties(kind: Any) -> dict[str, str]:
    tags = (f"{_EDM}Property", f"{_EDM}NavigationProperty")
    return {str(one.get("Name")): str(one.get("Type")) for one in kind if one.tag in tags}
