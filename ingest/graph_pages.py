"""The next pages of several listings, and what they leave out, in as few requests as that takes.

Parts of a ``$batch`` need not belong together: while a page is completed (attachments, meetings,
links), the page behind it comes along.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest.graph_client import Answer, GraphClient, is_page
from ingest.graph_faults import failure_of, passes
from ingest.graph_json import Json, parts, text
from ingest.graph_mail import MailReader, MailStrand
from ingest.graph_strand import Strand


class Pages:
    """Answers that are there before they are read. ``mail``: knows what a page of mail leaves out.

    Methods raise what ``Retry.call`` raises.
    """

    def __init__(self, client: GraphClient, mail: MailReader) -> None:
        self._client = client
        self._mail = mail
        self._ahead: dict[str, Answer] = {}

    def ask(self, links: Iterable[str]) -> None:
        """Have what is behind these links, asked for together."""
        missing = [link for link in dict.fromkeys(links) if link not in self._ahead]
        self._ahead |= zip(missing, self._client.batch(missing), strict=True)

    def complete(self, strands: Sequence[Strand]) -> None:
        """Have what the next pages of these listings leave out, and the pages behind them.

        Only of pages that are there.
        """
        shown = [(one, self._shown(one.link)) for one in strands]
        behind = [text(page, "@odata.nextLink") for _, page in shown]
        behind = [link for link in behind if link and link not in self._ahead]
        mail = [(one, parts(page, "value")) for one, page in shown if isinstance(one, MailStrand)]
        self._ahead |= self._mail.prepare(mail, behind)

    def page(self, link: str) -> Json:
        """The page at ``link``, asked for again where it was not given."""
        answer = self._ahead.get(link)
        if answer is not None and answer.error is not None and passes(answer.error):
            del self._ahead[link]
        told = self.told(link)
        return told if told is not None and is_page(told) else self._client.page(link)

    def told(self, link: str) -> Json | None:
        """What was answered beforehand, ``None`` where that was no JSON object."""
        answer = self._ahead.pop(link, None)
        if answer is not None and answer.error is not None:
            raise failure_of(answer.error)
        return answer.body if answer is not None and isinstance(answer.body, dict) else None

    def is_gone(self, link: str) -> bool:
        """Whether Graph says that what a listing is about is no longer there."""
        self.ask([link])
        return self._ahead.pop(link).status == 404

    def _shown(self, link: str) -> Json:
        answer = self._ahead.get(link)
        good = answer is not None and answer.error is None and is_page(answer.body)
        return answer.body if answer is not None and good else {}
