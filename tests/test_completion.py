"""Completion of commands and options, asked for as each shell asks."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from brickwall import cli
from tests.conftest import need

#: What each shell sets when ``brickwall report --we`` is to be completed.
ASKED = {
    "bash": {"COMP_WORDS": "brickwall report --we", "COMP_CWORD": "2"},
    "zsh": {"COMP_WORDS": "brickwall report --we", "COMP_CWORD": "2"},
    "fish": {"COMP_WORDS": "brickwall report", "COMP_CWORD": "--we"},
    "powershell": {"COMP_WORDS": "brickwall report --we", "COMP_CWORD": "--we"},
}


def completed(
    shell: str,
    asked: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """What is offered."""
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(cli.COMPLETE, f"{shell}_complete")
    with pytest.raises(SystemExit):
        cli.run([])
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", ASKED)
def test_options_are_completed_in_every_shell(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those that begin so, and no others."""
    offered = completed(shell, ASKED[shell], monkeypatch, capsys)
    assert "--week" in offered
    assert "--weeks" in offered
    assert "--open" not in offered


def test_commands_are_completed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also those of a group."""
    asked = {"COMP_WORDS": "brickwall daemon st", "COMP_CWORD": "2"}
    assert completed("bash", asked, monkeypatch, capsys).split() == ["plain,status"]
    asked = {"COMP_WORDS": "brickwall con", "COMP_CWORD": "1"}
    offered = completed("bash", asked, monkeypatch, capsys)
    assert {"plain,contact", "plain,contacts", "plain,connect", "plain,config"} <= set(
        offered.split()
    )


@pytest.mark.parametrize("shell", ASKED)
def test_the_script_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It asks brickwall by the name of the variable that brickwall listens to."""
    assert cli.run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"{cli.COMPLETE}" in script
    assert f"{shell}_complete" in script


def test_bash_takes_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    """And completes brickwall from then on."""
    bash = shutil.which("bash")
    need(bash, "bash")
    cli.run(["completion", "bash"])
    script = capsys.readouterr().out + "\ncomplete -p brickwall\n"
    done = subprocess.run([str(bash), "-c", script], capture_output=True, text=True, check=True)
    assert "brickwall" in done.stdout
    assert done.stderr == ""
