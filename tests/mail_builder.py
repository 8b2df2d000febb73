"""Raw mails for tests, written as they travel."""

from __future__ import annotations


def raw_mail(body: str = "Hello\n", *, end: str = "\n", **headers: str) -> bytes:
    """A mail with usual headers; ``in_reply_to="<a@b>"`` sets In-Reply-To, ``""`` leaves it out."""
    given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    usual = {
        "message-id": "<1@client.example>",
        "date": "Tue, 14 May 2024 11:09:30 +0200",
        "from": "Ann Fisher <Ann.Fisher@Client.example.co.uk>",
        "to": "rep@vendor.example",
        "subject": "Offer",
    }
    lines = [f"{name.title()}: {value}" for name, value in (usual | given).items() if value]
    text = "\n".join([*lines, "", body])
    return text.replace("\n", end).encode("utf-8")
