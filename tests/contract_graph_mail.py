"""The contract's adapter for mail folders of Microsoft 365."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from ingest.graph import GraphSource
from ingest.graph_state import Wanted
from tests.contract import Peer, raw_message
from tests.graph_builder import source
from tests.graph_fake import Graph, graph


class GraphPeer(Peer):
    """An account on a fake Graph with pages of two items. ``names``: the id of what was added."""

    wanted = Wanted()

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.names: dict[str, str] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.graph: Graph = self._stack.enter_context(graph(page=2))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def requests(self) -> int:  # type: ignore[override]
        """Requests over HTTP; a batch is one."""
        return len(self.graph.requests)

    def source(self) -> GraphSource:
        """A new source."""
        return source(self.graph, wanted=self.wanted)

    def expire(self) -> None:
        """All links of all lists are forgotten."""
        self.graph.answers.expire()


class GraphMailPeer(GraphPeer):
    """Mail folders alone."""

    name = "graph_mail"
    wanted = Wanted(calendar=False)

    def add_message(self, name: str) -> None:
        """Into the inbox."""
        self.names[name] = self.graph.mailbox.receive(raw_message(name))

    def delete_message(self, name: str) -> None:
        """Into the deleted items, which are not read."""
        self.graph.mailbox.move(self.names[name], "deleteditems")

    def move_message(self, name: str) -> None:
        """Into the archive."""
        self.graph.mailbox.move(self.names[name], "archive")

    def copy_message(self, name: str) -> None:
        """Into the archive, under an id of its own."""
        self.names[f"copy of {name}"] = self.graph.mailbox.copy(self.names[name], "archive")

    def uncopy_message(self, name: str) -> None:
        """The copy is deleted for good."""
        self.graph.mailbox.delete(self.names[f"copy of {name}"])

    def break_item(self, name: str) -> None:
        """It has attachments, and Graph fails when asked for them."""
        message = self.graph.mailbox.messages[self.names[name]]
        message.json["hasAttachments"] = True
        message.status = 500

    def mend_item(self, name: str) -> None:
        """Graph tells them again."""
        self.graph.mailbox.messages[self.names[name]].status = 0


PEERS = [GraphMailPeer]
