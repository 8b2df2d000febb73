"""The daemon as a service of the user, without special rights: systemd, launchd, Windows.

What is written and which commands register it is decided here, purely; ``installing`` does it.
"""

from __future__ import annotations

import plistlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

NAME: Final = "brickwall"
LABEL: Final = "local.brickwall.daemon"
TASK_NAMESPACE: Final = "http://schemas.microsoft.com/windows/2004/02/mit/task"

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """One platform's way. ``content`` goes into ``path``; then ``register`` is run.

    ``known`` ends with 0 where it is registered. ``forgiven``: commands of ``unregister`` may fail.
    ``hint``: what else the user may want to know.
    """

    kind: str
    path: Path
    content: bytes
    register: Sequence[Command]
    unregister: Sequence[Command]
    known: Command
    hint: str = ""


def program(python: str, home: str) -> Command:
    """How the daemon is started. ``home``: ``BRICKWALL_HOME``, ``""`` where it is not set."""
    where = ("--home", home) if home else ()
    return (python, "-P", "-m", "brickwall", "daemon", "run", "--quiet", *where)


def systemd(started: Command, folder: Path) -> Service:
    """A unit of ``systemd --user``; ``folder``: the user's configuration folder."""
    path = folder / "systemd" / "user" / f"{NAME}.service"
    control = ("systemctl", "--user")
    return Service(
        "systemd",
        path,
        _unit(started).encode(),
        ((*control, "daemon-reload"), (*control, "enable", "--now", path.name)),
        ((*control, "disable", "--now", path.name), (*control, "daemon-reload")),
        (*control, "is-enabled", "--quiet", path.name),
        "It runs while you are signed in; `loginctl enable-linger` lets it run always.",
    )


def _unit(started: Command) -> str:
    return f"""# Written by `brickwall daemon install`.
[Unit]
Description=brickwall: syncs mail and calendars, mails the weekly digest

[Service]
ExecStart={" ".join(map(_quoted, started))}
Restart=on-failure
RestartSec=60
RestartPreventExitStatus=10 11
KillMode=mixed
TimeoutStopSec=10
Nice=5

[Install]
WantedBy=default.target
"""


def _quoted(argument: str) -> str:
    """One argument of ExecStart, by the rules of systemd.service(5)."""
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("%", "%%").replace("$", "$$") + '"'


def launchd(started: Command, folder: Path, user: int) -> Service:
    """A LaunchAgent; ``folder``: the user's home, ``user``: their number."""
    path = folder / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    domain = f"gui/{user}"
    agent = {
        "Label": LABEL,
        "ProgramArguments": list(started),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 60,
        "ExitTimeOut": 10,
        "ProcessType": "Background",
        "LowPriorityIO": True,
    }
    return Service(
        "launchd",
        path,
        plistlib.dumps(agent),
        (("launchctl", "bootstrap", domain, str(path)),),
        (("launchctl", "bootout", f"{domain}/{LABEL}"),),
        ("launchctl", "print", f"{domain}/{LABEL}"),
    )


def windows(started: Command, folder: Path, user: str) -> Service:
    """A task that begins when ``user`` signs in; ``folder``: where its XML is kept."""
    path = folder / f"{NAME}-task.xml"
    return Service(
        "task",
        path,
        _task(started, user),
        (
            ("schtasks", "/Create", "/TN", NAME, "/XML", str(path), "/F"),
            ("schtasks", "/Run", "/TN", NAME),
        ),
        (("schtasks", "/End", "/TN", NAME), ("schtasks", "/Delete", "/TN", NAME, "/F")),
        ("schtasks", "/Query", "/TN", NAME),
    )


def _task(started: Command, user: str) -> bytes:
    """The task as XML, in the encoding that schtasks expects."""
    import subprocess

    root = Element("Task", {"version": "1.2", "xmlns": TASK_NAMESPACE})
    info = SubElement(root, "RegistrationInfo")
    SubElement(info, "Description").text = "Syncs mail and calendars, mails the weekly digest."
    trigger = SubElement(SubElement(root, "Triggers"), "LogonTrigger")
    _fill(trigger, {"Enabled": "true", "UserId": user, "Delay": "PT1M"})
    principal = SubElement(SubElement(root, "Principals"), "Principal", {"id": "Author"})
    run_as = {"UserId": user, "LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"}
    _fill(principal, run_as)
    settings = SubElement(root, "Settings")
    _fill(settings, _SETTINGS)
    _fill(SubElement(settings, "RestartOnFailure"), {"Interval": "PT1M", "Count": "255"})
    action = SubElement(SubElement(root, "Actions", {"Context": "Author"}), "Exec")
    arguments = subprocess.list2cmdline(started[1:])
    _fill(action, {"Command": _windowless(started[0]), "Arguments": arguments})
    indent(root)
    return tostring(root, encoding="unicode").join((_DECLARATION, "\n")).encode("utf-16")


_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-16"?>\n'
_SETTINGS: Final = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "AllowHardTerminate": "true",
    "StartWhenAvailable": "true",
    "RunOnlyIfNetworkAvailable": "false",
    "Enabled": "true",
    "Hidden": "false",
    "ExecutionTimeLimit": "PT0S",
    "Priority": "7",
}


def _fill(element: Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        SubElement(element, name).text = value


def _windowless(python: str) -> str:
    """The interpreter that opens no window, which lies beside the other one."""
    path = PureWindowsPath(python)
    return str(path.with_name("pythonw.exe")) if path.name.lower() == "python.exe" else python
