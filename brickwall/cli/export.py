"""``brickwall export``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    "export",
    epilog='Examples: brickwall export "Ann Lee" --output ann.json · brickwall export ann --csv',
)
@click.argument("name")
@click.option("--json", "form", flag_value="json", default=True, help="Everything (default).")
@click.option("--csv", "form", flag_value="csv", help="One line per mail, meeting, mark and deal.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file.")
def command(name: str, form: str, output: Path | None) -> None:
    """Everything that brickwall knows of a person: mail, meetings, marks, deals, judgement."""
    import json

    from brickwall.cli.output import deliver
    from brickwall.cli.people import addresses_of, find
    from brickwall.exporting import as_csv, as_json
    from brickwall.workspace import now, opened, studied
    from reports import json_report
    from reports.views_person import contact_page
    from store.dossier import dossier

    with opened() as workspace:
        study = studied(workspace, now())
        person = find(study.analysis, name)
        addresses = addresses_of(study.analysis, person)
        found = dossier(workspace.database, addresses, [person.name.lower()])
    if form == "csv":
        deliver(as_csv(found), output, show=False)
        return
    judged = None
    if person.id in set(study.analysis.verdicts["person"]):
        page = contact_page(study.analysis, study.settings, person.id, study.facts.intents)
        judged = json.loads(json_report.contact(page))
    deliver(as_json(person.name, addresses, judged, found), output, show=False)
