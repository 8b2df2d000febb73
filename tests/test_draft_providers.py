"""A draft to a contact, left at every provider: as it was written, and nowhere but among drafts."""

from __future__ import annotations

from datetime import datetime

import pytest

from ingest.imap_sender import ImapDrafts
from reports import drafting
from reports.draft_kinds import Choice
from tests.dovecot import Mailbox
from tests.draft_builder import THREAD, ZONE, all_but
from tests.ews_fake import ews
from tests.google_fake import FakeGoogle, running
from tests.graph_fake import graph
from tests.imap_builder import Clock
from tests.sender_builder import (
    exchange_sender,
    gmail_sender,
    graph_sender,
    imap_client,
    imap_drafts,
    lying_in,
)
from tests.sending import REP

NOW = datetime(2026, 11, 28, 9, tzinfo=ZONE)
#: In the thread of the contact, with letters of other languages.
DRAFTS = [
    drafting.mail(
        made, "Zoë Groß", REP, "<new@ours.example>", datetime(2026, 11, 28, 9, tzinfo=ZONE)
    )
    for language in ("de", "fr")
    for made in [drafting.drafting(all_but(thread=THREAD), Choice("last-try", ""), language).draft]
    if made is not None
]


@pytest.mark.parametrize("draft", DRAFTS)
def test_gmail_keeps_it_among_the_drafts(draft: bytes) -> None:
    """With the right for drafts, and one request that sends nothing."""
    with running(FakeGoogle(scopes=frozenset({"gmail.readonly", "gmail.compose"}))) as fake:
        gmail_sender(fake.url).save_draft(draft)
        (kept,) = fake.mailbox.messages.values()
        assert (kept.raw, "DRAFT" in kept.labels, "SENT" in kept.labels) == (draft, True, False)
        assert fake.calls == ["gmail.users.messages.list", "gmail.users.drafts.create"]
        assert fake.complaints == []


@pytest.mark.parametrize("headers_only", [False, True])
def test_gmail_shows_it_in_the_thread_that_it_answers(*, headers_only: bool) -> None:
    """Found by its Message-ID; with access to headers alone Gmail allows no search."""
    right = "gmail.metadata" if headers_only else "gmail.readonly"
    with running(FakeGoogle(scopes=frozenset({right, "gmail.compose"}))) as fake:
        answered = b"Message-ID: <b@acme.example>\r\nSubject: Fleet contract\r\n\r\nHello\r\n"
        number = fake.mailbox.add(answered, thread="18c0000000000abc")
        gmail_sender(fake.url, headers_only=headers_only).save_draft(DRAFTS[0])
        (draft,) = (one for one in fake.mailbox.messages.values() if one.number != number)
        assert (draft.thread == "18c0000000000abc") == (not headers_only)
        assert fake.complaints == []


@pytest.mark.parametrize("draft", DRAFTS)
def test_microsoft_keeps_it_among_the_drafts(draft: bytes) -> None:
    """And nothing lies among the sent mail."""
    with graph() as fake:
        graph_sender(fake).save_draft(draft)
        assert lying_in(fake, "drafts") == [draft]
        assert lying_in(fake, "sentitems") == []


@pytest.mark.parametrize("draft", DRAFTS)
def test_exchange_keeps_it_among_the_drafts(draft: bytes) -> None:
    """And nothing lies among the sent mail."""
    with ews() as fake:
        exchange_sender(fake).save_draft(draft)
        assert lying_in(fake, "drafts") == [draft]
        assert lying_in(fake, "sentitems") == []


def test_imap_keeps_it_among_the_drafts() -> None:
    """On Dovecot: to the byte, marked as a draft, and not in the folder of sent mail."""
    with Mailbox() as mailbox:
        if not mailbox.client.folder_exists("Drafts"):
            mailbox.client.create_folder("Drafts")
        clock = Clock()
        client = imap_client(mailbox, clock=clock)
        try:
            for draft in DRAFTS:
                ImapDrafts(client, clock.retry()).save_draft(draft)
        finally:
            client.close()
        assert imap_drafts(mailbox) == DRAFTS
        assert imap_drafts(mailbox, "Sent") == []
