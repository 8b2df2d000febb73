"""The vault: what it keeps, from whom, and what is left of it when the machine stops."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import keyring
import pytest

from brickwall import vault_keys
from brickwall.vault import Vault, forget
from brickwall.vault_keys import Choice, Keys
from store.errors import ConfigurationError, SignInError, StoreError
from tests.live_builder import MemoryKeyring, PlainKeyring

KEY = bytes(range(32))
OLD, NEW = {"refresh_token": "old-token-äöü"}, {"refresh_token": "new-token"}
POSIX = pytest.mark.skipif(os.name != "posix", reason="rights are POSIX")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """An empty vault."""
    return Vault(tmp_path / "vault", KEY)


def keys(said: str = "", environment: dict[str, str] | None = None) -> Keys:
    """Keys of somebody who answers every question with ``said``; deriving is cheap."""
    return Keys(lambda _: said, environment or {}, cost=2**4)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    """The keyring of this machine."""
    backend = MemoryKeyring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    return backend


def test_secrets_are_read_as_they_were_written_and_the_last_writing_counts(vault: Vault) -> None:
    """Also by another object, as in the next run."""
    secrets = vault.secrets("gmail:a@ours.example")
    assert secrets.read() == {}
    secrets.write(OLD)
    secrets.write(NEW)
    assert Vault(vault.folder, KEY).secrets("gmail:a@ours.example").read() == NEW


def test_accounts_do_not_see_each_other_and_are_forgotten_alone(vault: Vault) -> None:
    """One file each; forgetting needs no key."""
    vault.secrets("gmail:a").write(OLD)
    vault.secrets("gmail:b").write(NEW)
    forget(vault.folder, "gmail:a")
    assert vault.secrets("gmail:a").read() == {}
    assert vault.secrets("gmail:b").read() == NEW


def test_nothing_on_the_disk_is_readable(vault: Vault) -> None:
    """Neither the secrets nor whose they are; the same secrets never look the same."""
    vault.secrets("gmail:rep@ours.example").write(OLD)
    (file,) = vault.folder.iterdir()
    first = file.read_bytes()
    assert b"old-token" not in first
    assert b"rep@ours" not in first + file.name.encode()
    vault.secrets("gmail:rep@ours.example").write(NEW)
    vault.secrets("gmail:rep@ours.example").write(OLD)
    assert file.read_bytes()[40:] != first[40:]


def test_equal_secrets_are_not_written_again(vault: Vault) -> None:
    """A sync without news changes no file."""
    vault.secrets("a").write(OLD)
    before = vault.path("a").read_bytes()
    vault.secrets("a").write(dict(OLD))
    assert vault.path("a").read_bytes() == before


def test_neither_the_key_nor_a_secret_is_in_a_repr(vault: Vault) -> None:
    """Tracebacks and debuggers show reprs."""
    secrets = vault.secrets("a")
    secrets.write(OLD)
    shown = f"{vault!r} {secrets!r} {keys('passphrase', {'BRICKWALL_PASSPHRASE': 'hush-hush'})!r}"
    for secret in ("old-token", repr(KEY), "hush-hush"):
        assert secret not in shown


@POSIX
def test_files_are_for_the_user_alone(vault: Vault) -> None:
    """0600 in a folder with 0700."""
    vault.secrets("a").write(OLD)
    assert vault.path("a").stat().st_mode & 0o777 == 0o600
    assert vault.folder.stat().st_mode & 0o777 == 0o700


def test_a_file_of_another_account_is_refused(vault: Vault) -> None:
    """Whoever can write files cannot make one account sign in with another's secrets."""
    vault.secrets("gmail:a").write(OLD)
    vault.path("gmail:a").replace(vault.path("gmail:b"))
    with pytest.raises(SignInError, match="gmail:b"):
        vault.secrets("gmail:b").read()


@pytest.mark.parametrize("at", [0, 5, 20, 30, -1])
def test_a_changed_byte_is_noticed_and_signing_in_again_repairs_it(vault: Vault, at: int) -> None:
    """Head, number, nonce, content, seal."""
    secrets = vault.secrets("gmail:a")
    secrets.write(OLD)
    data = bytearray(vault.path("gmail:a").read_bytes())
    data[at] ^= 1
    vault.path("gmail:a").write_bytes(bytes(data))
    with pytest.raises(SignInError) as caught:
        secrets.read()
    assert "brickwall connect gmail" in caught.value.remedy
    secrets.write(NEW)
    assert secrets.read() == NEW


def test_a_file_that_was_only_begun_is_ignored(vault: Vault) -> None:
    """The machine stopped while the new secrets were written: whatever part of them is there."""
    secrets, path = vault.secrets("a"), vault.path("a")
    secrets.write(OLD)
    whole = vault.seal("a", 2, b'{"refresh_token": "new-token"}')
    new = path.with_name(path.name + ".new")
    for length in range(len(whole)):
        new.write_bytes(whole[:length])
        assert secrets.read() == OLD
    new.write_bytes(whole)
    assert secrets.read() == NEW
    assert not new.exists()


def test_a_newer_file_that_is_left_over_is_not_older_than_what_stands(vault: Vault) -> None:
    """What was written last counts, whatever else lies there."""
    secrets, path = vault.secrets("a"), vault.path("a")
    secrets.write(OLD)
    left_over = path.read_bytes()
    secrets.write(NEW)
    path.with_name(path.name + ".new").write_bytes(left_over)
    assert secrets.read() == NEW


#: Writes new secrets, and ends without any farewell before the n-th step that touches the disk.
_KILLED = """
import json, os, sys
from pathlib import Path
from brickwall.vault import Vault

left, folder, key, new = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]

def step(action):
    def counted(*given, **named):
        global left
        if left == 0:
            os._exit(9)
        left -= 1
        return action(*given, **named)
    return counted

vault = Vault(folder, bytes.fromhex(key))
vault.secrets("a").read()
os.open, os.fsync, os.close = step(os.open), step(os.fsync), step(os.close)
Path.replace = step(Path.replace)
vault.secrets("a").write(json.loads(new))
os._exit(0)
"""


def _killed_at(step: int, vault: Vault) -> int:
    """Exit code of a process that writes ``NEW`` and is killed before ``step``."""
    given = [str(step), str(vault.folder), KEY.hex(), json.dumps(NEW)]
    return subprocess.run([sys.executable, "-c", _KILLED, *given], check=False).returncode


def test_a_kill_between_any_two_steps_leaves_the_old_or_the_new_secrets_whole(
    tmp_path: Path,
) -> None:
    """And the new ones from the moment on when they were forced to the disk."""
    found = []
    for step in range(20):
        vault = Vault(tmp_path / str(step), KEY)
        vault.secrets("a").write(OLD)
        code = _killed_at(step, vault)
        found.append(vault.secrets("a").read())
        if code == 0:
            break
    assert code == 0
    assert found[0] == OLD
    assert found[-1] == NEW
    first_new = found.index(NEW)
    assert found == [OLD] * first_new + [NEW] * (len(found) - first_new)
    assert first_new < len(found) - 1  # already before the new file takes the old one's place


@POSIX
@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux")
def test_a_full_disk_is_told_and_the_old_secrets_stand(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is half written."""
    secrets = vault.secrets("a")
    secrets.write(OLD)
    monkeypatch.setattr(
        "brickwall.paths._private_opener", lambda _name, flags: os.open("/dev/full", flags)
    )
    with pytest.raises(StoreError, match="No space left"):
        secrets.write(NEW)
    assert secrets.read() == OLD


def test_the_key_goes_into_the_keyring_under_a_name_of_its_own(
    tmp_path: Path, ring: MemoryKeyring
) -> None:
    """Two homes on one machine have two vaults; the key itself is nowhere on the disk."""
    for home in ("one", "two"):
        keys().make(tmp_path / home, Choice("keyring")).secrets("a").write({"home": home})
    assert len(ring.kept) == 2
    for home in ("one", "two"):
        assert keys().open(tmp_path / home).secrets("a").read() == {"home": home}
    on_disk = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert not any(key.encode() in on_disk for key in ring.kept.values())


@pytest.mark.parametrize(("backend", "usable"), [(MemoryKeyring, True), (PlainKeyring, False)])
def test_only_a_keyring_that_keeps_secrets_safe_is_used(
    backend: type[MemoryKeyring], usable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that writes them readable is none."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend())
    assert vault_keys.keyring_usable() is usable


def test_a_locked_and_an_emptied_keyring_are_told_apart(
    tmp_path: Path, ring: MemoryKeyring
) -> None:
    """Each with its remedy."""
    keys().make(tmp_path, Choice("keyring"))
    ring.locked = True
    with pytest.raises(ConfigurationError, match="cannot be opened") as locked:
        keys().open(tmp_path)
    assert "Unlock" in locked.value.remedy
    ring.locked = False
    ring.kept.clear()
    with pytest.raises(ConfigurationError, match="not in the keyring") as emptied:
        keys().open(tmp_path)
    assert "connect your accounts again" in emptied.value.remedy


def test_a_passphrase_opens_the_vault_and_another_one_does_not(tmp_path: Path) -> None:
    """From the terminal or from the environment; it is on no disk."""
    keys("correct horse").make(tmp_path, Choice("passphrase")).secrets("a").write(OLD)
    said = keys("never asked", {"BRICKWALL_PASSPHRASE": "correct horse"})
    assert said.open(tmp_path).secrets("a").read() == OLD
    with pytest.raises(ConfigurationError, match="not the passphrase"):
        keys("wrong horse").open(tmp_path)
    assert b"correct horse" not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_a_new_passphrase_is_asked_twice_and_has_a_least_length(tmp_path: Path) -> None:
    """A slip would lock everything away."""
    answers = iter(["correct horse", "correct house"])
    with pytest.raises(ConfigurationError, match="differ"):
        Keys(lambda _: next(answers), {}).make(tmp_path, Choice("passphrase"))
    with pytest.raises(ConfigurationError, match="too short"):
        keys("1234567").make(tmp_path, Choice("passphrase"))
    assert not vault_keys.exists(tmp_path)


def test_where_nobody_can_be_asked_for_the_passphrase_the_variable_is_named(
    tmp_path: Path,
) -> None:
    """A service has no terminal."""
    keys("correct horse").make(tmp_path, Choice("passphrase"))

    def nobody(question: str) -> str:
        raise SignInError(question)

    with pytest.raises(ConfigurationError) as caught:
        Keys(nobody, {}).open(tmp_path)
    assert "BRICKWALL_PASSPHRASE" in caught.value.remedy


def test_a_key_file_is_made_and_found_again(tmp_path: Path) -> None:
    """It is named in the vault, so that it need not be named again."""
    path = tmp_path / "elsewhere" / "vault.key"
    keys().make(tmp_path / "vault", Choice("file", path)).secrets("a").write(OLD)
    assert keys().open(tmp_path / "vault").secrets("a").read() == OLD
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600


@POSIX
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """With the command that repairs it."""
    path = tmp_path / "vault.key"
    keys().make(tmp_path / "vault", Choice("file", path))
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="read by others") as caught:
        keys().open(tmp_path / "vault")
    assert f"chmod 600 {path}" in caught.value.remedy


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"short", "holds no key"), (b"A" * 43 + b"=", "is not the one of")],
)
def test_a_key_file_that_is_gone_or_another_one_is_told(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    """Before any account is touched."""
    path = tmp_path / "vault.key"
    keys().make(tmp_path / "vault", Choice("file", path))
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=words):
        keys().open(tmp_path / "vault")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("{", "damaged"),
        ("[]", "damaged"),
        ('{"version": 1}', "damaged"),
        ('{"version": 1, "id": "x", "key": "passphrase", "check": "x"}', "damaged"),
        ('{"version": 1, "id": "x", "key": ["keyring"], "check": "x"}', "damaged"),
        ('{"version": 2, "id": "x", "key": "keyring", "check": "x"}', "newer"),
    ],
)
def test_a_damaged_or_newer_vault_is_told(tmp_path: Path, header: str, words: str) -> None:
    """Never a traceback."""
    (tmp_path / "vault.json").write_text(header, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=words):
        keys("correct horse").open(tmp_path)
