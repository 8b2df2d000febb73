"""The service of each platform, held against the platform's own rules."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickwall.daemon import installing, service
from brickwall.daemon.service import Command, Service
from store.errors import InputError

HOME = 'C:\\Users\\Ann "Lee" %u $HOME\\äö'
PROGRAM = service.program("/opt/py thon/bin/python", HOME)

#: Keys of launchd.plist(5) with the type of their value.
LAUNCHD = {
    "Label": str,
    "ProgramArguments": list,
    "RunAtLoad": bool,
    "KeepAlive": dict,
    "ThrottleInterval": int,
    "ExitTimeOut": int,
    "ProcessType": str,
    "LowPriorityIO": bool,
}

#: Elements of the Task Scheduler schema, version 1.2, that are used; sequences keep their order.
TASK: dict[str, set[str] | list[str]] = {
    "Task": {"RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"},
    "RegistrationInfo": {"Description"},
    "Triggers": {"LogonTrigger"},
    "LogonTrigger": ["Enabled", "UserId", "Delay"],
    "Principals": {"Principal"},
    "Principal": {"UserId", "LogonType", "RunLevel"},
    "Settings": {
        *("MultipleInstancesPolicy", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries"),
        *("AllowHardTerminate", "StartWhenAvailable", "RunOnlyIfNetworkAvailable", "Enabled"),
        *("Hidden", "ExecutionTimeLimit", "Priority", "RestartOnFailure"),
    },
    "RestartOnFailure": {"Interval", "Count"},
    "Actions": {"Exec"},
    "Exec": {"Command", "Arguments"},
}
VALUES = {
    "LogonType": {"InteractiveToken", "S4U", "Password", "Group", "ServiceAccount"},
    "RunLevel": {"LeastPrivilege", "HighestAvailable"},
    "MultipleInstancesPolicy": {"Parallel", "Queue", "IgnoreNew", "StopExisting"},
    "Count": {str(number) for number in range(1, 256)},
    "Priority": {str(number) for number in range(11)},
}


def test_systemd_itself_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    """With systemd-analyze, where there is one."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not on this machine")
    python = tmp_path / "py thon"
    shutil.copy("/bin/true", python)
    found = service.systemd(service.program(str(python), HOME), tmp_path)
    found.path.parent.mkdir(parents=True)
    found.path.write_bytes(found.content)
    done = subprocess.run(
        [verify, "--user", "verify", str(found.path)],
        capture_output=True,
        text=True,
        check=False,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert found.path.name not in done.stderr
    assert done.returncode == 0, done.stderr


@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1))
def test_systemd_reads_every_argument_as_it_was_meant(text: str) -> None:
    """Quotation marks, backslashes, percent and dollar signs mean nothing."""
    unit = service.systemd(("python", text), Path()).content.decode()
    line = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    quoted = line.removeprefix('ExecStart="python" "').removesuffix('"')
    plain = quoted.replace("%%", "%").replace("$$", "$")
    assert plain.replace('\\"', '"').replace("\\\\", "\\") == text


def test_launchd_knows_every_key(tmp_path: Path) -> None:
    """Each with the type that launchd.plist(5) names."""
    found = service.launchd(PROGRAM, tmp_path, 501)
    tree = plistlib.loads(found.content)
    assert {key: type(value) for key, value in tree.items()} == LAUNCHD
    assert tree["ProgramArguments"] == list(PROGRAM)
    assert tree["Label"] + ".plist" == found.path.name
    assert tree["ProcessType"] in {"Background", "Standard", "Adaptive", "Interactive"}
    assert found.register == (("launchctl", "bootstrap", "gui/501", str(found.path)),)


def held_against_the_schema(element: Element) -> None:
    """Names, order where there is one, and the values that are listed."""
    name = element.tag.partition("}")[2]
    children = [child.tag.partition("}")[2] for child in element]
    allowed = TASK.get(name, set())
    assert set(children) <= set(allowed)
    assert not isinstance(allowed, list) or children == allowed
    assert len(children) == len(set(children))
    text = (element.text or "").strip()
    assert text in VALUES.get(name, {text})
    for child in element:
        held_against_the_schema(child)


def test_the_task_scheduler_knows_every_element(tmp_path: Path) -> None:
    """UTF-16, as schtasks wants it; by the user's own sign-in, with least rights, without end."""
    found = service.windows(
        service.program("C:\\py thon\\python.exe", HOME), tmp_path, "OFFICE\\ann & co"
    )
    assert found.content.startswith(b"\xff\xfe")
    root = fromstring(found.content.decode("utf-16").partition("\n")[2])
    held_against_the_schema(root)
    space = {"t": service.TASK_NAMESPACE}
    assert root.findtext(".//t:LogonTrigger/t:UserId", namespaces=space) == "OFFICE\\ann & co"
    assert root.findtext(".//t:Command", namespaces=space) == "C:\\py thon\\pythonw.exe"
    assert root.findtext(".//t:RunLevel", namespaces=space) == "LeastPrivilege"
    assert root.findtext(".//t:ExecutionTimeLimit", namespaces=space) == "PT0S"
    actions = root.find("t:Actions", space)
    principal = root.find(".//t:Principal", space)
    assert actions is not None
    assert principal is not None
    assert actions.get("Context") == principal.get("id")


class System:
    """Remembers what it was told; ``refuses`` the commands that hold a word."""

    def __init__(self, *, known: bool = False, refuses: str = "-") -> None:
        self.known = known
        self.refuses = refuses
        self.told: list[Command] = []

    def __call__(self, command: Command) -> tuple[int, str]:
        """Exit code and words."""
        self.told.append(command)
        if "is-enabled" in command:
            return int(not self.known), ""
        return (1, "Failed to connect to bus") if self.refuses in command else (0, "")


def unit(tmp_path: Path) -> Service:
    """A unit in a folder for tests."""
    return service.systemd(PROGRAM, tmp_path)


def test_installing_again_replaces_what_runs(tmp_path: Path) -> None:
    """The old one is ended first, so that never two are at work."""
    system = System(known=True)
    installing.install(unit(tmp_path), system)
    words = [command[2] for command in system.told]
    assert words == ["is-enabled", "disable", "daemon-reload", "daemon-reload", "enable"]
    assert unit(tmp_path).path.read_bytes() == unit(tmp_path).content


def test_a_system_that_refuses_is_told_with_what_can_be_done(tmp_path: Path) -> None:
    """For instance without a session at a desktop."""
    with pytest.raises(InputError) as caught:
        installing.install(unit(tmp_path), System(refuses="enable"))
    assert "Failed to connect to bus" in caught.value.cause
    assert "brickwall daemon run" in caught.value.remedy


def test_uninstalling_leaves_nothing_behind(tmp_path: Path) -> None:
    """And says when there was nothing."""
    installing.install(unit(tmp_path), System())
    assert installing.uninstall(unit(tmp_path), System())
    assert not unit(tmp_path).path.exists()
    assert not installing.uninstall(unit(tmp_path), System())


def test_a_command_that_is_missing_is_words() -> None:
    """No traceback."""
    assert installing.execute(("no-such-program-anywhere",))[0] == 127
