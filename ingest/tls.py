"""What the certificates of servers are held against."""

from __future__ import annotations

import ssl

from requests.utils import DEFAULT_CA_BUNDLE_PATH


def context(ca_file: str) -> ssl.SSLContext:
    """The system's authorities and those of requests, or only those in ``ca_file`` (PEM)."""
    found = ssl.create_default_context(cafile=ca_file or None)
    if not ca_file:
        found.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return found
