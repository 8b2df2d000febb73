"""``brickwall draft``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from brickwall.tools import Toolbox
    from brickwall.vault_keys import Keys
    from brickwall.workspace import Study
    from reports.draft_known import Known
    from reports.drafting import Draft

# Written out, so that the help needs no analysis: a test holds them against what there is.
_KINDS = ("rebook", "confirm", "last-try", "milestone", "park", "win-back", "decline")
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")


@click.command(
    "draft",
    epilog='Examples: brickwall draft "Ann Lee" · brickwall draft ann confirm · '
    "brickwall draft ann last-try --language de --save",
)
@click.argument("name")
@click.argument("kind", metavar="[KIND]", required=False, type=click.Choice(_KINDS))
@click.option("--language", type=click.Choice(_LANGUAGES), help="Default: the one they write in.")
@click.option("--copy", is_flag=True, help="Copy the text to the clipboard.")
@click.option("--save", is_flag=True, help="Leave it among the drafts of a connected account.")
@click.option("--account", default="", metavar="NAME", help="With --save: in this account.")
@click.option("--as-of", metavar="TIME", help="As if it were this time.")
@click.option("--json", "as_json", is_flag=True, help="For programs: docs/drafts.md.")
def command(
    name: str,
    kind: str | None,
    language: str | None,
    copy: bool,
    save: bool,
    account: str,
    as_of: str | None,
    as_json: bool,
) -> None:
    """A short text to a contact, for you to look at and send. brickwall never sends it.

    NAME is a part of the name, the address or the company. Without KIND the one that fits is
    chosen, and why is said; often no mail is needed.

    \b
    rebook     a meeting did not take place: find a new date
    confirm    the next meeting: does the time still suit
    last-try   one clear question: a day, or a no
    milestone  what is the next step, and when
    park       leave it for now, and come back on the day
    win-back   after an honest no: thank them, or ask what has changed
    decline    end it from your side
    """  # noqa: D301 - click reads this backspace: what follows keeps its lines
    from brickwall.cli.connecting import live
    from brickwall.cli.people import find
    from brickwall.cli.times import instant
    from brickwall.drafting import written
    from brickwall.workspace import now, studied
    from reports import drafting
    from reports.views_person import check_judged
    from store.errors import UsageError

    if account and not save:
        raise UsageError("--account goes with --save.", "Add --save, or leave it out.")
    with live(must_exist=True) as (workspace, toolbox, keys):
        moment = instant(as_of, workspace.config.zone) if as_of else now()
        study = studied(workspace, moment)
        person = find(study.analysis, name)
        check_judged(study.analysis, person.id)
        view, about = written(workspace, study, person.id, kind or "", language or "")
        click.echo((drafting.as_json(view) if as_json else drafting.text(view)).rstrip("\n"))
        if view.draft and copy:
            _copy(view.draft)
        if view.draft and save:
            _save(toolbox, keys, study, about, view.draft, account)


def _copy(draft: Draft) -> None:
    from brickwall import clipboard

    clipboard.copy(draft.body)
    click.echo("Copied: the text, without its subject.", err=True)


def _save(
    toolbox: Toolbox, keys: Keys, study: Study, about: Known, draft: Draft, account: str
) -> None:
    from brickwall import drafting

    place = drafting.save(
        toolbox, lambda: keys.open(toolbox.home.vault), study, about, draft, account
    )
    click.echo(f"Saved among the drafts of {place.name}; it is yours to send.", err=True)
