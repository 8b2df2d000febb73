"""Next steps name the command that writes the mail they ask for: specified."""

from __future__ import annotations

import pytest

from analyzer.frames import VERDICTS
from analyzer.settings import Settings
from reports import draft_kinds, tables, terminal, views
from reports.draft_kinds import NO_MAIL, chosen
from reports.draft_ready import ready
from reports.model import Person
from reports.views_digest import digest_view
from reports.views_person import contact_page
from reports.week import Week
from store.errors import UsageError
from tests.analysis_builder import Made
from tests.draft_builder import ZONE, all_but

STEP = "Set no new date yourself: let them name one."
COMMAND = 'brickwall draft "Ann Lee" milestone'
ASKED = f"{STEP} ({COMMAND})"
SETTINGS = Settings(zone="Europe/Amsterdam")


def test_a_step_that_asks_for_a_mail_names_the_command_for_it() -> None:
    """Beside what to do, in the report and on the page of the person; the judgement stays as is."""
    made = Made()
    ann = made.person("Ann Lee", "ann@acme.example", verdict="change approach", next_step=STEP)
    analysis = made.analysis()
    report = views.report(analysis, SETTINGS, Week(2026, 47))
    assert [action.what for action in report.actions] == [ASKED]
    assert [contact.next_step for contact in report.contacts] == [STEP]
    page = contact_page(analysis, SETTINGS, ann)
    assert (page.contact.next_step, page.draft) == (STEP, COMMAND)
    for text in (terminal.contact(page), tables.markdown_contact(page)):
        assert COMMAND in " ".join(text.split())


def test_the_digest_names_the_command_at_risky_meetings_and_at_who_wakes() -> None:
    """Not where somebody asked to be left alone."""
    made = Made()
    ann = made.person("Ann Lee", "ann@acme.example")
    bob = made.person("Bob Roe", "bob@acme.example", verdict="do not contact")
    cid = made.person("Cid Poe", "cid@acme.example", next_step="Ask once.")
    for person in (ann, bob):
        meeting = made.meeting(person, at="2026-11-26 09:00", summary="Walk through")
        made.meeting_risk(meeting, person, at="2026-11-26 09:00", risk=0.6, why="Confirm it.")
    made._add("parks", person=cid, at="2026-11-01", until="2026-11-20", state="due")
    digest = digest_view(made.analysis(), SETTINGS, Week(2026, 47))
    assert {each.person.name: each.why for each in digest.risky} == {
        "Ann Lee": 'Confirm it. (brickwall draft "Ann Lee" confirm)',
        "Bob Roe": "Confirm it.",
    }
    assert [each.what for each in digest.wakes] == [
        'Ask once. (brickwall draft "Cid Poe" milestone)'
    ]


@pytest.mark.parametrize("verdict", sorted(NO_MAIL))
def test_a_step_that_asks_for_none_names_none(verdict: str) -> None:
    """Whatever else is known."""
    made = Made()
    made.person("Ann Lee", "ann@acme.example", verdict=verdict, next_step="Stop.")
    report = views.report(made.analysis(), SETTINGS, Week(2026, 47))
    assert {action.what for action in report.actions} <= {"Stop."}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_no_mail_is_chosen_after_exactly_the_verdicts_that_are_said_to_need_none(
    verdict: str,
) -> None:
    """So that whoever looks at the verdict alone is right."""
    about = all_but(verdict=verdict, missed=None, risky=True)
    try:
        kind = chosen(about).kind
    except UsageError:
        kind = ""
    assert (kind == "") == (verdict in NO_MAIL)


@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        ("Ann Lee", "ann@acme.example", '"Ann Lee"'),
        ("Zoë O'Neil-Groß", "z@acme.example", '"Zoë O\'Neil-Groß"'),
        ("$(reboot)", "ann@acme.example", "ann@acme.example"),
        ('x" ; reboot "', "ann@acme.example", "ann@acme.example"),
        ("`reboot`", "a;reboot@acme.example", ""),
        ("“x”", "$(reboot)@acme.example", ""),
        ("%PATH%", "-rf@acme.example", ""),
    ],
)
def test_a_command_that_is_copied_does_nothing_else(name: str, address: str, told: str) -> None:
    """Names are chosen by strangers: what a shell might understand is not written down."""
    made = Made()
    person = made.person("Ann Lee", "ann@acme.example", verdict="unclear")
    who = Person(person, name, address, "")
    step = ready("Ask.", made.analysis(), who, "unclear", ZONE)
    assert step == (f"Ask. (brickwall draft {told} milestone)" if told else "Ask.")


def test_every_kind_has_words_for_what_it_is_for() -> None:
    """As the help of the command says them."""
    from brickwall.cli.draft import command

    assert command.help
    for kind, what in draft_kinds.KINDS.items():
        assert f"{kind:<10} {what}" in command.help
