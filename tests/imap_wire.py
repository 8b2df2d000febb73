"""Between the source and an IMAP server: what is asked is noted, and the connection can be cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Self


class Wire:
    """Passes everything on to ``port``. ``commands``: what the client asked, without tags.

    ``cuts``: for the connections to come, after how many bytes of the server each is cut.
    """

    def __init__(self, port: int) -> None:
        self.commands: list[str] = []
        self.cuts: list[int] = []
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def cut(self) -> None:
        """Cut all connections that there are."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                self._open += [client, server]
                left = self.cuts.pop(0) if self.cuts else None
                _start(self._upwards, client, server)
                _start(self._downwards, server, client, left)

    def _upwards(self, client: socket.socket, server: socket.socket) -> None:
        while data := client.recv(65_536):
            lines = data.decode("utf-8", "replace").split("\r\n")
            self.commands += [line.partition(" ")[2] for line in lines if " " in line]
            server.sendall(data)

    def _downwards(self, server: socket.socket, client: socket.socket, left: int | None) -> None:
        while data := server.recv(65_536):
            if left is not None and len(data) >= left:
                client.sendall(data[:left])
                client.shutdown(socket.SHUT_RDWR)
                return
            left = None if left is None else left - len(data)
            client.sendall(data)


class Scripted:
    """A server that answers each command (without its tag) as ``answer`` says.

    Lines that begin with OK, NO or BAD end the answer.
    """

    def __init__(self, answer: Callable[[str], Iterable[bytes]]) -> None:
        self.commands: list[str] = []
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                _start(self._talk, client)

    def _talk(self, client: socket.socket) -> None:
        client.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        with client.makefile("rb") as lines:
            for line in lines:
                tag, _, command = line.decode().rstrip().partition(" ")
                self.commands.append(command)
                for told in self._answer(command):
                    ends = told.startswith((b"OK", b"NO", b"BAD"))
                    client.sendall((tag.encode() + b" " if ends else b"") + told + b"\r\n")


def _start(target: Callable[..., None], *arguments: object) -> None:
    def run() -> None:
        with suppress(OSError):
            target(*arguments)

    threading.Thread(target=run, daemon=True).start()
