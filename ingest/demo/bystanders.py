"""Everybody else in a rep's mailbox: nobody the rep sells to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ingest.demo.appointments import hosted
from ingest.demo.cast import REP, Person
from ingest.demo.letters import Letter
from ingest.demo.scene import Scene

_SEQUENCE = {"X-HubSpot-Sequence-Id": "48213", "X-Mailer": "HubSpot"}


def supplier(scene: Scene) -> None:
    """Wants to sell something to the rep, is seldom answered, and once gets a meeting."""
    meets = scene.chance(0.4)
    while True:
        if scene.chance(0.25):
            number = {"number": f"{scene.rng.randrange(10_000, 99_999)}"}
            scene.theirs("supplier_invoice", new="subject_invoice", slots=number)
        else:
            scene.theirs("supplier", new="subject_supplier" if scene.chance(0.6) else "")
        if scene.chance(0.3):
            scene.ours("to_supplier")
            if meets:
                hosted(scene)
                meets = False
        scene.pause(scene.rng.uniform(6, 25))


def recruiter(scene: Scene) -> None:
    """Has a position for the rep."""
    while True:
        scene.theirs("recruiter", new="subject_recruiter")
        if scene.chance(0.35):
            scene.ours("to_recruiter")
        scene.pause(scene.rng.uniform(15, 50))


def friend(scene: Scene) -> None:
    """Private mail that comes to the wrong mailbox."""
    while True:
        scene.theirs("friend", new="subject_friend")
        if scene.chance(0.7):
            scene.ours("to_friend")
        scene.pause(scene.rng.uniform(6, 30))


def colleague(scene: Scene) -> None:
    """Internal mail, which is left out before anything is stored."""
    while True:
        if scene.chance(0.5):
            scene.ours("to_colleague", new="subject_question")
        scene.theirs("colleague", new="subject_colleague")
        scene.pause(scene.rng.uniform(3, 12))


def newsletter(scene: Scene) -> None:
    """Every week or two an issue."""
    name = scene.them.company
    sender = Person(name, f"news@{scene.them.domain}", name)
    headers = {
        "List-Id": f"<news.{scene.them.domain}>",
        "List-Unsubscribe": f"<https://{scene.them.domain}/unsubscribe>",
        "Precedence": "bulk",
    }
    scene.truth = replace(scene.truth, address=sender.address, name=name)
    while True:
        subject = scene.pen.phrase(scene.them, "subject_newsletter")
        text = scene.pen.phrase(scene.them, "newsletter") + "\n\nUnsubscribe in your profile."
        scene.post(
            Letter(
                scene.ident(), scene.now, sender, (REP,), subject, text, html=True, headers=headers
            )
        )
        scene.pause(scene.rng.uniform(4, 9))


def cold(scene: Scene) -> None:
    """Gets the mails of a sequence tool, and never answers; some addresses are wrong."""
    bounces = scene.chance(0.25)
    first = scene.ours("sequence", new="subject_first", headers=_SEQUENCE)
    if bounces:
        daemon = Person("Mail Delivery System", f"mailer-daemon@{REP.domain}", "")
        at = first.at + timedelta(seconds=scene.rng.randrange(2, 90))
        text = f"The mail to {scene.them.address} could not be delivered: user unknown."
        subject = "Undelivered Mail Returned to Sender"
        scene.desk.letters.append(
            Letter(scene.ident(), at, daemon, (REP,), subject, text, bounced=first)
        )
        return
    for _ in range(scene.rng.randint(1, 3)):
        scene.ours("sequence", (3, 8), headers=_SEQUENCE)
