"""A proxy behind which hosts of a company stand, all of them one server on the loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass
class Proxy:
    """The running proxy. ``hosts``: those that exist, with the port behind each.

    ``pages``: answers over plain HTTP, by host. ``asked``: hosts that were asked for, in order.
    """

    address: str
    hosts: dict[str, int] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def proxy() -> Iterator[Proxy]:
    """Run it on a free port."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    proxy: Proxy


class _Handler(StreamRequestHandler):
    def handle(self) -> None:
        """One connection: a tunnel, or a page."""
        assert isinstance(self.server, _Server)
        told = self.server.proxy
        method, target, _ = self.rfile.readline().decode().split(" ")
        while self.rfile.readline().strip():
            pass
        if method == "CONNECT":
            self._tunnel(told, target.partition(":")[0])
            return
        host = target.split("/")[2]
        told.asked.append(f"http {host}")
        page = told.pages.get(host, b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        self.wfile.write(page)

    def _tunnel(self, told: Proxy, host: str) -> None:
        told.asked.append(host)
        if host not in told.hosts:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", told.hosts[host])) as behind:
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=_copy, args=(behind, self.connection), daemon=True)
            back.start()
            _copy(self.connection, behind)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(65_536):
            target.sendall(content)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
