"""Google's discovery documents as a judge: which requests there are, and how answers look.

They come with google-api-python-client; every property that is not in them is an error.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Final, NamedTuple

from jsonschema import Draft202012Validator

APIS: Final = (("gmail", "v1"), ("calendar", "v3"), ("meet", "v2"))
#: The most that a page may be asked for; the documents say it in words only.
LARGEST: Final = {"gmail.users.messages.list": 500, "gmail.users.history.list": 500}
_PATTERNS: Final = {
    "int64": r"^-?\d+$",
    "uint64": r"^\d+$",
    "byte": r"^[A-Za-z0-9_\-]*={0,2}$",
    "date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
    "google-datetime": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$",
}


class Call(NamedTuple):
    """A call of a method. ``id``: as in the document; ``path``: parameters of the path."""

    api: tuple[str, str]
    id: str
    method: Mapping[str, Any]
    path: Mapping[str, str]


@functools.cache
def document(name: str, version: str) -> dict[str, Any]:
    """The document of an interface."""
    folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
    found: dict[str, Any] = json.loads((folder / f"{name}.{version}.json").read_text("utf-8"))
    return found


def call(verb: str, path: str) -> Call:
    """Which method that is. Raises ``LookupError``: Google has none there."""
    for api, method, pattern in _methods():
        found = pattern.fullmatch(path)
        if found and method["httpMethod"] == verb:
            return Call(api, method["id"], method, found.groupdict())
    raise LookupError(f"{verb} {path}")


def complaints(made: Call, query: Mapping[str, str]) -> list[str]:
    """What is wrong with the parameters of a call."""
    common = document(*made.api)["parameters"]
    own = made.method.get("parameters", {})
    found = [f"unknown parameter {name}" for name in query if name not in {*own, *common}]
    for name, told in own.items():
        if told.get("location") == "query" and name in query:
            found += _wrong(name, told, query[name])
    if int(query.get("maxResults", 1)) > LARGEST.get(made.id, 2_500):
        found.append("maxResults is too large")
    return found


def _wrong(name: str, told: Mapping[str, Any], value: str) -> list[str]:
    kinds = {"integer": r"\d+", "boolean": "true|false"}
    if not re.fullmatch(kinds.get(told["type"], r"(?s).*"), value):
        return [f"{name} is no {told['type']}: {value}"]
    allowed = told.get("enum")
    return [f"{name} may not be {value}"] if allowed and value not in allowed else []


def body_complaints(made: Call, body: object) -> list[str]:
    """What is wrong with what is sent in a call."""
    named = made.method.get("request")
    if not named:
        return ["nothing is to be sent"]
    errors = _validator(made.api, named["$ref"]).iter_errors(body)
    return [f"{'/'.join(map(str, error.path))}: {error.message[:150]}" for error in errors]


def answer_complaints(made: Call, answer: object) -> list[str]:
    """What is wrong with the answer to a call."""
    named = made.method.get("response")
    if not named:
        return ["there is to be no answer"] if answer else []
    errors = _validator(made.api, named["$ref"]).iter_errors(answer)
    return [f"{'/'.join(map(str, error.path))}: {error.message[:150]}" for error in errors]


@functools.cache
def _methods() -> list[tuple[tuple[str, str], dict[str, Any], re.Pattern[str]]]:
    found = []
    for api in APIS:
        root = document(*api)
        for method in _inside(root):
            path = "/" + root["servicePath"] + method.get("flatPath", method["path"])
            found.append((api, method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))))
    return found


def _inside(node: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from node.get("methods", {}).values()
    for resource in node.get("resources", {}).values():
        yield from _inside(resource)


@functools.cache
def _validator(api: tuple[str, str], name: str) -> Draft202012Validator:
    schemas = {key: _schema(told) for key, told in document(*api)["schemas"].items()}
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schemas})


def _schema(told: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of the document as strict JSON Schema."""
    if "$ref" in told:
        return {"$ref": f"#/$defs/{told['$ref']}"}
    kind = told.get("type")
    if kind in (None, "any"):
        return {}
    if kind == "array":
        return {"type": "array", "items": _schema(told["items"])}
    if kind == "object":
        more = told.get("additionalProperties")
        properties = {key: _schema(one) for key, one in told.get("properties", {}).items()}
        return {
            "type": "object",
            "properties": properties,
            "additionalProperties": _schema(more) if more else False,
        }
    found: dict[str, Any] = {"type": kind}
    if kind == "string" and told.get("format") in _PATTERNS:
        found["pattern"] = _PATTERNS[told["format"]]
    return found | ({"enum": told["enum"]} if "enum" in told else {})
