"""How an Exchange Server may be named."""

from __future__ import annotations

import pytest

from ingest.exchange_access import server_url
from store.errors import UsageError


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ("mail.ours.example", "https://mail.ours.example/EWS/Exchange.asmx"),
        ("mail.ours.example:8443", "https://mail.ours.example:8443/EWS/Exchange.asmx"),
        ("https://mail.ours.example/", "https://mail.ours.example/EWS/Exchange.asmx"),
        ("https://mail.ours.example/a/b.asmx", "https://mail.ours.example/a/b.asmx"),
        ("http://localhost:8080", "http://localhost:8080/EWS/Exchange.asmx"),
    ],
)
def test_a_server_is_named_by_host_or_address(told: str, url: str) -> None:
    """The usual path of its web services need not be told."""
    assert server_url(told) == url


@pytest.mark.parametrize(
    "told",
    ["http://mail.ours.example", "ftp://mail.ours.example", "https://", "mail ours", "a@b.example",
     "https://mail.ours.example:port"],
)  # fmt: skip
def test_what_is_no_server_or_not_encrypted_is_refused(told: str) -> None:
    """Before anything is asked or sent."""
    with pytest.raises(UsageError):
        server_url(told)
