"""Google's partial responses: the ``fields`` parameter."""

from __future__ import annotations

from typing import Any, TypeAlias

#: Name -> what of it; an empty tree means all of it.
Tree: TypeAlias = dict[str, Any]


def selected(answer: Any, fields: str) -> Any:
    """What ``fields`` asks for of an answer; everything for ``""``."""
    return _cut(answer, parsed(fields)) if fields else answer


def parsed(fields: str) -> Tree:
    """``a,b/c,d(e,f)`` as a tree. Raises ``ValueError`` for what is no such text."""
    tree, rest = _list(fields)
    if rest:
        raise ValueError(f"Invalid field selection {rest}")
    return tree


def _list(text: str) -> tuple[Tree, str]:
    tree: Tree = {}
    while True:
        text = _one(text, tree)
        if not text.startswith(","):
            return tree, text
        text = text[1:]


def _one(text: str, tree: Tree) -> str:
    length = next((at for at, sign in enumerate(text) if sign in "/,()"), len(text))
    name, rest = text[:length], text[length:]
    if not name:
        raise ValueError(f"Invalid field selection {text}")
    inner: Tree = tree.setdefault(name, {})
    if rest.startswith("/"):
        return _one(rest[1:], inner)
    if rest.startswith("("):
        more, rest = _list(rest[1:])
        inner.update(more)
        if not rest.startswith(")"):
            raise ValueError("Invalid field selection: ) is missing")
        return rest[1:]
    return rest


def _cut(answer: Any, tree: Tree) -> Any:
    if not tree:
        return answer
    if isinstance(answer, list):
        return [_cut(one, tree) for one in answer]
    if not isinstance(answer, dict):
        return answer
    return {name: _cut(answer[name], inner) for name, inner in tree.items() if name in answer}
