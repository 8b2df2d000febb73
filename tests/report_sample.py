"""Two hand-made analyses to test reports with and to look at: a usual week, a hostile one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from reports.webmail import Outlook
from reports.week import Week
from tests.analysis_builder import Made

WEEK: Final = Week(2026, 47)

#: Text that must stay text wherever it is shown.
HOSTILE: Final = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror=alert(1)>',
    "=HYPERLINK(\"http://evil.example\",\"pay\")",
    "safe\u202egnp.exe\u202c \u200f\u2066abc",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J bell\x07 back\x08",
    "**bold** [click](javascript:alert(1)) `code` | cell | http://evil.example www.evil.example",
    "{{ 7 * 7 }} {% raw %} ${x}",
    "long " + "x" * 10_000,
    "👩‍👩‍👧‍👦 🧱 Ünïcode Zoë \u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308",
    "[red]markup[/red] [link=http://evil.example]x[/link]",
    "--><style>body{display:none}</style><!--",
    "line one\r\nSubject: two\u2028three\x00",
)  # fmt: skip


def links(references: Collection[str]) -> Mapping[str, str]:
    """A link for every mail, with ids that a stranger might have chosen."""
    web = Outlook("https://outlook.office365.com")
    mails = sorted(each for each in references if each.startswith("message:"))
    return {each: web.link("", HOSTILE[n % len(HOSTILE)]) for n, each in enumerate(mails)}


def usual() -> Made:
    """A week with every verdict, deals, questions, people waiting and people left out."""
    made = Made(as_of="2026-11-23 06:00")
    made.account()
    made.account(
        "rep@ours.example (calendar)", kind="ics", messages=0, failures=2, checked_at="2026-11-20"
    )
    _wall(made)
    _mover(made)
    _ghost(made)
    _others(made)
    _left_out(made)
    return made


def _wall(made: Made) -> None:
    dana = made.person(
        "Dana Whitfield",
        "dana.whitfield@northgate.example",
        verdict="walk away",
        reason="Four meetings moved within hours of their start, then silence after each new "
        "proposal; an apology in September changed nothing.",
        next_step="Stop offering dates. Close the Northgate deal as lost and give the hours to "
        "Harbour Freight.",
        attention=9.4,
        trend="worse",
        sure="sure",
        hours=31.5,
        week_hours=3.2,
        lost_hours=6.5,
        odds=(0.968, 0.83),
    )
    for month, day in (("05", "12"), ("06", "16"), ("08", "11"), ("09", "22")):
        at = f"2026-{month}-{day} 13:00"
        meeting = made.meeting(dana, at=at, summary="Northgate: fleet contract", presence="no")
        early = f"2026-{month}-{day} 12:20"
        event = made.change(dana, meeting, "moved", at=early, old_start=at)
        mail = made.message(
            dana, at=early, subject="Re: today", shows="something came up, can we push this"
        )
        sentence = f"Moved the meeting of {int(day)}.{month}. 40 minutes before it began."
        made.sign(dana, sentence, at=early, shows=[event, mail], strength=0.9)
    asked = [
        made.message(dana, at=at, subject="Northgate: revised offer", outgoing=True)
        for at in ("2026-10-05 09:00", "2026-10-19 09:00", "2026-11-09 09:10")
    ]
    cause = made.sign(
        dana,
        "No answer for 41 days to the offer of 5 October, asked three times.",
        at="2026-11-16 09:10",
        family="proposals",
        signal="silent after a proposal",
        shows=asked,
    )
    made.sign(
        dana,
        "Two follow-ups stayed without an answer.",
        at="2026-11-16 09:00",
        family="proposals",
        signal="follow-ups unanswered",
        shows=asked[1:],
        episode=cause,
        strength=0.4,
    )
    sorry = made.message(
        dana, at="2026-09-24 15:00", subject="Apologies", shows="so sorry, next week for sure"
    )
    made.sign(
        dana,
        "Apologised on 24 September for the silence, asked for a new date, and did not answer "
        "the three dates offered.",
        at="2026-10-02 08:00",
        family="cycles",
        signal="silence, apology, silence",
        shows=[sorry],
    )
    made.sign(
        dana,
        "Came to the meeting of 14 July as agreed.",
        at="2026-07-14 14:00",
        signal="meeting kept",
        good=True,
        strength=0.5,
    )
    made.meeting(dana, at="2026-07-14 13:00", summary="Northgate: kick-off", presence="yes")
    made.topic(
        dana,
        "Northgate: fleet contract",
        deal=7,
        stage="negotiation",
        value=84_000.0,
        currency="EUR",
        proposed_at="2026-10-05 09:00",
        last_two_way_at="2026-09-24 15:00",
    )
    made.question(
        dana,
        "You moved the meeting of 3 November an hour before it began. Did they ask for it by "
        "phone, or was it you?",
        at="2026-11-03 10:00",
    )


def _mover(made: Made) -> None:
    li = made.person(
        "Li Wen",
        "li.wen@harbourfreight.example",
        verdict="change approach",
        reason="Three of five meetings were moved on the day itself; mails are answered within "
        "a day.",
        next_step="Confirm Thursday's meeting by phone the day before, and ask for a colleague "
        "who can stand in.",
        attention=6.1,
        trend="steady",
        sure="fairly sure",
        hours=14.0,
        week_hours=2.5,
        lost_hours=2.0,
        odds=(0.31, 0.58),
    )
    for week, presence in enumerate(("yes", "no", "yes", "no", "yes")):
        at = f"2026-{9 + week // 3:02d}-{8 + week * 4:02d} 09:30"
        meeting = made.meeting(li, at=at, summary="Harbour Freight: pilot", presence=presence)
        if presence == "no":
            event = made.change(li, meeting, "moved", at=at, old_start=at)
            made.sign(li, "Moved the meeting on the day itself.", at=at, shows=[event])
    mail = made.message(li, at="2026-11-19 07:30", subject="Re: pilot", shows="let us do Thursday")
    made.sign(
        li,
        "Answered within two hours and named a new date.",
        at="2026-11-19 07:30",
        family="answers",
        signal="quick answer",
        good=True,
        strength=0.4,
        shows=[mail],
    )
    ahead = made.meeting(li, at="2026-11-26 10:00", summary="Harbour Freight: pilot results")
    why = "3 of 4 dates so far moved late or missed; confirm the day before."
    made.meeting_risk(ahead, li, at="2026-11-26 10:00", risk=0.6, why=why)
    going = made.topic(
        li,
        "Harbour Freight: pilot and roll-out",
        deal=9,
        stage="pilot",
        value=126_500.0,
        currency="EUR",
        proposed_at="2026-10-20",
        last_two_way_at="2026-11-19 07:30",
        next_step="Meeting: pilot results",
        next_step_at="2026-11-26 10:00",
    )
    cameras = made.topic(li, "Cameras for the yard")
    made.opportunity(going)
    made.opportunity(
        cameras,
        drop="Nothing about it since 8 September, though they wrote of other things on "
        "19 November.",
    )


def _ghost(made: Made) -> None:
    omar = made.person(
        "Omar Haddad",
        "omar@brightwater.example",
        verdict="stop chasing",
        reason="Four questions since August without an answer; an answer is now unlikely.",
        next_step="Send nothing more before they write. No blame: they never promised anything.",
        attention=3.9,
        trend="worse",
        hours=5.5,
        week_hours=0.8,
        odds=(0.12, 0.91),
    )
    asked = [
        made.message(omar, at=f"2026-{month}-04 10:00", subject="Your filters", outgoing=True)
        for month in ("08", "09", "10", "11")
    ]
    usual_wait = "Usually answers within 2 days (9 of 10); this has been 19 days; "
    made.open_question(
        asked[-1],
        omar,
        at="2026-11-04 10:00",
        chance=0.04,
        why=usual_wait + "4 % are still answered after that.",
    )
    made.sign(
        omar,
        "Four questions in a row stayed without an answer, the first on 4 August.",
        at="2026-11-18 10:00",
        family="answers",
        signal="follow-ups unanswered",
        shows=asked,
    )
    made.topic(
        omar,
        "Brightwater: replacement filters",
        proposed_at="2026-08-04 10:00",
        last_two_way_at="2026-07-20",
    )


def _others(made: Made) -> None:
    ruth = made.person(
        "Ruth Adeyemi",
        "ruth@adeyemi-partners.example",
        verdict="last try",
        reason="The decision was due on 10 November; nothing since.",
        next_step="Send one last short question with a date, then let it rest.",
        attention=5.0,
        trend="worse",
        hours=8.0,
        week_hours=1.0,
        odds=(0.2, 0.66),
    )
    made.topic(
        ruth,
        "Adeyemi: audit package",
        proposed_at="2026-10-12",
        value=18_200.0,
        currency="EUR",
        last_two_way_at="2026-11-02",
        next_step="They decide",
        next_step_at="2026-11-10",
    )
    made.person(
        "Tomás Reyes",
        "tomas@vela.example",
        verdict="park",
        reason="Asked to talk again when the new budget is set.",
        next_step="Nothing until 11 January 2027.",
        until="2027-01-11",
        attention=0.5,
        hours=3.0,
    )
    made.person(
        "Ingrid Solberg",
        "ingrid.solberg@fjordline.example",
        verdict="win back",
        reason="Said no in June, with a reason: the delivery time. It is shorter now.",
        next_step="Write once about the new delivery time of two weeks.",
        until="2026-11-25",
        attention=2.2,
        trend="new",
        hours=2.5,
        week_hours=0.4,
    )
    made.person(
        "Paul Kessler",
        "p.kessler@stahlbau-kessler.example",
        verdict="do not contact",
        reason="Asked on 2 October not to be written to again.",
        attention=0.0,
        hours=1.2,
    )
    good = made.person(
        "Amélie Fontaine",
        "amelie@fontaine-fils.example",
        verdict="keep going",
        next_step="Go on as before.",
        reason="Slow, but every promise of the last half year was kept.",
        attention=0.3,
        trend="better",
        sure="sure",
        hours=11.0,
        week_hours=2.0,
        odds=(0.008, 0.12),
    )
    for month in ("06", "07", "09", "11"):
        at = f"2026-{month}-17 08:00"
        made.meeting(good, at=at, summary="Fontaine: review", presence="yes")
        made.sign(good, "Kept the meeting.", at=at, signal="meeting kept", good=True, strength=0.6)
    made.waits(good, at="2026-11-17 12:00", subject="Which of the two finishes is in stock?")
    made.waits(ruth, at="2026-11-20 12:00", subject="Invoice address")
    made.person("Sam Okoro", "sam@okoro.example", verdict="unclear", trend="new", sure="not sure",
                reason="Only one exchange so far.", hours=0.4, week_hours=0.4)  # fmt: skip


def _left_out(made: Made) -> None:
    for n in range(4):
        made.left_out(f"Supplier {n + 1}", f"sales@supplier{n}.example", "supplier")
    made.left_out("Job Hunter", "jobs@hunter.example", "recruiter")
    for n in range(12):
        made.left_out("", f"news{n}@letters.example", "newsletter")


def hostile() -> Made:
    """Every text that mail can bring in, hostile."""
    made = Made(as_of="2026-11-23 06:00")
    made.account("<b>account</b>")
    for n, text in enumerate(HOSTILE):
        person = made.person(
            text,
            f"h{n}@hostile.example",
            company=text,
            verdict="walk away",
            reason=text,
            next_step=text,
            attention=20.0 - n,
            milestone=text,
            odds=(0.97, 0.8),
            hours=1.0,
        )
        mail = made.message(person, at="2026-11-18 08:00", subject=text, shows=text)
        meeting = made.meeting(person, at="2026-11-18 09:00", summary=text, presence="no")
        event = made.change(person, meeting, "moved", at="2026-11-18 08:00")
        made.sign(person, text, at="2026-11-18 08:00", shows=[mail, event], signal=text)
        made.topic(person, text, proposed_at="2026-11-01", stage=text, next_step=text)
        made.question(person, text, at="2026-11-18 08:00", shows=(mail,))
        made.waits(person, at="2026-11-19", subject=text)
        made.left_out(text, f"l{n}@hostile.example", "supplier")
    return made
