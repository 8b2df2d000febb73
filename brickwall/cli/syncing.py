"""How a sync looks at the terminal: the estimate, the bar, and the account of what was done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from brickwall.accounts import Accounts, account_id
from brickwall.actions import Answers, known_key
from brickwall.cli.connecting import live
from brickwall.cli.talk import say
from brickwall.labels import label
from brickwall.providers import Account, Estimate
from brickwall.syncing import AccountSummary, Progress, Syncing, exit_code, keep_of
from brickwall.tools import Toolbox
from brickwall.vault_keys import Keys
from brickwall.workspace import Workspace, now
from reports import escape

SHOWN = 10


def run_sync(name: str, *, allow_mass_removal: bool, retry_quarantined: bool) -> int:
    """Sync the accounts that ``name`` means (all for ``""``) and return the exit code."""
    with live() as tools, _bar() as progress:
        accounts = Accounts(tools[0].home.accounts).named(name)
        syncing = prepared(
            *tools,
            allow_mass_removal=allow_mass_removal,
            retry_quarantined=retry_quarantined,
            progress=progress,
            estimated=_estimated,
            debug="--debug" in sys.argv,
        )
        summaries = syncing.all(accounts)
    for summary in summaries:
        _account_of(summary)
    if syncing.answers and (heard := syncing.answers.account()):
        say(heard)
    return exit_code(summaries)


def prepared(workspace: Workspace, toolbox: Toolbox, keys: Keys, **how: Any) -> Syncing:
    """A sync of the user's accounts; ``how``: what else ``Syncing`` may be told."""
    vault = keys.open(workspace.home.vault)
    accounts = Accounts(workspace.home.accounts).all()
    keep = keep_of(workspace.config, accounts, workspace.database)
    key = known_key(workspace.home.action_key)
    return Syncing(
        workspace.database,
        lambda account: toolbox.lend(vault.secrets(account_id(account))),
        keep,
        label,
        now,
        own=workspace.config.addresses,
        answers=Answers(workspace.database, key, keep.own, now, sent_only=True),
        keep_text=workspace.config.keep_text,
        **how,
    )


def _estimated(account: Account, estimate: Estimate) -> None:
    """Say what a first sync has before it."""
    counted = (
        (estimate.messages, "message" if estimate.messages == 1 else "messages"),
        (estimate.events, "calendar entry" if estimate.events == 1 else "calendar entries"),
    )
    what = [f"about {number:,} {name}" for number, name in counted if number]
    listed = f"{' and '.join(what)}, " if what else ""
    say(f"{escape.line(account.name)}: first sync: {listed}{duration(estimate.seconds)}.")
    first = "The newest comes first; interrupt" if estimate.messages else "Interrupt"
    say(f"{first} it whenever you like, it goes on where it stopped.")


def duration(seconds: float) -> str:
    """A rough time for a person."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 90:
        return f"about {minutes} minute{'s' * (minutes != 1)}"
    return f"about {round(minutes / 60)} hours"


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    """A bar for each source with rate and time left, on standard error; nothing when piped."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[read]} read · {task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    tasks: dict[tuple[str, str], TaskID] = {}
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:

        def show(progress: Progress) -> None:
            key = (account_id(progress.account), progress.source)
            if key not in tasks:
                described = escape.line(f"{progress.account.name} {progress.source}", 40)
                tasks[key] = bar.add_task(described, total=None, read="0", rate="")
            task = tasks[key]
            seconds = bar.tasks[bar.task_ids.index(task)].elapsed or 0.0
            bar.update(
                task,
                total=max(progress.size, progress.position) or None,
                completed=progress.position,
                read=f"{progress.read:,}",
                rate=f"{progress.read / seconds:,.0f}/s" if seconds > 0.5 else "",
            )

        yield show


def _account_of(summary: AccountSummary) -> None:
    """Say what was done for one account."""
    saved, name = summary.saved, escape.line(account_id(summary.account))
    say(f"{name}: {saved.new:,} new, {saved.changed:,} changed, {saved.removed:,} removed.")
    if summary.left_out:
        listed = [f"{escape.line(why)} {n:,}" for why, n in summary.left_out.most_common()]
        say(f"  Left out {sum(summary.left_out.values()):,}: {', '.join(listed)}")
    if summary.quarantined:
        say(f"  In quarantine {len(summary.quarantined):,} (nothing else was stopped):")
        for failure in summary.quarantined[:SHOWN]:
            say(f"    {escape.line(failure.item, 60)}: {escape.line(failure.why)}")
    if summary.error is not None:
        click.echo(f"Error: {name}: {escape.line(summary.error.cause, 500)}", err=True)
        if summary.error.remedy:
            click.echo(escape.line(summary.error.remedy, 500), err=True)
