"""Measures message kinds and the quotation cut on the real mail that lies beside the repository.

    python benchmarks/measure_mime.py [--data ../shared/data] [--half tune|held|all] [--show N]

Quotation. Quagga's texts are zoned by hand. Of the zones of a text this is the author's own: every
body line without ``>`` up to the first header of an older mail, and behind it the lines between
lines quoted with ``>``. Signatures, disclaimers and everything behind ``-- `` are not; closings,
attachment names and a name above a signature may be kept or cut. A text is *cut right* when the
kept text, white space aside, is the author's own. ``F1`` is over words, those that may be either
way left out. Half of the files (by the digest of their name) are for tuning, the others are held.

Kinds. Folder and file names of the sets say what a mail is: see ``TRUTH``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from ingest.mime import NotAMessageError, parse
from ingest.quotation import new_text, without_quotation

#: What a file of ``mime/`` is by its folder and name, the first that matches; else neither.
#: The last of ``auto_reply`` and of ``bounce`` do not say so in their names: they were read.
TRUTH: Final = (
    # no bounce; JSON notices of a service, not of a mail system
    ("", re.compile(r"is-not-bounce|lhost-amazonses-1[12]\.eml")),
    ("auto_reply", re.compile(r"rfc3834|disposition-notification|ghost-root/1532672447\.R3166642")),
    ("bounce", re.compile(r"sisimai\+set-of-emails/|fixtures/messages/(?:bounce|complaints)/")),
    ("bounce", re.compile(r"multipart_report_emails|delivery-status|messages/bounce\.txt")),
    ("bounce", re.compile(r"raw_email_with_mimepart_without_content_type")),
)

REQUIRED, OPTIONAL, FORBIDDEN = "R", "O", "F"
_QUOTED = re.compile(r"\s*>")
_DASHES = re.compile(r"(?m)^-- ?$")
#: Ends of long quoted lines that were broken on their way and lost their ``>``.
_BROKEN = re.compile(r"(?m)^[ \t]*>.{55,}[^.?!:\n]\n((?:[^>\s].*\n){1,20})(?=[ \t]*>)")


class Zoned(NamedTuple):
    """One text with a mark for each of its characters: author's own, either way, not."""

    name: str
    text: str
    marks: str


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of a tar archive."""
    with tarfile.open(archive) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            if file is not None:
                yield member.name, file.read()


def is_held(name: str) -> bool:
    """Whether a file belongs to the half that nobody tunes on."""
    return blake2b(PurePosixPath(name).name.encode(), digest_size=1).digest()[0] % 2 == 1


def zoned(name: str, annotation: dict[str, object], signature: str = FORBIDDEN) -> Zoned:
    """Marks of one text from Quagga's zones; ``signature``: the mark of signatures."""
    text = str(annotation["text"])
    zones = sorted(
        (int(z["start"]), int(z["end"]), str(z["type"]))
        for z in annotation["denotations"]  # type: ignore[attr-defined]
    )
    marks = [OPTIONAL] * len(text)
    follows_header = quoted = False
    for start, end, kind in zones:
        if kind == "Header":
            marks[start:end] = FORBIDDEN * (end - start)
            follows_header = True
        elif kind == "Body":
            if follows_header:
                quoted = not _starts_quoted(text[start:end])
            follows_header = False
            _mark_body(text, marks, start, end, quoted)
    for start, end, kind in zones:
        _mark_inner(marks, start, end, kind, signature)
    for found in _DASHES.finditer(text):
        _mark_behind_dashes(text, marks, found.start(), signature)
    for found in _BROKEN.finditer(text):
        marks[found.start(1) : found.end(1)] = OPTIONAL * (found.end(1) - found.start(1))
    return Zoned(name, text, "".join(marks))


def _mark_behind_dashes(text: str, marks: list[str], start: int, signature: str) -> None:
    """What stands behind ``-- `` is a signature, up to the next quotation (RFC 3676, 4.3)."""
    quotation = text.find("\n>", start)
    for position in range(start, len(text) if quotation < 0 else quotation):
        if marks[position] != FORBIDDEN:
            marks[position] = signature


def _starts_quoted(body: str) -> bool:
    lines = [line for line in body.splitlines() if line.strip()][:3]
    return any(_QUOTED.match(line) for line in lines)


def _mark_body(text: str, marks: list[str], start: int, end: int, quoted: bool) -> None:
    position = start
    for line in text[start:end].splitlines(keepends=True):
        own = not quoted and not _QUOTED.match(line)
        marks[position : position + len(line)] = (REQUIRED if own else FORBIDDEN) * len(line)
        position += len(line)


def _mark_inner(marks: list[str], start: int, end: int, kind: str, signature: str) -> None:
    """Zones within a body; what is quoted stays quoted."""
    if kind in ("Body/Outro", "Body/Attachments"):
        new = OPTIONAL
    elif kind == "Body/Signature":
        new = signature
    else:
        return
    for position in range(start, end):
        if marks[position] != FORBIDDEN:
            marks[position] = new


def is_right(example: Zoned, kept: str) -> bool:
    """Whether ``kept`` is the author's own text, white space aside."""
    dense, at = "".join(kept.split()), 0
    for mark, line in _runs(example):
        if mark != FORBIDDEN and dense.startswith(line, at):
            at += len(line)
        elif mark == REQUIRED:
            return False
    return at == len(dense)


def _runs(example: Zoned) -> Iterator[tuple[str, str]]:
    """Stretches of one line with one mark, without white space."""
    position = 0
    for line in example.text.splitlines(keepends=True):
        marks = example.marks[position : position + len(line)]
        start = 0
        while start < len(line):
            end = start + len(marks[start:]) - len(marks[start:].lstrip(marks[start]))
            dense = "".join(line[start:end].split())
            if dense:
                yield marks[start], dense
            start = end
        position += len(line)


def words_f1(examples: list[Zoned], kept: list[str]) -> float:
    """F1 over the words of all texts; words that may be either way do not count as wrong."""
    hit = wanted = given = 0
    for example, text in zip(examples, kept, strict=True):
        own = Counter("".join(_marked(example, REQUIRED)).split())
        either = Counter("".join(_marked(example, OPTIONAL)).split())
        have = Counter(text.split())
        common = (own & have).total()
        hit, wanted = hit + common, wanted + own.total()
        given += common + ((have - own) - either).total()
    return 2 * hit / (wanted + given) if wanted + given else 0.0


def _marked(example: Zoned, mark: str) -> Iterator[str]:
    for character, own in zip(example.text, example.marks, strict=True):
        yield character if own == mark else " "


def quotation_examples(archive: Path, signature: str = FORBIDDEN) -> dict[str, list[Zoned]]:
    """Zoned texts by set."""
    sets: dict[str, list[Zoned]] = {"Enron": [], "ASF": []}
    for name, content in members(archive):
        if name.endswith(".ann") and "annotated_detailled" not in name:
            key = "ASF" if "/ASF/" in name else "Enron"
            sets[key].append(zoned(name, json.loads(content), signature))
    return sets


def measure_quotation(archive: Path, half: str, show: int) -> None:
    """Prints the share cut right and F1 for each set, with and without the signature cut."""
    print(f"{'quotation, ' + half:34} {'texts':>6} {'right':>7} {'F1':>7}")
    cuts = (
        ("new_text", new_text, FORBIDDEN),
        ("quotation only", without_quotation, OPTIONAL),
    )
    for label, cut, signature in cuts:
        for name, examples in quotation_examples(archive, signature).items():
            chosen = [e for e in examples if half == "all" or is_held(e.name) == (half == "held")]
            kept = [cut(e.text) for e in chosen]
            right = [is_right(e, k) for e, k in zip(chosen, kept, strict=True)]
            share, f1 = sum(right) / len(right), words_f1(chosen, kept)
            print(f"{name + ', ' + label:34} {len(chosen):6} {share:7.3f} {f1:7.4f}")
            wrong = [(e, k) for e, k, r in zip(chosen, kept, right, strict=True) if not r]
            for example, text in wrong[:show]:
                print(f"=== {example.name}\n{example.text}\n--- kept\n{text}\n")


def measure_kinds(archive: Path, show: int) -> None:
    """Prints precision and recall of automatic answers and bounces on ``mime/``."""
    pairs: Counter[tuple[str, str]] = Counter()
    refused = 0
    for name, raw in members(archive):
        try:
            kind = parse(raw).kind
        except NotAMessageError:
            refused += 1
            continue
        truth = next((kind for kind, names in TRUTH if names.search(name)), "")
        told = kind if kind in ("auto_reply", "bounce") else ""
        pairs[truth, told] += 1
        if truth != told and show:
            print(f"{truth or 'neither'} taken for {kind}: {name}")
    print(f"{'kinds':22} {'truth':>6} {'found':>6} {'precision':>10} {'recall':>8}")
    for kind in ("auto_reply", "bounce"):
        right = pairs[kind, kind]
        wanted = sum(count for (is_, _), count in pairs.items() if is_ == kind)
        found = sum(count for (_, as_), count in pairs.items() if as_ == kind)
        print(f"{kind:22} {wanted:6} {found:6} {right / found:10.4f} {right / wanted:8.4f}")
    print(f"{pairs.total()} mails, {refused} refused as no mail")


def main() -> None:
    """Reads the arguments and prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--half", choices=("tune", "held", "all"), default="held")
    parser.add_argument("--show", type=int, default=0, help="print so many wrong ones per set")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"No data at {options.data}: nothing to measure.")
    measure_kinds(options.data / "mime" / "visible.tar.gz", options.show)
    measure_quotation(options.data / "quotation" / "visible.tar.gz", options.half, options.show)


if __name__ == "__main__":
    main()
