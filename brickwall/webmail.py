"""Where the messages of the connected accounts are shown on the web."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from brickwall.accounts import Accounts
from reports.webmail import Gmail, Mailbox, Outlook, Webmail
from store.source_keys import source_keys

if TYPE_CHECKING:
    from brickwall.endpoints import Endpoints
    from brickwall.providers import Account
    from brickwall.workspace import Workspace
    from store.facts import Facts

#: Microsoft Graph of each cloud -> Outlook on the web there.
CLOUDS: Final = {
    "https://graph.microsoft.com": "https://outlook.office365.com",
    "https://graph.microsoft.us": "https://outlook.office365.us",
    "https://dod-graph.microsoft.us": "https://webmail.apps.mil",
    "https://microsoftgraph.chinacloudapi.cn": "https://partner.outlook.cn",
}
_PERSONAL: Final = re.compile(r".+@(outlook|hotmail|live|msn)\.[a-z.]+")


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
        and (mailbox := _mailbox(account, workspace.config.endpoints)) is not None
    }
    by_key = [number for number, mailbox in mailboxes.items() if isinstance(mailbox, Outlook)]
    return Webmail(facts, mailboxes, source_keys(workspace.database, by_key) if by_key else {})


def _mailbox(account: Account, endpoints: Endpoints) -> Mailbox | None:
    if account.provider == "gmail":
        return Gmail(account.name)
    if account.provider == "microsoft":
        cloud = CLOUDS.get(endpoints.microsoft.graph_endpoint.rstrip("/"))
        if cloud == CLOUDS["https://graph.microsoft.com"] and _PERSONAL.fullmatch(account.name):
            cloud = "https://outlook.live.com"
        return Outlook(cloud) if cloud else None
    if account.provider == "exchange":
        server = urlsplit(account.settings["server"])
        return Outlook(f"{server.scheme}://{server.netloc}")
    return None
