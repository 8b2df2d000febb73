"""How an import looks at the terminal: the question, the bar, and the account of what was done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from brickwall.actions import known_key
from brickwall.importing import ImportSummary, Progress, import_paths, no_one_to_ask
from brickwall.labels import label
from brickwall.workspace import now
from reports import escape
from store.errors import InputError

if TYPE_CHECKING:
    from brickwall.workspace import Workspace
    from ingest.owner import OwnerGuess

SHOWN = 10
#: Characters of the place of an item in quarantine.
WIDEST_PLACE = 60


def run_import(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    me: Sequence[str],
    internal: str | None,
    workers: int | None,
) -> int:
    """Import ``paths``, tell what was done, and return the exit code (3 when a file failed)."""
    config = workspace.config
    with _bar() as progress:
        summary = import_paths(
            paths,
            database=workspace.database,
            zone=config.zone,
            label=label,
            now=now,
            me=me or config.addresses,
            internal=internal or config.internal,
            excluded_addresses=config.excluded_addresses,
            excluded_labels=config.excluded_labels,
            keep_text=config.keep_text,
            action_key=known_key(workspace.home.action_key),
            workers=workers,
            progress=progress,
            ask=_ask if sys.stdin.isatty() else no_one_to_ask,
        )
    for line in account(summary):
        click.echo(line)
    return InputError.exit_code if summary.failed else 0


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    """A progress bar with rate and time left on standard error; nothing when nobody looks."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} % · {task.fields[read]} read · {task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Importing", total=None, read="0", rate="")

        def show(progress: Progress) -> None:
            seconds = bar.tasks[0].elapsed or 0.0
            rate = f"{progress.read / seconds:,.0f}/s" if seconds > 0.5 else ""
            bar.update(
                task,
                total=max(progress.size, 1),
                completed=progress.position,
                description=escape.line(Path(progress.source).name, 40),
                read=f"{progress.read:,}",
                rate=rate,
            )

        yield show


def _ask(guess: OwnerGuess) -> Sequence[str]:
    """Ask whose mail it is, offering the likeliest."""
    candidates = [candidate.address for candidate in guess.candidates[:5]]
    click.echo("Whose mail is this? It cannot be seen for certain.", err=True)
    for number, address in enumerate(candidates, 1):
        click.echo(f"  {number}. {escape.line(address)}", err=True)
    answer: str = click.prompt("Your number above, or your address", err=True)
    if answer.isdecimal() and 1 <= int(answer) <= len(candidates):
        return [candidates[int(answer) - 1]]
    return [part for part in answer.replace(",", " ").split() if "@" in part] or _ask(guess)


def account(summary: ImportSummary) -> Iterator[str]:
    """What was read, new, known already, left out (why) and quarantined (why), in lines."""
    whose = f" for {escape.line(summary.account)}" if summary.account else ""
    yield (
        f"Read {summary.read:,} items{whose} in {summary.seconds:.1f} s: {summary.new:,} new, "
        f"{summary.changed:,} changed, {summary.known:,} known already."
    )
    others = [address for address in summary.addresses if address != summary.account]
    if others:
        yield f"Also yours: {', '.join(escape.line(address) for address in others[:SHOWN])}"
    if summary.answers and (heard := summary.answers.account()):
        yield heard
    if summary.left_out:
        total = sum(summary.left_out.values())
        yield f"Left out {total:,}:"
        for why, count in summary.left_out.most_common():
            yield f"  {count:>7,}  {escape.line(why)}"
    if summary.quarantined:
        yield f"In quarantine {len(summary.quarantined):,} (kept aside, nothing else was stopped):"
        for failure in summary.quarantined[:SHOWN]:
            yield f"  {_place(failure.item)}: {escape.line(failure.why)}"
        if len(summary.quarantined) > SHOWN:
            more = len(summary.quarantined) - SHOWN
            yield f"  and {more:,} more: brickwall accounts --quarantine"


def _place(item: str) -> str:
    """Where an item lies, cut in front: the file and the place in it stand at the end."""
    shown = escape.line(item)
    return shown if len(shown) <= WIDEST_PLACE else f"…{shown[1 - WIDEST_PLACE :]}"
