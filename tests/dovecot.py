"""Dovecot, the IMAP server that others wrote: one for all tests of a process, started once.

Every address is a mailbox of its own, empty at first: ``<name>@ours.example`` on a server with all
that Dovecot can do, ``<name>@plain.example`` on one that can only do what every server must.
"""

from __future__ import annotations

import atexit
import base64
import getpass
import hashlib
import hmac
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from imapclient import IMAPClient

from ingest.imap_connection import Login, Server
from tests.certificates import for_localhost
from tests.conftest import need
from tests.peers import free_port, running

PASSWORD: Final = "correct-horse-9"
_KEY: Final = b"key of the tokens of this test server"
_HEAD: Final = {"alg": "HS256", "typ": "JWT"}
_NUMBERS: Final = itertools.count(1)

_CONFIGURATION: Final = Path(__file__).with_suffix(".conf")
#: How tokens are looked at: by the key that ``token`` signs with, else by asking who gave them.
_TOKENS: Final = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=@DIR@/keys/
username_attribute = email
"""
_ASKING: Final = """
introspection_mode = auth
introspection_url = @URL@
username_attribute = @ATTRIBUTE@
tls_ca_cert_file = @DIR@/issuer.pem
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """The running server. ``port``: STARTTLS or nothing, ``tls_port``: TLS from the beginning."""

    folder: Path
    port: int
    tls_port: int

    @property
    def ca_file(self) -> str:
        """Who vouches for its certificate."""
        return str(self.folder / "ca.pem")

    def server(self, security: str = "none", **changes: Any) -> Server:
        """Where it is."""
        port = self.tls_port if security == "tls" else self.port
        usual = Server("localhost", port, security, self.ca_file, timeout_seconds=20.0)
        return replace(usual, **changes)

    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "dovecot.log").read_text(errors="replace")


def token(address: str, *, ends_at: datetime) -> str:
    """An access token for the mailbox."""
    claims = {"email": address, "sub": address, "exp": int(ends_at.timestamp()), "iat": 1}
    head, body = (_encoded(json.dumps(part).encode()) for part in (_HEAD, claims))
    signature = hmac.new(_KEY, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_encoded(signature)}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@cache
def dovecot() -> Dovecot:
    """The server, started where it is not running yet; skips where it is not installed."""
    path = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    need(path, "Dovecot is not installed: apt install dovecot-imapd")
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(_started(str(path), _TOKENS))


@contextmanager
def asking(url: str, attribute: str, issuer_ca: str = "") -> Iterator[Dovecot]:
    """Another server, which asks at ``url`` whose a token is, as ``attribute`` of the answer.

    ``issuer_ca``: text of the certificate of who vouches for that address.
    """
    path = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    need(path, "Dovecot is not installed: apt install dovecot-imapd")
    tokens = _ASKING.replace("@URL@", url).replace("@ATTRIBUTE@", attribute)
    with _started(str(path), tokens, issuer_ca) as running:
        yield running


@contextmanager
def _started(path: str, tokens: str, issuer_ca: str = "") -> Iterator[Dovecot]:
    # Not in pytest's folder: the server's other user could not reach it.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    try:
        ports = free_port(), free_port()
        _configure(folder, *ports, tokens)
        (folder / "issuer.pem").write_text(issuer_ca)
        command = [path, "-F", "-c", str(folder / "dovecot.conf")]
        with running(command, port=ports[0], folder=folder):
            yield Dovecot(folder, *ports)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, port: int, tls_port: int, tokens: str) -> None:
    folder.chmod(0o755)
    for_localhost(folder)
    keys = folder / "keys" / "default" / "HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_text(base64.b64encode(_KEY).decode())
    (folder / "mail").mkdir()
    told = {"DIR": folder, "PORT": port, "TLS_PORT": tls_port, "PASSWORD": PASSWORD}
    if sys.platform != "win32" and os.geteuid() == 0:
        told |= {"USER": "mail", "GROUP": "mail", "USERS": "mail_uid = mail\nmail_gid = mail"}
        shutil.chown(folder / "mail", "mail", "mail")
    elif sys.platform != "win32":
        import grp

        user, group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
        names = ("default_internal_user", "default_login_user", "mail_uid")
        groups = ("default_internal_group", "mail_gid")
        lines = [f"{name} = {user}" for name in names] + [f"{name} = {group}" for name in groups]
        told |= {"USER": user, "GROUP": group, "USERS": "\n".join(lines)}
    for name, text in (("dovecot.conf", _CONFIGURATION.read_text()), ("oauth2.conf", tokens)):
        for word, value in told.items():
            text = text.replace(f"@{word}@", str(value))
        (folder / name).write_text(text)


class Mailbox:
    """A mailbox of its own, seen by its owner with another program."""

    def __init__(
        self, *, plain: bool = False, address: str = "", on: Dovecot | None = None
    ) -> None:
        domain = "plain.example" if plain else "ours.example"
        self.address = address or f"rep{next(_NUMBERS)}-{os.getpid()}@{domain}"
        self.dovecot = on or dovecot()
        self.login = Login(self.address, PASSWORD)
        self._client: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.shutdown()

    @property
    def client(self) -> Any:
        """The other program's connection."""
        if self._client is None:
            self._client = IMAPClient("localhost", self.dovecot.port, ssl=False)
            self._client.login(self.address, PASSWORD)
        return self._client

    def add(
        self,
        raw: bytes,
        folder: str = "INBOX",
        *,
        flags: Iterable[bytes] = (),
        at: datetime | None = None,
    ) -> int:
        """Put a mail into a folder, made where there is none; its number."""
        if not self.client.folder_exists(folder):
            self.client.create_folder(folder)
        number: int = self.client.folder_status(folder, ["UIDNEXT"])[b"UIDNEXT"]
        self.client.append(folder, raw, flags, at or datetime(2026, 11, 2, 9, tzinfo=UTC))
        return number

    def delete(self, uids: Iterable[int], folder: str = "INBOX") -> None:
        """Delete mails for good."""
        self.client.select_folder(folder)
        self.client.delete_messages(list(uids))
        self.client.expunge()
        self.client.close_folder()

    def move(self, uid: int, folder: str, *, to: str) -> int:
        """Move a mail; its new number."""
        number = self.copy(uid, folder, to=to)
        self.delete([uid], folder)
        return number

    def copy(self, uid: int, folder: str, *, to: str) -> int:
        """Copy a mail; the copy's number."""
        number: int = self.client.folder_status(to, ["UIDNEXT"])[b"UIDNEXT"]
        self.client.select_folder(folder)
        self.client.copy([uid], to)
        self.client.close_folder()
        return number

    def flags(self, uids: Iterable[int], folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        """Flags of mails, as they are."""
        self.client.select_folder(folder, readonly=True)
        found: dict[int, tuple[bytes, ...]] = self.client.get_flags(list(uids))
        self.client.close_folder()
        return found

    def number_anew(self, *folders: str) -> None:
        """Give folders another UIDVALIDITY, as after a server was restored from a backup."""
        for folder in folders:
            uidvalidity = self.client.folder_status(folder, ["UIDVALIDITY"])[b"UIDVALIDITY"]
            self.doveadm("mailbox", "update", "--uid-validity", str(uidvalidity + 1), folder)

    def doveadm(self, command: str, verb: str, *arguments: str) -> None:
        """Run an administrator's command on this mailbox."""
        program = shutil.which("doveadm") or "/usr/bin/doveadm"
        configuration = str(self.dovecot.folder / "dovecot.conf")
        called = [program, "-c", configuration, command, verb, "-u", self.address, *arguments]
        subprocess.run(called, check=True, capture_output=True)

    def path(self, folder: str = "INBOX") -> Path:
        """Where the server keeps a folder."""
        home = self.dovecot.folder / "mail" / self.address / "Maildir"
        return home if folder == "INBOX" else home / f".{folder.replace('/', '.')}"

    def write(self, folder: str, uid: int, raw: bytes) -> None:
        """Replace what the server keeps of a mail; it remembers the length."""
        path = self.path(folder)
        lines = (path / "dovecot-uidlist").read_text().splitlines()[1:]
        (name,) = (line.partition(":")[2] for line in lines if line.split(" ")[0] == str(uid))
        (file,) = (one for one in path.glob("*/*") if one.name.startswith(name))
        file.write_bytes(raw.replace(b"\r\n", b"\n"))
        (path / "dovecot.index.cache").unlink(missing_ok=True)
