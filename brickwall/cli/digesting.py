"""How digests look at the terminal: shown, sent, and listed."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import click

from brickwall.cli.connecting import live
from brickwall.cli.output import deliver as written
from brickwall.cli.talk import say
from brickwall.digesting import Digesting
from brickwall.posting import post
from brickwall.workspace import now, opened
from reports import escape, json_report, words
from reports.digest import Digest, subject
from store.errors import InputError, UsageError
from store.model import Delivery

_STATES = {
    "sending": "in doubt",
    "sent": "sent",
    "failed": "not sent",
    "unknown": "perhaps sent",
    "skipped": "skipped",
}


def preview(week: str | None, *, page: bool, show: bool | None) -> int:
    """Print the text of a digest; with ``page`` its HTML goes into a file too."""
    with opened() as workspace:
        digesting = Digesting(workspace, now)
        chosen = digesting.asked(week)
        recipient = digesting.recipients()[0]
        digest = digesting.digest(chosen, recipient)
        path = workspace.home.reports / f"digest-{chosen}.html"
    click.echo(f"To: {escape.line(recipient)}\nSubject: {escape.line(digest.subject)}\n")
    click.echo(digest.text.rstrip("\n"))
    if page and digest.html:
        click.echo("")
        written(_standalone(digest), path, show=show)
    return 0


def preview_json(week: str | None) -> int:
    """Print what a digest says, for programs; nothing is sent and nothing is written."""
    with opened() as workspace:
        digesting = Digesting(workspace, now)
        view = digesting.view(digesting.asked(week))
        to = digesting.recipients()[0]
    told = json_report.document("digest", view, to=to, subject=subject(view), empty=view.empty)
    click.echo(told.rstrip("\n"))
    return 0


def _standalone(digest: Digest) -> str:
    """The HTML with its drawings inside, since a file has no parts beside it."""
    html = digest.html
    for image in digest.images:
        data = base64.b64encode(image.png).decode()
        html = html.replace(f"cid:{image.cid}", f"data:image/png;base64,{data}")
    return html


def send(week: str | None) -> int:
    """Send a digest to the rep, unless it was sent; the exit code."""
    with live(must_exist=True) as (workspace, toolbox, keys):
        digesting = Digesting(workspace, now)
        chosen = digesting.asked(week)
        if not digesting.wanted():
            raise UsageError(
                "The digest is turned off: nothing is sent",
                "Set digest.enabled = true in the configuration, or look: brickwall digest.",
            )
        if chosen > digesting.due():
            raise UsageError(
                f"Week {chosen} is not over: its digest is sent when it is",
                f"Look at it so far: brickwall digest --week {chosen}.",
            )
        before = {one[:3]: one for one in workspace.database.deliveries()}
        done = digesting.send(
            chosen,
            lambda recipient: post(toolbox, lambda: keys.open(workspace.home.vault), recipient),
        )
    for one in done:
        say(told(one, workspace.config.zone, again=before.get(one[:3]) == one))
    return 0 if all(one.state in ("sent", "skipped") for one in done) else InputError.exit_code


def told(delivery: Delivery, zone: str, *, again: bool) -> str:
    """How it stands with a mail to the rep, in words; ``again``: nothing was done just now."""
    what, whom = f"The {delivery.kind} of {delivery.key}", escape.line(delivery.recipient)
    if delivery.state == "sent":
        at = words.moment(delivery.changed_at.astimezone(ZoneInfo(zone)))
        found = f" ({delivery.why})" if delivery.why else ""
        return (
            f"{what} was sent to {whom} on {at}; it is not sent again."
            if again
            else f"{what} was sent to {whom}{found}."
        )
    if delivery.state == "skipped":
        return f"{what} is not sent to {whom}: {delivery.why}."
    return f"{what} to {whom}: {delivery.why}."


def sent(*, as_json: bool) -> int:
    """List the ledger."""
    with opened() as workspace:
        deliveries, zone = workspace.database.deliveries(), workspace.config.zone
    click.echo(_json(deliveries) if as_json else _table(deliveries, zone))
    return 0


def _table(deliveries: Sequence[Delivery], zone: str) -> str:
    if not deliveries:
        return "Nothing was sent yet."
    return "\n".join(
        f"{words.moment(one.changed_at.astimezone(ZoneInfo(zone)))}  {one.kind} {one.key}  "
        f"{_STATES[one.state]}  {escape.line(one.recipient)}"
        + (f"  ({escape.line(one.why, 200)})" if one.why else "")
        for one in deliveries
    )


def _json(deliveries: Sequence[Delivery]) -> str:
    listed = [
        {
            "kind": one.kind,
            "key": one.key,
            "recipient": one.recipient,
            "state": one.state,
            "why": one.why,
            "via": one.via,
            "message_id": one.message_id,
            "began_at": one.began_at.isoformat(),
            "changed_at": one.changed_at.isoformat(),
        }
        for one in deliveries
    ]
    return json.dumps({"version": 1, "deliveries": listed}, indent=1, ensure_ascii=False)
