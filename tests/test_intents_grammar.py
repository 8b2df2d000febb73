"""Who does what in a sentence: words that accuse are believed only where they are an act."""

from __future__ import annotations

import pytest

from analyzer import intents

ACCUSING = {"reschedule", "cancel", "no_show", "refusal", "brush_off", "follow_up", "proposal"}


def said(text: str, subject: str = "", sender: str = "") -> set[str]:
    """The labels that hold for one message."""
    return {label for label, p, _ in intents.read(subject, text, sender) if p >= 0.5}


@pytest.mark.parametrize(
    "text",
    [
        "If you cannot attend the meeting on Monday, please tell the desk.",
        "If our board will not renew the contract, we lose the discount for all of them.",
        "Should we decline the invitation we would hear of it again.",
        "Unless I have to cancel our call tomorrow the plan stands.",
        "Wenn Sie den Termin absagen möchten, genügt eine kurze Nachricht.",
        "Falls wir kein Interesse haben, verfällt der Platz.",
        "Si nous ne sommes pas intéressés la place sera libre.",
        "Si no estamos interesados el lugar queda libre.",
        "Se non siamo interessati il posto resta libero.",
        "Als wij geen interesse hebben vervalt de plaats.",
        "Caso não tenhamos interesse, se não estamos interessados a vaga fica livre.",
    ],
)
def test_what_stands_under_a_condition_is_not_done(text: str) -> None:
    """A condition speaks of what might be."""
    assert not said(text) & {"refusal", "brush_off", "cancel", "no_show", "proposal"}


@pytest.mark.parametrize(
    "text",
    [
        '"We are not interested in your offer," the paper quotes the minister.',
        "Ann wrote: \u201cI will pass on this one\u201d and left it at that.",
        "In der Zeitung stand \u201eWir haben kein Interesse\u201c und sonst wenig.",
        "Le ministre répète «nous ne sommes pas intéressés» partout.",
        "He said that they are not interested in the project.",
        "Er sagte, wir haben kein Interesse.",
        "Il a dit que nous ne sommes pas intéressés.",
        "Dijo que no, ella dijo que no estamos interesados.",
        "Lui ha detto che non siamo interessati.",
        "Hij zei dat wij geen interesse hebben.",
        "Ele disse que não estamos interessados.",
        "I told the builder that we would not proceed with his estimate.",
        "Please inform the agency that we will not renew the licence.",
    ],
)
def test_words_of_others_and_to_others_refuse_nobody_here(text: str) -> None:
    """Quoted, reported, or said to somebody else: no answer to whom the mail is for."""
    assert not said(text) & {"refusal", "brush_off"}


@pytest.mark.parametrize(
    "text",
    [
        "Are you not interested in the offer?",
        "Did nobody show up?",
        "Do we have some time to wait until December?",
        "Haben wir kein Interesse?",
        "No estamos interesados?",
        "Non siamo interessati?",
    ],
)
def test_a_question_neither_refuses_nor_puts_off(text: str) -> None:
    """Who asks has not answered."""
    assert not said(text) & {"refusal", "no_show", "brush_off"}


@pytest.mark.parametrize(
    "text",
    [
        "No, I will not attend _______",
        "_____ I will attend in person _____ Via video conference _____ I will not attend",
        "Nein, ich kann am Montag nicht teilnehmen ______",
    ],
)
def test_a_form_to_fill_in_says_nothing_yet(text: str) -> None:
    """Lines to mark are the choices, not the answer."""
    assert not said(text) & (ACCUSING | {"commitment", "acceptance"})


@pytest.mark.parametrize(
    "text",
    [
        "You do not need the second file for this analysis.",
        "I do not need a high-resolution map.",
        "I cannot see how to write the raster to disk.",
        "I am not interested in the distance per se, only in the points.",
        "The data does not match our records.",
        "On a sphere the answer is no, because hexagons do not fit.",
        "This case is of no interest to me.",
        "With the copy I gave you I think we have covered who can stop the trading.",
        "We're all set for Thursday at nine.",
    ],
)
def test_a_no_to_things_is_no_refusal(text: str) -> None:
    """Only a no to what was offered or asked refuses."""
    assert "refusal" not in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "I cannot find the code at the moment.",
        "I'm not sure what I will do at this point.",
        "Unfortunately I do not have a phone right now.",
        "The revenue bonds will not be issued until October.",
        "I've been invited to speak at a conference in April.",
        "When the time comes, please check your roster.",
        "Ich finde die Datei im Moment nicht.",
        "Je ne trouve pas le fichier pour le moment.",
        "No encuentro el archivo en este momento.",
        "Non trovo il file al momento.",
        "Ik kan het bestand op dit moment niet vinden.",
        "Não encontro o ficheiro neste momento.",
    ],
)
def test_not_knowing_for_now_is_no_put_off(text: str) -> None:
    """Only a decision or a meeting can be put off."""
    assert "brush_off" not in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "The web page did not appear when I tried it.",
        "The utilities did not appear to be short of gas.",
        "I forgot about the third party info.",
        "The sensor failed to show any change.",
    ],
)
def test_things_that_do_not_appear_missed_no_meeting(text: str) -> None:
    """Only people stay away."""
    assert "no_show" not in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "I have not heard anything from Peter; let me check with him.",
        "I had never heard of that tool before.",
        "I am checking on exactly how much is held by the bank.",
        "In case you missed the show, it runs again on Sunday.",
        "Sorry to bother you, but could you tell me where the report is?",
        "Do you have a date in mind yet?",
    ],
)
def test_waiting_for_others_chases_nobody(text: str) -> None:
    """A chase asks the addressee for what they owe."""
    assert "follow_up" not in said(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Thank you for the offer, but I am not doing it this year.", "refusal"),
        ("I am not prepared to pay more than 2.7.", "refusal"),
        ("The price is not negotiable.", "refusal"),
        ("Our policy is clear and we cannot make exceptions.", "refusal"),
        ("I don't think we'll be interested in this.", "refusal"),
        ("I would rather not take part.", "refusal"),
        ("Let us leave it as it is for now.", "brush_off"),
        ("I think it is best for us to wait.", "brush_off"),
        ("We cannot commit to anything at this stage.", "brush_off"),
        ("Let me ask around and get back to you.", "brush_off"),
        ("There will not be a staff meeting on Monday.", "cancel"),
        ("Peter will be unable to participate in this conference call.", "cancel"),
        ("We will not be needing you to attend on Friday.", "cancel"),
        ("Sorry to have missed you at the sales presentation.", "no_show"),
        ("She asked that I follow up with you regarding her mail.", "follow_up"),
        ("I sent you a letter last week. Are you still the right person for this?", "follow_up"),
        ("The workshop is on Wednesday, June 20th, instead of Tuesday, June 12th.", "reschedule"),
        ("This is the proposal for your fleet.", "proposal"),
        ("There will be a meeting of the team on Monday at ten.", "meeting_request"),
        ("Would your schedule permit a dinner next week?", "meeting_request"),
        ("Yes, I will serve on this board, count me in.", "acceptance"),
        ("Jane is fine with the memo.", "delegate"),
    ],
)
def test_other_ways_to_say_it_are_understood(text: str, label: str) -> None:
    """Acts are recognised however they are put."""
    assert label in said(text)


def test_a_subject_tells_of_a_cancellation() -> None:
    """Much mail says it nowhere else."""
    assert "cancel" in said("See attachment.", subject="Breakfast of 24 October cancelled")


def test_announcing_a_meeting_expects_no_answer() -> None:
    """A date to note is no question."""
    assert "expects_reply" not in said("There will be a staff meeting on Monday at ten in room 4.")


def test_a_private_address_at_a_mail_service_is_no_machine() -> None:
    """Some services put "email" in every customer's address."""
    assert "auto" not in said("See you on Monday then.", sender="ann.bell@email.msn.com")


def test_what_turns_out_machine_made_promises_nothing() -> None:
    """Whatever else such a text holds, nobody gave their word."""
    labels = said(
        "Dear subscriber, your request has been received. We will send you a reply. To be removed "
        "from this list, click here to unsubscribe.",
        sender="noreply@shop.example",
    )
    assert "auto" in labels
    assert "commitment" not in labels


def test_mail_in_a_language_nobody_taught_is_left_to_rules() -> None:
    """The fit was made on English; where no function word tells the language it is silent."""
    assert not said("Oczywiście, spotkam się z radością. Mój telefon: 408 855 0263.")


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to hear from you again.",
        "Please cease all communication.",
        "Unsubscribe",
        "Leave us in peace.",
        "Lassen Sie mich in Ruhe.",
        "Ich widerspreche der Nutzung meiner Daten.",
        "Ne me contactez plus.",
        "Veuillez me retirer de votre liste.",
        "Deje de contactarme.",
        "Mi cancelli dalla lista.",
        "Non voglio più ricevere le vostre email.",
        "Schrijf me niet meer.",
        "Parem de me contactar.",
    ],
)
def test_an_objection_is_heard_in_every_language(text: str) -> None:
    """Also where the words are too few to tell the language."""
    assert "objection" in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "I do not want to get this wrong.",
        "To unsubscribe from this newsletter, click here.",
        "Don't contact the client before we have spoken.",
        "Please remove the second page from the report.",
        "Bitte löschen Sie die alte Datei.",
        "Pour ne plus recevoir ces messages, cliquez ici.",
    ],
)
def test_who_asks_for_something_else_does_not_object(text: str) -> None:
    """Footers and work on other things are no objection."""
    assert "objection" not in said(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Any chance we could do this on Friday rather than Thursday?", "reschedule"),
        ("I can't do ten after all. Would eleven suit you?", "reschedule"),
        ("Unfortunately Thursday no longer works for me. Are you around on Friday?", "reschedule"),
        ("The board meeting originally planned for Monday is now on Wednesday.", "reschedule"),
        ("We don't need to meet on Monday any more.", "cancel"),
        ("Please take our Wednesday meeting off your calendar.", "cancel"),
        ("We had a call at ten but you weren't there.", "no_show"),
        ("Nobody from your side joined the call.", "no_show"),
        ("We have no plans to change our system.", "refusal"),
        ("Our management did not approve the purchase.", "refusal"),
        ("Perhaps some time after summer.", "brush_off"),
        ("Check back with me in a few months.", "brush_off"),
        ("I tried to reach you by phone several times.", "follow_up"),
        ("I still need your answer on the below.", "follow_up"),
        ("We would charge 900 a day for the training.", "proposal"),
        ("Enclosed is the agreement for your signature.", "proposal"),
        ("No objections from my side.", "acceptance"),
        ("Dr. Brown is out of town and asked me to answer you.", "delegate"),
    ],
)
def test_acts_are_recognised_by_their_grammar(text: str, label: str) -> None:
    """Who does what decides, not the one common phrase for it."""
    assert label in said(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("We need to move the meeting minutes to the shared folder.", "reschedule"),
        ("She changed her mind about the meeting.", "reschedule"),
        ("He told me their meeting was rescheduled for Monday.", "reschedule"),
        ("We can ship on Tuesday instead.", "reschedule"),
        ("The delivery was rescheduled to Tuesday.", "reschedule"),
        ("If anyone cannot attend the meeting, let me know.", "cancel"),
        ("Did you cancel the meeting?", "cancel"),
        ("The customer cancelled his meeting with Bob.", "cancel"),
        ("No thanks needed.", "refusal"),
        ("I am happy with the current draft.", "refusal"),
        ("The other bidder rejected the terms.", "refusal"),
        ("I cannot accept that the tests are slow.", "refusal"),
        ("I haven't received a reply from the bank.", "follow_up"),
        ("He accepted a job at another company.", "acceptance"),
        ("Hopefully you are OK with the change.", "acceptance"),
        ("Let's go ahead and discuss this.", "acceptance"),
        ("Their price would be $12.", "proposal"),
    ],
)
def test_the_same_words_about_others_or_other_things_are_no_act(text: str, label: str) -> None:
    """Third persons, things that are no meeting, thanks and questions."""
    assert label not in said(text)


@pytest.mark.parametrize("word", ["months", "money", "friends", "decision", "octopus", "junction"])
def test_the_beginning_of_a_word_is_no_day(word: str) -> None:
    """Months hold no Monday, and a decision no December."""
    assert "brush_off" in said(f"We will get back to you once the {word} are clear.")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Haben Sie den Termin abgesagt?", "cancel"),
        ("Die Lieferung wurde auf Freitag verschoben.", "reschedule"),
        ("Ich habe noch keine Antwort von der Bank erhalten.", "follow_up"),
        ("Avez-vous annulé la réunion ?", "cancel"),
        ("¿Ha cancelado la reunión?", "cancel"),
    ],
)
def test_questions_and_other_things_are_no_act_in_other_languages(text: str, label: str) -> None:
    """Who asks whether it was called off calls nothing off."""
    assert label not in said(text)
