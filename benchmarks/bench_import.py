"""Import of a made-up mailbox against `notmuch new` and `mu index`, in one run.

    python benchmarks/bench_import.py [--count 20000] [--folder DIR] [--rounds 1]

Needs the commands notmuch and mu (Debian: notmuch, maildir-utils). Prints CPU and wall seconds of
each, the ratios, the peak memory of all processes of an import, and what a second import costs.
"""

from __future__ import annotations

import argparse
import base64
import os
import quopri
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

SYLLABLES = (
    *("an", "be", "con", "di", "en", "for", "gra", "hi", "in", "jo", "ka", "le", "mo", "na", "or"),
    *("pra", "qui", "re", "so", "ta", "un", "ver", "wa", "xi", "ya", "zu", "tion", "ment", "able"),
    *("ing", "ed", "er", "ly", "ness", "ship", "al", "ic", "ous", "ive", "ful", "less"),
)
ASKING = (
    "Could you send me the offer by Friday?",
    "Can we move our meeting to next week?",
    "I am sorry, something came up and I have to cancel tomorrow.",
    "Just following up on my last mail.",
    "We will get back to you after the board meeting.",
    "Please find the contract attached.",
    "Thanks, that works for us. Let us go ahead.",
    "Könnten Sie mir bitte das Angebot schicken?",
)
ME = "ann.seller@ours.example"


class Writer:
    """Makes mails: threads of replies, HTML, attachments, invitations, several encodings."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.words = ["".join(self.random.choices(SYLLABLES, k=n % 3 + 1)) for n in range(6000)]
        self.people = [f"{self._word()}.{self._word()}@{self._word()}.example" for _ in range(400)]
        self.threads: list[tuple[str, str, str, str]] = []

    def _word(self) -> str:
        return self.random.choice(self.words)

    def _prose(self, sentences: int) -> str:
        lines = []
        for _ in range(sentences):
            if self.random.random() < 0.12:
                lines.append(self.random.choice(ASKING))
            else:
                text = " ".join(self.random.choices(self.words, k=self.random.randint(5, 18)))
                lines.append(text.capitalize() + ".")
        return "\n".join(lines)

    def mail(self, number: int) -> bytes:
        """Mail ``number``; the same for the same seed."""
        chance = self.random.random
        reply = self.threads and chance() < 0.55
        earlier = self.random.choice(self.threads[-200:]) if reply else None
        other = earlier[2] if earlier else self.random.choice(self.people)
        mine = chance() < 0.35
        sender, to = (ME, other) if mine else (other, ME)
        subject = earlier[1] if earlier else " ".join(self.random.choices(self.words, k=5))
        identity = f"<{number}.{self.random.getrandbits(48):x}@{sender.partition('@')[2]}>"
        text = self._prose(self.random.randint(2, 14)) + f"\n\nRegards\n{sender}\n"
        if earlier:
            quoted = "\n".join("> " + line for line in earlier[3].splitlines())
            text += f"\nOn Monday, {other} wrote:\n{quoted}\n"
        self.threads.append((identity, subject, other, text[:6000]))
        date = datetime(2023, 1, 2, 8, tzinfo=UTC) + timedelta(minutes=37 * number)
        headers = [
            f"Return-Path: <{sender}>",
            f"Received: from mx.a.example by mx.ours.example; {format_datetime(date)}",
            f"Delivered-To: {to}",
            f"Message-ID: {identity}",
            f"Date: {format_datetime(date)}",
            f"From: {self._name(sender)} <{sender}>",
            f"To: {self._name(to)} <{to}>",
            f"Subject: {'Re: ' if earlier else ''}{subject}",
            "MIME-Version: 1.0",
            "X-Mailer: Mailer 16.0",
        ]
        if chance() < 0.3:
            headers.append("Cc: " + ", ".join(self.random.sample(self.people, 3)))
        if earlier:
            headers += [f"In-Reply-To: {earlier[0]}", f"References: {earlier[0]}"]
        if not mine and chance() < 0.1:
            headers += ["List-Unsubscribe: <mailto:off@list.example>", "Precedence: bulk"]
        return ("\n".join(headers) + "\n").encode() + self._body(text, number, other, date)

    def _name(self, address: str) -> str:
        return " ".join(part.capitalize() for part in address.partition("@")[0].split("."))

    def _body(self, text: str, number: int, other: str, date: datetime) -> bytes:
        kind = self.random.random()
        if kind < 0.45:
            return self._plain(text)
        parts = [self._plain(text), self._html(text)]
        body = _multipart("alternative", f"a{number}", parts)
        if kind > 0.96:
            parts.append(self._invitation(number, other, date))
            body = _multipart("alternative", f"i{number}", parts)
        elif kind > 0.84:
            body = _multipart("mixed", f"m{number}", [body, self._attachment(number)])
        return body

    def _plain(self, text: str) -> bytes:
        encoding = self.random.random()
        if encoding < 0.6:
            return b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()
        head = b"Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: %s\n\n"
        if encoding < 0.9:
            packed = quopri.encodestring(text.encode("iso-8859-1", "replace"))
            return head % (b"iso-8859-1", b"quoted-printable") + packed
        return head % (b"utf-8", b"base64") + base64.encodebytes(text.encode())

    def _html(self, text: str) -> bytes:
        paragraphs = "".join(f"<p style='margin:0cm'>{line}</p>" for line in text.splitlines())
        style = "<style>p{font-family:Calibri}td{padding:2px}</style>" * 3
        html = f"<html><head>{style}</head><body><div>{paragraphs}</div></body></html>"
        packed = quopri.encodestring(html.encode())
        head = (
            b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable"
        )
        return head + b"\n\n" + packed

    def _attachment(self, number: int) -> bytes:
        data = base64.encodebytes(self.random.randbytes(self.random.randint(5_000, 90_000)))
        return (
            b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
            b'Content-Disposition: attachment; filename="offer-%d.pdf"\n\n' % number
        ) + data

    def _invitation(self, number: int, other: str, date: datetime) -> bytes:
        start = date + timedelta(days=3)
        return (
            "Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\n"
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//bench//EN\nMETHOD:REQUEST\nBEGIN:VEVENT\n"
            f"UID:{number}@ours.example\nDTSTAMP:{date:%Y%m%dT%H%M%SZ}\n"
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}\nDTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}\n"
            f"SUMMARY:Meeting {number}\nORGANIZER:mailto:{ME}\nATTENDEE:mailto:{other}\n"
            "END:VEVENT\nEND:VCALENDAR\n"
        ).encode()


def _multipart(kind: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    mark = f"=_{boundary}".encode()
    head = b'Content-Type: multipart/%s; boundary="%s"\n\n' % (kind.encode(), mark)
    return head + b"".join(b"--%s\n%s\n" % (mark, part) for part in parts) + b"--%s--\n" % mark


def generate(folder: Path, count: int, seed: int = 1) -> tuple[Path, Path]:
    """The same mails as a Maildir and as an mbox."""
    maildir, box = folder / "maildir", folder / "all.mbox"
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    writer = Writer(seed)
    with box.open("wb") as file:
        for number in range(count):
            mail = writer.mail(number)
            (maildir / "cur" / f"{1_700_000_000 + number}.{number}.host:2,S").write_bytes(mail)
            quoted = mail.replace(b"\nFrom ", b"\n>From ")
            file.write(b"From bench@example.com Mon Jan  2 08:00:00 2023\n" + quoted + b"\n")
    return maildir, box


@dataclass(frozen=True)
class Cost:
    """Seconds, and the largest resident memory of all processes together (0 if not watched)."""

    cpu: float
    wall: float
    peak_mb: float
    said: str


def measured(command: Sequence[str], environment: dict[str, str] | None = None) -> Cost:
    """Run a command; its CPU counts the processes it waited for."""
    before, began = os.times(), time.perf_counter()
    child = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, text=True
    )
    watch = _Watch(child.pid)
    said = child.communicate()[0]
    wall, after = time.perf_counter() - began, os.times()
    if child.returncode:
        raise SystemExit(f"{command[0]} ended with {child.returncode}")
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return Cost(cpu, wall, watch.end(), said.strip())


class _Watch:
    """Adds up the proportional memory of a process and its children, ten times a second."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._ended = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def end(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            total = sum(_memory_mb(pid) for pid in _family(self._pid))
            self._peak = max(self._peak, total)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _memory_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def notmuch(folder: Path, maildir: Path) -> Cost:
    """`notmuch new` into a fresh database."""
    config = folder / "notmuch"
    shutil.rmtree(maildir / ".notmuch", ignore_errors=True)
    config.write_text(f"[database]\npath={maildir}\n[user]\nprimary_email={ME}\n[new]\ntags=\n")
    cost = measured(["notmuch", "new", "--quiet"], {"NOTMUCH_CONFIG": str(config)})
    shutil.rmtree(maildir / ".notmuch")
    return cost


def mu(folder: Path, maildir: Path) -> Cost:
    """`mu index` into a fresh database."""
    home = f"--muhome={folder / 'mu'}"
    shutil.rmtree(folder / "mu", ignore_errors=True)
    subprocess.run(
        ["mu", "init", home, f"--maildir={maildir}"], check=True, stdout=subprocess.DEVNULL
    )
    return measured(["mu", "index", home, "--quiet"])


def brickwall(folder: Path, path: Path, workers: int, *, again: bool = False) -> Cost:
    """The command in a home of its own, or the same import again; ``workers``: 0 as it chooses."""
    home = folder / f"home-{path.name}-{workers}"
    if not again:
        shutil.rmtree(home, ignore_errors=True)
    # An installed brickwall is compiled; a checkout may not be.
    compiled = {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-m", "brickwall", "import", "--me", ME, str(path)]
    command += ["--workers", str(workers)] if workers else []
    return measured(command, {**compiled, "BRICKWALL_HOME": str(home)})


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=20_000)
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--folder", type=Path, help="where to work; default: a temporary one")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        _compare(Path(name), chosen.count, chosen.rounds)


def _compare(folder: Path, count: int, rounds: int) -> None:
    maildir, box = generate(folder, count)
    warm, _ = generate(folder / "warm", 10)
    brickwall(folder, warm, 1)
    print(f"{count} messages, {box.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores")
    runs: dict[str, list[Cost]] = {}
    for _ in range(rounds):
        for name, cost in _round(folder, maildir, box):
            runs.setdefault(name, []).append(cost)
    middle = {name: _median(costs) for name, costs in runs.items()}
    for name, cost in middle.items():
        print(
            f"{name:34} CPU {cost.cpu:7.2f} s  wall {cost.wall:7.2f} s  "
            f"{count / cost.wall:7.0f}/s  peak {cost.peak_mb:4.0f} MB  {cost.said}"
        )
    for peer, goals in (("notmuch new", (5, 6)), ("mu index", (2.5, 4))):
        for name in ("Maildir, 1 process", "Maildir", "mbox"):
            cpu = middle[peer].cpu / middle[f"brickwall {name}"].cpu
            wall = middle[peer].wall / middle[f"brickwall {name}"].wall
            print(
                f"brickwall {name} vs {peer}: CPU {cpu:.1f} x (goal {goals[0]}), "
                f"wall {wall:.1f} x (goal {goals[1]})"
            )
    for name in ("Maildir", "mbox"):
        again = middle[f"brickwall {name} again"].wall / middle[f"brickwall {name}"].wall
        print(f"{name} again: {again:.2f} of the first (goal <= 0.5)")


def _round(folder: Path, maildir: Path, box: Path) -> Iterator[tuple[str, Cost]]:
    yield "notmuch new", notmuch(folder, maildir)
    yield "mu index", mu(folder, maildir)
    yield "brickwall Maildir, 1 process", brickwall(folder, maildir, 1)
    yield "brickwall Maildir", brickwall(folder, maildir, 0)
    yield "brickwall Maildir again", brickwall(folder, maildir, 0, again=True)
    yield "brickwall mbox", brickwall(folder, box, 0)
    yield "brickwall mbox again", brickwall(folder, box, 0, again=True)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
        max(cost.peak_mb for cost in costs),
        costs[-1].said,
    )


if __name__ == "__main__":
    main()
