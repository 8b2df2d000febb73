"""Where providers are reached: configuration, for national clouds, proxies and tests."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Google:
    """Addresses without a trailing slash. Section ``[google]``.

    ``units_per_minute``: what may be used of Gmail's quota; reading a message takes 20.
    """

    auth_endpoint: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token_endpoint: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    revoke_endpoint: str = "https://oauth2.googleapis.com/revoke"
    gmail_endpoint: str = "https://gmail.googleapis.com"
    calendar_endpoint: str = "https://www.googleapis.com"
    meet_endpoint: str = "https://meet.googleapis.com"
    units_per_minute: float = 6_000


@dataclass(frozen=True, slots=True)
class Microsoft:
    """Section ``[microsoft]``.

    ``authority``: without the tenant, which stands in ``credentials.json``.
    ``check_authority``: whether Microsoft is asked if it knows the authority.
    """

    authority: str = "https://login.microsoftonline.com"
    graph_endpoint: str = "https://graph.microsoft.com"
    check_authority: bool = True


@dataclass(frozen=True, slots=True)
class Exchange:
    """Section ``[exchange]``. ``authority``: who issues OAuth tokens for the server."""

    authority: str = "https://login.microsoftonline.com"


@dataclass(frozen=True, slots=True)
class Network:
    """Section ``[network]``.

    ``proxy``: address of a proxy; ``""``: as HTTPS_PROXY says. ``ca_file``: PEM file of the
    certificates that are trusted; ``""``: the usual ones. ``timeout_seconds``: how long an answer
    may take.
    """

    proxy: str = ""
    ca_file: str = ""
    timeout_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Everything about where and how providers are reached."""

    google: Google = field(default_factory=Google)
    microsoft: Microsoft = field(default_factory=Microsoft)
    exchange: Exchange = field(default_factory=Exchange)
    network: Network = field(default_factory=Network)
