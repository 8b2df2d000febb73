"""Which message answers which, and what belongs together.

In this order: In-Reply-To and References (RFC 5256: the nearest reference that is there), the
provider's thread hint, and only where headers give nothing the normalised subject among
overlapping participants within 30 days.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import (
    NONE,
    Bools,
    Ints,
    chained,
    components,
    hashes,
    mixed,
    positions,
)
from analyzer.derived.mail import Mail
from analyzer.derived.subjects import answer_by_subject, answering
from analyzer.frames import shaped
from store.facts import Facts

_MAX_REFERENCES: Final = 20
_LOOK_BACK: Final = 4


def thread(mail: Mail, facts: Facts) -> Mail:
    """``mail`` with parent, parent_by and thread; a thread's id is its first message's."""
    frame, stored = mail.mail, _stored(mail, facts)
    header, oldest, lost = _by_header(stored, len(frame))
    header = _acyclic(header)
    hint, hinted = _by_hint(stored, frame)
    hint = np.where((header < 0) & (oldest == 0), hint, NONE)
    bare = (header < 0) & (hint < 0) & (oldest == 0)
    subject = answer_by_subject(mail, bare)
    parent = np.where(header >= 0, header, np.where(hint >= 0, hint, subject))
    lost |= _lost(frame, (parent < 0) & bare)
    by = np.select(
        [lost, header >= 0, hint >= 0, subject >= 0], ["missing", "header", "hint", "subject"], ""
    )
    messages = frame["message"].to_numpy()
    threaded = frame.assign(
        parent=np.append(messages, NONE)[parent],
        parent_by=by,
        thread=messages[_roots(parent, oldest, hinted)],
    )
    return replace(mail, mail=shaped("mail", threaded))


def _stored(mail: Mail, facts: Facts) -> pd.DataFrame:
    """The header fields of every copy, with the row of the distinct message it belongs to."""
    at = positions(
        np.asarray(mail.copies.index, dtype=np.int64), facts.messages["message"].to_numpy()
    )
    columns = ["account", "message_id", "in_reply_to", "references", "thread_hint"]
    heads = np.asarray(mail.copies, dtype=np.int64)
    row = positions(heads, mail.mail["message"].to_numpy())
    return facts.messages[columns].iloc[at].assign(row=row).reset_index(drop=True)


def _by_header(stored: pd.DataFrame, count: int) -> tuple[Ints, Ints, Bools]:
    """(parent row, key of the oldest reference where none is there, is the answered one missing).

    -1 and 0 for none.
    """
    parent, oldest = np.full(count, NONE, dtype=np.int64), np.zeros(count, dtype=np.int64)
    row, answered = stored["row"].to_numpy(), hashes(stored["in_reply_to"])
    ids = pd.Series(row, index=pd.Index(hashes(stored["message_id"])))
    ids = ids[~ids.index.duplicated() & (ids.index != 0)]
    found = ids.reindex(answered, fill_value=NONE).to_numpy()
    parent[row] = np.where(found != row, found, NONE)
    lost = np.zeros(count, dtype=bool)
    lost[row[(answered != 0) & (found < 0)]] = True
    lost[parent >= 0] = False
    left = np.flatnonzero(
        (parent[row] < 0) & ((answered != 0) | (hashes(stored["references"]) != 0))
    )
    row, rest = row[left], stored["references"].to_numpy(object)[left]
    oldest[row] = _first_ids(rest, stored["in_reply_to"].to_numpy(object)[left])
    for _ in range(_MAX_REFERENCES):
        more = (parent[row] < 0) & (rest != "")
        if not more.any():
            break
        row, rest = row[more], rest[more]
        name, rest = _last_ids(rest)
        found = ids.reindex(name, fill_value=NONE).to_numpy()
        parent[row] = np.where((parent[row] < 0) & (found != row), found, parent[row])
    return parent, oldest, lost


def _by_hint(stored: pd.DataFrame, frame: pd.DataFrame) -> tuple[Ints, Ints]:
    """(parent row by the provider's thread, code of that thread) per distinct message.

    The parent is the message before it in the thread, of somebody else if one is near.
    """
    hint = hashes(stored["thread_hint"])
    code = np.zeros(len(frame), dtype=np.int64)
    code[stored["row"].to_numpy()] = np.where(
        hint != 0, mixed(hint, stored["account"].to_numpy()), 0
    )
    rows = np.flatnonzero(code)
    rows = rows[np.argsort(code[rows], kind="stable")]
    sender, parent = frame["sender"].to_numpy(), np.full(len(frame), NONE, dtype=np.int64)
    for back in range(min(_LOOK_BACK, len(rows) - 1), 0, -1):
        child, before = rows[back:], rows[:-back]
        fits = (code[child] == code[before]) & ((sender[child] != sender[before]) | (back == 1))
        better = fits & ((sender[child] != sender[before]) | (parent[child] < 0))
        parent[child[better]] = before[better]
    return parent, code


def _lost(frame: pd.DataFrame, bare: Bools) -> Bools:
    """Rows without any reference whose subject says that they answer something."""
    rows = np.flatnonzero(bare)
    result = np.zeros(len(frame), dtype=bool)
    result[rows] = answering(frame["subject"].iloc[rows])
    return result


def _acyclic(parent: Ints) -> Ints:
    """``parent`` without cycles: in a circle of answers those that point forward in time go."""
    own = np.arange(len(parent))
    up = np.where(parent >= 0, parent, own)
    top = up
    for _ in range(len(parent).bit_length() + 1):
        top = top[top]
    circular = up[top] != top
    return np.where(circular & (parent >= own), NONE, parent)


def _roots(parent: Ints, oldest: Ints, hint: Ints) -> Ints:
    """The first row of each row's thread: joined by answers, unseen ancestors and hints."""
    answers = np.flatnonzero(parent >= 0)
    edges = [(answers, parent[answers]), _same(oldest), _same(hint)]
    return components(len(parent), *map(np.concatenate, zip(*edges, strict=True)))


def _same(keys: Ints) -> tuple[Ints, Ints]:
    rows = np.flatnonzero(keys)
    left, right = chained(np.asarray(pd.factorize(keys[rows])[0], dtype=np.int64))
    return rows[left], rows[right]


def _first_ids(references: Any, otherwise: Any) -> Ints:
    first = (r.partition(" ")[0] or o for r, o in zip(references, otherwise, strict=True))
    return np.fromiter(map(hash, first), dtype=np.int64, count=len(references))


def _last_ids(references: Any) -> tuple[Ints, Any]:
    """(last id, hashed; the rest) of lists of ids separated by blanks."""
    cut = [r.rpartition(" ") for r in references]
    last = np.fromiter((hash(name) for _, _, name in cut), dtype=np.int64, count=len(cut))
    return last, np.array([rest for rest, _, _ in cut], dtype=object)
