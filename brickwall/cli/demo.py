"""``brickwall demo``."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import click


@click.command("demo", epilog="Examples: brickwall demo · brickwall demo --seed 7 --folder try")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other people.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where. Default: the data folder.")
@click.option("--end", metavar="DATE", help="Last day of the year. Default: today.")
def command(seed: int, folder: Path | None, end: str | None) -> int:
    """A made-up rep's year: made, imported like real mail, analysed, reported.

    Everything lies in one folder of its own; your own mail and settings are not touched.
    """
    from brickwall.cli.times import instant
    from brickwall.paths import home
    from brickwall.workspace import now

    place = folder or home().data / "demo"
    last = instant(end, "UTC").date() if end else now().date()
    _make(place, seed, last)
    code = _import(place)
    _report(place, end)
    _farewell(place)
    return code


def _make(place: Path, seed: int, end: date) -> None:
    """Write the year's mail, calendar and deals, and the configuration of who it belongs to."""
    from ingest import demo
    from store.errors import UsageError

    if place.exists() and not (place / "truth.json").exists() and any(place.iterdir()):
        raise UsageError(
            f"{place} is not empty and holds no demo.", "Name another folder with --folder."
        )
    shutil.rmtree(place, ignore_errors=True)
    world = demo.world(seed, end)
    demo.write(world, place)
    config = f'[me]\naddresses = ["{demo.ME}"]\nzone = "{demo.ZONE}"\n'
    (place / "config.toml").write_text(config, encoding="utf-8")
    click.echo(f"A year of {demo.NAME}, a made-up sales rep, until {end:%d %B %Y}: {place}")


def _import(place: Path) -> int:
    from brickwall.cli.importing import run_import
    from brickwall.workspace import opened

    files = [place / name for name in ("mail.mbox", "calendar.ics", "deals.csv")]
    with opened(must_exist=False, at=place) as workspace:
        return run_import(workspace, files, me=(), internal=None, workers=None)


def _report(place: Path, end: str | None) -> None:
    """Print the report of the last full week and write its page."""
    from brickwall.cli.output import deliver, rendered
    from brickwall.cli.report import view
    from brickwall.workspace import opened

    with opened(at=place) as workspace:
        report = view(workspace, None, end)
    click.echo()
    click.echo(rendered(report, "text").rstrip("\n"))
    click.echo()
    deliver(rendered(report, "html"), place / "report.html", show=False)


def _farewell(place: Path) -> None:
    click.echo(f"Look around: BRICKWALL_HOME={place} brickwall contacts (or contact NAME, report)")
