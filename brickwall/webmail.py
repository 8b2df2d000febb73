"""Where the messages of the connected accounts are shown on the web."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from brickwall.accounts import Accounts
from reports.webmail import Gmail, Mailbox, Outlook, Told, Webmail
from store.source_keys import source_keys, web_links

if TYPE_CHECKING:
    from brickwall.providers import Account
    from brickwall.workspace import Workspace
    from store.facts import Facts


def links(workspace: Workspace, facts: Facts) -> Webmail:
    """The links of the user's evidence: Gmail, Microsoft 365 and Exchange have some."""
    numbers = {
        (str(kind), str(name)): int(number)
        for number, kind, name in zip(
            facts.accounts["account"], facts.accounts["kind"], facts.accounts["name"], strict=True
        )
    }
    mailboxes = {
        numbers[account.provider, account.name]: mailbox
        for account in Accounts(workspace.home.accounts).all()
        if (account.provider, account.name) in numbers
        and (mailbox := _mailbox(account)) is not None
    }
    by_key = [number for number, mailbox in mailboxes.items() if isinstance(mailbox, Outlook)]
    told = [number for number, mailbox in mailboxes.items() if isinstance(mailbox, Told)]
    keys = source_keys(workspace.database, by_key) if by_key else {}
    return Webmail(facts, mailboxes, keys | (web_links(workspace.database, told) if told else {}))


def _mailbox(account: Account) -> Mailbox | None:
    if account.provider == "gmail":
        return Gmail(account.name)
    if account.provider == "microsoft":
        return Told()
    if account.provider == "exchange":
        server = urlsplit(account.settings["server"])
        return Outlook(f"{server.scheme}://{server.netloc}")
    return None
