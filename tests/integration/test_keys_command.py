"""``keys generate``: what it writes, says and refuses."""

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.domain.secret import fingerprint
from openclaw_manager.entrypoints.cli.keys import keys
from openclaw_manager.entrypoints.cli.session import Session
from openclaw_manager.entrypoints.cli.written_files import FileExists, FileNotWritten


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def generate(*arguments: str) -> Result:
    return CliRunner().invoke(keys, ["generate", *arguments], obj=Session(None))


def files(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir() if file.is_file()}


def test_both_halves_are_written_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        result = generate()
    finally:
        os.umask(before)
    assert result.exit_code == 0
    assert result.stdout == "device.pem\ndevice.pem.pub\n"
    assert "device.pem.pub" in result.stderr
    written = files(tmp_path)
    assert written.keys() == {"device.pem", "device.pem.pub"}
    for name in written:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    pair = PemDeviceKeys().admit(written["device.pem"], written["device.pem.pub"])
    assert pair.private_pem == written["device.pem"]


def test_json_says_where_and_what_and_shows_no_private_key(tmp_path: Path) -> None:
    out = tmp_path / "keys of home.pem"
    result = generate("--out", str(out), "-o", "json")
    assert json.loads(result.stdout) == {
        "privateKey": str(out),
        "publicKey": f"{out}.pub",
        "type": "rsa",
        "bits": 2048,
        "fingerprint": fingerprint(out.read_text()),
    }
    assert out.read_text().splitlines()[1] not in result.output


@pytest.mark.parametrize("taken", ["device.pem", "device.pem.pub"])
def test_a_file_that_exists_is_refused_and_nothing_is_touched(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    result = generate()
    assert isinstance(result.exception, FileExists)
    assert str(result.exception) == f"{taken} exists already; it was left as it is"
    assert files(tmp_path) == {taken: "mine"}


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "device.pem").symlink_to(tmp_path / "elsewhere")
    assert isinstance(generate().exception, FileExists)
    assert not (tmp_path / "elsewhere").exists()


def test_force_replaces_both_and_narrows_who_can_read_them(tmp_path: Path) -> None:
    for name in ("device.pem", "device.pem.pub"):
        (tmp_path / name).write_text("old")
        (tmp_path / name).chmod(0o644)
    assert generate("--force").exit_code == 0
    written = files(tmp_path)
    assert written.keys() == {"device.pem", "device.pem.pub"}
    PemDeviceKeys().admit(written["device.pem"], written["device.pem.pub"])
    for name in written:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_key_that_cannot_be_replaced_whole_is_not_replaced_by_half(tmp_path: Path) -> None:
    (tmp_path / "device.pem").write_text("old")
    (tmp_path / "device.pem.pub").mkdir()
    result = generate("--force")
    assert isinstance(result.exception, FileNotWritten)
    assert files(tmp_path) == {"device.pem": "old"}


@pytest.mark.parametrize("options", [(), ("--force",)])
@pytest.mark.parametrize("out", ["missing/device.pem", "file/device.pem", "x" * 252])
def test_a_place_that_cannot_be_written_is_an_error_and_leaves_nothing(
    tmp_path: Path, out: str, options: tuple[str, ...]
) -> None:
    """The last name has room for the private key, and none for ``.pub``."""
    (tmp_path / "file").write_text("a file")
    result = generate("--out", out, *options)
    assert isinstance(result.exception, FileNotWritten)
    assert "cannot be written: " in str(result.exception)
    assert files(tmp_path) == {"file": "a file"}


@pytest.mark.parametrize("out", [".", "..", "folder"])
def test_a_folder_is_wrong_usage(tmp_path: Path, out: str) -> None:
    (tmp_path / "folder").mkdir()
    result = generate("--out", out)
    assert result.exit_code == 2
    assert files(tmp_path) == {}
