"""Google's interfaces as its own client library knows them, over our session.

The library builds the requests from the description of each interface that comes with it (no look
at the network is needed), and reads the answers. They travel signed over ``google_client.Google``:
so proxy, certificates, time limits and the renewal of the access are those of all our requests, and
whether something is tried again is decided in ``ingest.retry`` alone.

What is asked for one by one goes this way. Messages in bulk do not: the library keeps a whole batch
in memory and reads it with the standard library's mail parser, at a fortieth of the speed of
``google_batch``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.google_client import Google, GoogleError, Json, object_of

if TYPE_CHECKING:
    from httplib2 import Response  # type: ignore[import-untyped]


class Api(NamedTuple):
    """An interface by its name and version in Google's directory."""

    name: str
    version: str


GMAIL = Api("gmail", "v1")
CALENDAR = Api("calendar", "v3")
MEET = Api("meet", "v2")


class Service:
    """One interface at ``endpoint``; the library is loaded with the first request."""

    def __init__(self, google: Google, api: Api, endpoint: str) -> None:
        self._google = google
        self._api = api
        self._endpoint = endpoint

    @cached_property
    def root(self) -> Any:
        """The library's object for the interface: ``root.users().messages().list(...)``."""
        from googleapiclient.discovery import build_from_document  # type: ignore[import-untyped]

        return build_from_document(self._document(), http=_Http(self._google))

    def _document(self) -> Json:
        folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
        name = f"{self._api.name}.{self._api.version}.json"
        document: Json = json.loads((folder / name).read_text("utf-8"))
        # The library has no other way to move all of an interface to another host.
        document.pop("mtlsRootUrl", None)
        return document | {"rootUrl": f"{self._endpoint}/"}


def executed(request: Any) -> Json:
    """The JSON object that answers a request of the library.

    Raises what ``Google.get`` raises: see ``google_client.classify``.
    """
    from googleapiclient.errors import HttpError  # type: ignore[import-untyped]

    try:
        return object_of(request.execute(num_retries=0))
    except HttpError as error:
        raise GoogleError(error.resp.status, dict(error.resp), error.content) from error


def listed(ask: Callable[[str | None], Json], items: str) -> Iterator[Json]:
    """All ``items`` of a list, page by page; ``ask``: the page of a token, ``None`` for the first.

    Raises what ``ask`` raises.
    """
    token: str | None = None
    while True:
        page = ask(token)
        yield from page.get(items, ())
        token = str(page.get("nextPageToken", "")) or None
        if token is None:
            return


class _Http:
    """Signed requests in the form that Google's library wants."""

    def __init__(self, google: Google) -> None:
        self._google = google

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> tuple[Response, bytes]:
        """One request and its answer, whatever its status."""
        from httplib2 import Response

        answer = self._google.signed(method, uri, data=body, headers=headers or {})
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Response({**told, "status": str(answer.status_code)}), answer.content

    def close(self) -> None:
        """The session belongs to somebody else."""
