"""The clipboard for real: a screen of X that nobody sees, and the programs that serve it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brickwall import clipboard
from tests.conftest import need

READ = {
    "xclip": ("xclip", "-selection", "clipboard", "-out"),
    "xsel": ("xsel", "--clipboard", "--output"),
}
TEXT = "Guten Tag Jürgen,\n\npasst Ihnen „Dienstag“, 10 Uhr?\n\nViele Grüße – 你好\n"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="X11 on Linux")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A screen, as ``DISPLAY`` names it."""
    need(shutil.which("Xvfb"), "Xvfb is not installed (Debian: xvfb)")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "64x64x24", "-nolisten", "tcp"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        name = f":{server.stdout.readline().strip()}"
        monkeypatch.setenv("DISPLAY", name)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.delenv("WSL_DISTRO_NAME", raising=False)
        yield name
        server.terminate()


@pytest.mark.parametrize("name", sorted(READ))
def test_a_text_comes_out_of_the_clipboard_as_it_went_in(
    screen: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every letter and line of it, by whichever of the two programs is there."""
    program = shutil.which(name)
    need(program, f"{name} is not installed")
    assert program is not None
    (tmp_path / name).symlink_to(program)
    reading = (program, *READ[name][1:])
    with monkeypatch.context() as alone:
        alone.setenv("PATH", str(tmp_path))
        clipboard.copy(TEXT)
    here = {**os.environ, "DISPLAY": screen}
    done = subprocess.run(reading, capture_output=True, env=here, check=True, timeout=20)
    assert done.stdout.decode() == TEXT
