"""DavMail, a client of Exchange that others wrote: it offers a mailbox of the fake by IMAP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.conftest import need
from tests.peers import free_port, running

_JAR: Final = Path("/usr/share/davmail/davmail.jar")
_SETTINGS: Final = """\
davmail.server=true
davmail.mode=EWS
davmail.url=@URL@
davmail.allowRemote=false
davmail.bindAddress=127.0.0.1
davmail.imapPort=@PORT@
davmail.popPort=
davmail.smtpPort=
davmail.ldapPort=
davmail.caldavPort=
davmail.disableUpdateCheck=true
davmail.logFilePath=@DIR@/davmail.log
log4j.rootLogger=WARN
"""


@contextmanager
def davmail(url: str, folder: Path) -> Iterator[int]:
    """Run it before the server at ``url``; the port of its IMAP. Skips where it is not there."""
    java = shutil.which("java")
    need(java and _JAR.exists(), "DavMail is not installed: apt install davmail-server")
    port = free_port()
    text = _SETTINGS.replace("@URL@", url).replace("@PORT@", str(port))
    settings = folder / "davmail.properties"
    settings.write_text(text.replace("@DIR@", str(folder)), encoding="utf-8")
    command = [str(java), "-Djava.awt.headless=true", "-jar", str(_JAR), "-server", str(settings)]
    with running(command, port=port, folder=folder):
        yield port
