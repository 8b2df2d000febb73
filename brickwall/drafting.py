"""Drafts to contacts: written from the store, left in an account. Nothing here can send."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import make_msgid
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from brickwall.accounts import Accounts
from brickwall.posting import drafts
from reports import draft_kinds, drafting
from reports.draft_known import Known, known
from reports.draft_language import spoken
from reports.draft_words import LANGUAGES

if TYPE_CHECKING:
    from brickwall.providers import Account
    from brickwall.tools import Toolbox
    from brickwall.vault import Vault
    from brickwall.workspace import Study, Workspace
    from reports.drafting import Draft, Drafting
    from store.database import Database


def written(
    workspace: Workspace, study: Study, person: int, kind: str = "", language: str = ""
) -> tuple[Drafting, Known]:
    """What there is to write to a judged person, and what that rests on.

    ``kind``: of ``draft_kinds.KINDS``, ``""`` for the one that fits. ``language``: a code, ``""``
    for theirs. Raises ``UsageError`` where nothing may be written to them, or a fact is missing.
    """
    facts, zone = study.facts, ZoneInfo(study.settings.zone)
    about = known(study.analysis, facts.messages, person, zone)
    choice = draft_kinds.asked_for(about, kind) if kind else draft_kinds.chosen(about)
    spoken_here = language or _language(workspace.database, study, about)
    return drafting.drafting(about, choice, spoken_here), about


def _language(database: Database, study: Study, about: Known) -> str:
    """The language of their newest mails, else of the rep's to them, else the first there is.

    Where the texts are not kept, the few words that are tell it.
    """
    from store.reading import texts

    kept = texts(database, about.texts)
    words = study.facts.intents.groupby("message")["words"].agg(" ".join)
    read = [kept.get(each) or str(words.get(each, "")) for each in about.texts]
    return spoken([text for text in read if text]) or LANGUAGES[0]


def save(
    toolbox: Toolbox,
    vault: Callable[[], Vault],
    study: Study,
    about: Known,
    draft: Draft,
    account: str = "",
) -> Account:
    """Leave a draft in ``account``, else where the thread is, else in the first that allows it.

    Returns the account. Raises as ``posting.drafts`` and ``Drafts.save_draft`` do.
    """
    place, kept = drafts(toolbox, vault, account or _home_of(toolbox, study, about))
    sender = place.addresses[0] if place.addresses else place.name
    number = make_msgid(domain=sender.rpartition("@")[2])
    date = toolbox.now().astimezone(ZoneInfo(toolbox.config.zone))
    kept.save_draft(drafting.mail(draft, about.me, sender, number, date))
    return place


def _home_of(toolbox: Toolbox, study: Study, about: Known) -> str:
    """The account of the thread, ``""`` where it may not keep drafts."""
    if about.thread is None:
        return ""
    accounts = study.facts.accounts
    names = accounts.loc[accounts["account"].eq(about.thread.account), "name"].to_list()
    able = (one for one in Accounts(toolbox.home.accounts).all() if "drafts" in one.granted)
    return next((one.name for one in able if one.name in names), "")
