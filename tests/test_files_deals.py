"""deals.csv: columns, delimiters, numbers, dates and bad lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.deals import amount, close_date, decoded, looks_like_deals, parse


def test_plain_file_with_the_documented_columns() -> None:
    """Every field arrives where it belongs."""
    data = (
        b"contact,topic,stage,value,owner,close date,won/lost\n"
        b"Bob@Theirs.example,Pumps,proposal,12500.50,Ann,2025-03-31,\n"
        b"cy@other.example,Valves,closed,900,Ann,2025-01-15,Won\n"
    )
    deals, failures = parse(data)
    assert not failures
    first, second = deals
    assert first.contact == "bob@theirs.example"
    assert (first.topic, first.stage, first.value, first.owner) == (
        "Pumps",
        "proposal",
        12500.5,
        "Ann",
    )
    assert first.close_at == datetime(2025, 3, 31, tzinfo=UTC)
    assert (first.outcome, second.outcome) == ("", "won")


def test_european_export_with_semicolons_commas_and_cp1252() -> None:
    """Delimiter, decimal comma, day-first dates and encoding are found out."""
    text = (
        "Kontakt;Thema;Phase;Betrag;Abschluss;Ergebnis\n"
        "Jörg Weiß;Öl;Angebot;1.234,50 €;03/04/2025;verloren\n"
    )
    (deal,), failures = parse(text.encode("cp1252"))
    assert not failures
    assert (deal.contact, deal.topic, deal.value, deal.currency) == (
        "Jörg Weiß",
        "Öl",
        1234.5,
        "EUR",
    )
    assert deal.close_at == datetime(2025, 4, 3, tzinfo=UTC)
    assert deal.outcome == "lost"


def test_crm_export_prefers_the_address_and_reads_closed_won() -> None:
    """Header names of the large systems; the stage tells the outcome."""
    data = (
        b"Deal Name\tDeal Stage\tAmount\tClose Date\tContact\tEmail\n"
        b"A\tClosed Won\t$12k\t12/31/2025\tBob B\tb@x.example\n"
    )
    (deal,), _ = parse(data)
    assert (deal.contact, deal.topic, deal.value, deal.currency) == (
        "b@x.example",
        "A",
        12000,
        "USD",
    )
    assert (deal.outcome, deal.close_at) == ("won", datetime(2025, 12, 31, tzinfo=UTC))


def test_bad_lines_become_failures_and_the_rest_is_read() -> None:
    """No contact, no number, no date: the line and the reason."""
    data = (
        b"contact,topic,value,close date\n"
        b",Nobody,1,\nb@x.example,A,lots,\nb@x.example,B,1,soon\nb@x.example,C,1,2025-02-30\n"
        b"\nb@x.example,D,1,2025-02-28\nb@x.example\n"
    )
    deals, failures = parse(data, "d.csv")
    assert [deal.topic for deal in deals] == ["D", ""]
    assert [failure.item for failure in failures] == [f"d.csv, line {n}" for n in (2, 3, 4, 5)]
    assert [failure.why for failure in failures] == [
        "the line names no contact",
        "'lots' is not a value",
        "'soon' is not a date such as 2025-03-31",
        "'2025-02-30' is not a date of the calendar",
    ]


def test_same_deal_keeps_its_name_when_its_stage_changes() -> None:
    """A later export updates the deal; two of one topic stay two."""
    head = b"contact,topic,stage,value\n"
    (before,), _ = parse(head + b"b@x.example,A,offer,1\n")
    (after, other), _ = parse(head + b"B@x.example,A,won,1\nb@x.example,A,offer,2\n")
    assert before.provider_id == after.provider_id != other.provider_id


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("", None, ""),
        ("1234", 1234, ""),
        ("1,234", 1234, ""),
        ("1.234", 1234, ""),
        ("1.5", 1.5, ""),
        ("1,5", 1.5, ""),
        ("1.234.567", 1234567, ""),
        ("1,234,567.89", 1234567.89, ""),
        ("1'234.50 CHF", 1234.5, "CHF"),
        ("£ 12 000", 12000, "GBP"),
        ("-250.00", -250, ""),
        ("1.2m", 1200000, ""),
        ("1.5E+05", 150000, ""),
        ("2e3 EUR", 2000, "EUR"),
    ],
)
def test_amounts(text: str, value: float | None, currency: str) -> None:
    """Marks of thousands and decimals, signs and codes; spreadsheets write powers of ten."""
    assert amount(text) == (value, currency)


def test_an_amount_beyond_all_numbers_is_none() -> None:
    """No deal is worth infinitely much, and no sum with it would mean anything."""
    with pytest.raises(ValueError, match="'1e400' is not a value"):
        amount("1e400")


@pytest.mark.parametrize(
    ("text", "month_first", "month", "day"),
    [
        ("3/4/2025", True, 3, 4),
        ("3/4/2025", False, 4, 3),
        ("2025/3/4", True, 3, 4),
        ("03-04-25", False, 4, 3),
    ],
)
def test_close_dates(text: str, month_first: bool, month: int, day: int) -> None:
    """ISO is never turned round; the others as the column tells."""
    assert close_date(text, month_first=month_first) == datetime(2025, month, day, tzinfo=UTC)


def test_one_date_after_the_twelfth_decides_for_the_column() -> None:
    """3/4 is 3 April if another line says 25/12."""
    head = b"contact,topic,value,close date\n"
    deals, _ = parse(head + b"a@x.example,A,1,3/4/2025\nb@x.example,B,1,25/12/2025\n")
    assert deals[0].close_at == datetime(2025, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_and_without_mark(encoding: str) -> None:
    """What spreadsheets write."""
    data = "Contact,Topic,Value\nZoë,Öl,1\n".encode(encoding)
    assert looks_like_deals(data)
    assert parse(data)[0][0].contact == "Zoë"


def test_other_tables_are_not_deals() -> None:
    """A list of products or of addresses alone is left alone."""
    assert not looks_like_deals(b"name,price,stock\na,1,2\n")
    assert not looks_like_deals(b"email\na@x.example\n")
    assert not looks_like_deals(b"")


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_exception(data: bytes) -> None:
    """Hostile tables end in failures."""
    parse(b"contact,topic,value,close date\n" + data)
    looks_like_deals(data)
    assert "\0" not in decoded(data)
