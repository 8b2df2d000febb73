"""Cyrus, the server that others wrote which sends invitations itself (RFC 6638).

Without its IMAP part: Debian does not let that stand beside Dovecot.
"""

from __future__ import annotations

import os
import shutil
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests

from ingest.client import Session
from ingest.dav import DavClient, DavLogin
from ingest.retry import Retry
from tests.conftest import need
from tests.peers import free_port, running

PASSWORD: Final = "correct-horse-9"
_USERS: Final = ("rep", "bob")

_CONFIGURATION: Final = """
configdirectory: @DIR@/conf
defaultpartition: default
partition-default: @DIR@/spool
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: @DIR@/sasldb2
sasl_mech_list: PLAIN LOGIN
httpmodules: caldav
caldav_allowscheduling: on
autocreate_quota: 0
autocreate_post: yes
lmtpsocket: @DIR@/lmtp
idlesocket: @DIR@/idle
notifysocket: @DIR@/notify
syslog_prefix: cyrus
unixhierarchysep: yes
altnamespace: yes
servername: ours.example
loginrealms: ours.example
calendar_user_address_set: ours.example
"""
_SERVICES: Final = """
START {
  recover cmd="/usr/sbin/cyrus ctl_cyrusdb -C @DIR@/imapd.conf -r"
}
SERVICES {
  lmtp cmd="lmtpd -a -C @DIR@/imapd.conf" listen="127.0.0.1:@LMTP@" prefork=0 maxchild=5
  http cmd="httpd -C @DIR@/imapd.conf" listen="127.0.0.1:@HTTP@" prefork=0 maxchild=20
}
EVENTS { }
"""


@dataclass(frozen=True, slots=True)
class Cyrus:
    """The running server with the accounts ``rep`` and ``bob``."""

    url: str

    def client(self, user: str) -> DavClient:
        """A client that has signed in."""
        retry = Retry(sleep=lambda _: None, random=lambda: 0.0)
        return DavClient(
            Session(timeout_seconds=20), DavLogin(user, PASSWORD), retry, server=self.url
        )

    def put(self, user: str, name: str, calendar: bytes) -> None:
        """Write an entry into the user's calendar; Cyrus then tells the attendees."""
        headers = {"Content-Type": "text/calendar"}
        self._do("PUT", user, name, data=calendar, headers=headers)

    def delete(self, user: str, name: str) -> None:
        """Delete an entry from the user's calendar."""
        self._do("DELETE", user, name)

    def _do(self, method: str, user: str, name: str, **options: object) -> None:
        url = f"{self.url}/dav/calendars/user/{user}/Default/{name}.ics"
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, url, auth=(user, PASSWORD), **options)  # type: ignore[arg-type]
        assert answer.status_code < 300, answer.text


@contextmanager
def cyrus() -> Iterator[Cyrus]:
    """Run it; skips where it is not installed, or where nobody may become its user."""
    master = shutil.which("cyrmaster", path=f"/usr/sbin:{os.environ.get('PATH', '')}")
    need(master, "Cyrus is not installed: apt install cyrus-caldav sasl2-bin")
    need(sys.platform != "win32" and os.geteuid() == 0, "Cyrus starts only as root")
    folder = Path(tempfile.mkdtemp(prefix="cyrus-"))
    try:
        lmtp, http = free_port(), free_port()
        _configure(folder, lmtp, http)
        files = ["-C", f"{folder}/imapd.conf", "-M", f"{folder}/cyrus.conf", "-p", f"{folder}/pid"]
        with running([str(master), *files], port=http, folder=folder):
            for user in _USERS:
                _provide(user, lmtp, f"http://127.0.0.1:{http}")
            yield Cyrus(f"http://127.0.0.1:{http}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, lmtp: int, http: int) -> None:
    folder.chmod(0o755)
    for name in ("conf", "spool"):
        (folder / name).mkdir()
    told = {"DIR": str(folder), "LMTP": str(lmtp), "HTTP": str(http)}
    for name, text in (("imapd.conf", _CONFIGURATION), ("cyrus.conf", _SERVICES)):
        for word, value in told.items():
            text = text.replace(f"@{word}@", value)
        (folder / name).write_text(text.lstrip())
    for user in _USERS:
        database = str(folder / "sasldb2")
        command = ["/usr/sbin/saslpasswd2", "-p", "-c", "-f", database, "-u", "ours.example", user]
        subprocess.run(command, input=PASSWORD.encode(), check=True)
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, "cyrus", "mail")


def _provide(user: str, port: int, url: str) -> None:
    """Cyrus makes the mailbox of a user at the first mail, the calendars when asked for first."""
    with smtplib.LMTP("127.0.0.1", port) as post:
        post.sendmail("post@ours.example", [user], b"Subject: Welcome\r\n\r\nHello\r\n")
    with requests.Session() as session:
        session.trust_env = False
        home = f"{url}/dav/calendars/user/{user}/"
        session.request("PROPFIND", home, auth=(user, PASSWORD), headers={"Depth": "0"})
