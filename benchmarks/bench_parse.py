"""Speed of reading one mail, against ``email`` and bare fast-mail-parser, on generated mail.

    python benchmarks/bench_parse.py [--messages 1000] [--rounds 5]

Makes realistic mail of 5-10 KB (text and HTML, quotations, signatures, attachments, encodings,
invitations), then lets every reader take turns and prints the median of the rounds.
``email`` compat32 decodes headers, mailboxes, dates, texts and attachment names, nothing more.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime

from fast_mail_parser import parse_email

from ingest import fast_reader, mime
from ingest.quotation import new_text

_TEXT = (
    "we the to of and offer price meeting please contract review next week team customer order "
    "delivery budget call send draft question answer thanks plan project would could should with "
    "for on in about from your our number date agreed change proposal Zürich naïve café größer"
)
_WORDS = _TEXT.split()
_PEOPLE = ("Ann Fisher", "Jürgen Weiß", "Chloé Martin", "O'Neill, Pat", "Li Wei", "Sam Jones")


def _sentences(random_: random.Random, count: int) -> str:
    lines = []
    for _ in range(count):
        words = random_.choices(_WORDS, k=random_.randint(8, 60))
        text, line = "", ""
        for word in words:
            if len(line) + len(word) > 72:
                text, line = text + line.rstrip() + "\n", ""
            line += word + " "
        lines.append((text + line).strip().capitalize() + ".")
    return "\n\n".join(lines)


def message(random_: random.Random, number: int) -> bytes:
    """One made-up business mail."""
    mail = EmailMessage()
    sender, *others = random_.sample(_PEOPLE, 4)
    address = {
        name: f"{name.split()[0].lower().strip(',')}@example{number % 40}.com" for name in _PEOPLE
    }
    for hop in range(4):
        mail["Received"] = (
            f"from mx{hop}.example.net (mx{hop}.example.net [192.0.2.{hop}]) by mx.example.org "
            f"with ESMTPS id {number:08x}{hop}; Tue, 14 May 2024 09:{number % 60:02}:0{hop} +0000"
        )
    mail["DKIM-Signature"] = "v=1; a=rsa-sha256; d=example.net; b=" + "abcdEFGH" * 40
    mail["ARC-Seal"] = "i=1; a=rsa-sha256; cv=none; b=" + "ijklMNOP" * 40
    mail["Authentication-Results"] = "mx.example.org; dkim=pass; spf=pass; dmarc=pass"
    mail["Message-ID"] = f"<{number}.{random_.random()}@example.net>"
    mail["In-Reply-To"] = f"<{number - 1}.parent@example.net>"
    mail["References"] = " ".join(f"<{number - n}.parent@example.net>" for n in range(6, 0, -1))
    mail["Date"] = "Tue, 14 May 2024 11:09:30 +0200"
    mail["From"] = f'"{sender}" <{address[sender].encode("ascii", "ignore").decode()}>'
    mail["To"] = ", ".join(
        f'"{o}" <{address[o].encode("ascii", "ignore").decode()}>' for o in others
    )
    mail["Subject"] = f"Re: Proposal für das Projekt {number}"
    own = _sentences(random_, random_.randint(2, 6))
    quoted = "\n".join("> " + line for line in _sentences(random_, 12).splitlines())
    closing = f"Best regards\n{sender}\n\nOn 13 May 2024, {others[0]} wrote:"
    text = f"Hi,\n\n{own}\n\n{closing}\n\n{quoted}\n"
    mail.set_content(text)
    paragraphs = "".join(f"<p style='margin:0'>{p}</p>" for p in text.split("\n\n"))
    mail.add_alternative(f"<html><body><div>{paragraphs}</div></body></html>", subtype="html")
    if number % 6 == 0:
        mail.add_attachment(
            random_.randbytes(3_000),
            maintype="application",
            subtype="pdf",
            filename="Angebot ü.pdf",
        )
    return mail.as_bytes()


def by_email(raw: bytes) -> object:
    """What the standard library needs for the same fields, without cut, kind and digest."""
    mail = message_from_bytes(raw)
    headers = [str(make_header(decode_header(mail.get(n, "")))) for n in ("Subject", "From", "To")]
    people = getaddresses([str(v) for n in ("From", "To", "Cc") for v in mail.get_all(n, [])])
    sent = parsedate_to_datetime(mail["Date"])
    texts, names = [], []
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                texts.append(payload.decode(part.get_content_charset() or "utf-8", "replace"))
        elif not part.is_multipart():
            names.append(part.get_filename())
    return headers, people, sent, texts, names


def by_fast_mail_parser(raw: bytes) -> object:
    """Bare fast-mail-parser, every field touched."""
    mail = parse_email(raw, mode="lazy")
    return (
        mail.headers,
        mail.subject,
        mail.from_,
        mail.to,
        mail.cc,
        mail.text_plain,
        mail.text_html,
        [a.filename for a in mail.attachments],
    )


def main() -> None:
    """Generates the mail, measures, prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    random_ = random.Random(7)
    raws = [message(random_, number) for number in range(options.messages)]
    texts = [fast_reader.read(raw).plain for raw in raws]
    readers: dict[str, Callable[[], object]] = {
        "fast-mail-parser, bare": lambda: [by_fast_mail_parser(raw) for raw in raws],
        "email compat32, whole": lambda: [by_email(raw) for raw in raws],
        "ingest: parts": lambda: [fast_reader.read(raw) for raw in raws],
        "ingest: quotation cut alone": lambda: [new_text(text) for text in texts],
        "ingest.mime.parse, everything": lambda: [mime.parse(raw) for raw in raws],
    }
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for turn in range(options.rounds + 1):
        for name, reader in readers.items():
            began = time.perf_counter()
            reader()
            if turn:
                seconds[name].append(time.perf_counter() - began)
    median = {name: statistics.median(values) for name, values in seconds.items()}
    bare, whole = median["fast-mail-parser, bare"], median["email compat32, whole"]
    print(f"{len(raws)} messages of {sum(map(len, raws)) / len(raws) / 1000:.1f} kB")
    print(f"{'':32} {'µs each':>8} {'vs email':>9} {'vs bare':>8}")
    for name, value in median.items():
        each = value / len(raws) * 1e6
        print(f"{name:32} {each:8.1f} {whole / value:8.1f}x {value / bare:7.2f}x")


if __name__ == "__main__":
    main()
