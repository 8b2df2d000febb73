"""``brickwall forget``."""

from __future__ import annotations

import click


@click.command("forget", epilog='Example: brickwall forget "Ann Lee"')
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
@click.option("--json", "as_json", is_flag=True, help="What was deleted, for programs.")
def command(name: str, yes: bool, as_json: bool) -> None:
    """Delete a person: from the store, from written reports and logs, and for good.

    Every mail and meeting with them goes, those with others in it as well; your mailbox itself is
    not touched. Only a salted hash of the address stays, so that no later sync or import brings
    them back.
    """
    import json

    from brickwall.cli.people import addresses_of, find
    from brickwall.cli.talk import agree
    from brickwall.forgetting import forget
    from brickwall.workspace import now, opened, studied
    from reports.words import count

    with opened() as workspace:
        analysis = studied(workspace, now()).analysis
        person = find(analysis, name)
        addresses = addresses_of(analysis, person)
        if not yes:
            agree(f"Delete everything with {person.name} <{', '.join(addresses)}>?")
        names = {person.name.lower()} if " " in person.name else set()
        home = workspace.home
        files = [p for f in (home.reports, home.daemon_log.parent) for p in f.glob("*")]
        gone, written = forget(
            workspace.database, addresses, names, at=now(), files=[p for p in files if p.is_file()]
        )
    if as_json:
        click.echo(json.dumps({"version": 1, **gone._asdict(), "files": written}))
        return
    deleted = (
        count(gone.messages, "message"),
        count(gone.events, "calendar entry", "calendar entries"),
        count(gone.marks, "mark"),
        count(gone.deals, "deal"),
        f"the contents of {count(gone.digests, 'digest')}",
        count(written, "file"),
    )
    click.echo(f"Forgotten. Deleted: {', '.join(deleted)}.")
    click.echo("Reports and digests that you saved or received elsewhere are yours to delete.")
