"""Configurations in files of people: JSON, JSON5, and what is neither."""

import json
from pathlib import Path

import pytest

from openclaw_manager.entrypoints.cli.config.file import ConfigurationRefused, read_configuration

_WANTED = {"gateway": {"port": 18789}, "agents": {"list": [{"id": "main"}]}}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(_WANTED),
        "\ufeff" + json.dumps(_WANTED, indent=2),
        "{gateway: {port: 18789,}, agents: {list: [{id: 'main'}]}} // mine",
        "/* ours */ {'gateway': {port: 0x4965}, \"agents\": {list: [{id: 'ma\\\nin'},]}}",
    ],
)
def test_json_and_json5_are_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text, encoding="utf-8")

    assert read_configuration(str(tmp_path / "file")) == _WANTED


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is neither JSON nor JSON5: "),
        (b"gateway:\n  port: 1\n", "is neither JSON nor JSON5: line 1 Unexpected"),
        (b"{\n  a: ,\n}", "is neither JSON nor JSON5: line 2 Unexpected"),
        (b"[1]", "holds no object, and a configuration is one"),
        (b"'text'", "holds no object, and a configuration is one"),
        (b"\xff\xfe{}", "is not UTF-8"),
        (b'{"a": NaN}', "has NaN, and no configuration has such a number"),
        (b"{a: Infinity}", "has a number that JSON cannot express"),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, "is nested"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "is nested deeper than 256 levels"),
        (b"{a:" * 300 + b"1" + b"}" * 300, "is nested too deep to be read"),
        (b"[" * 1_000_000, "is nested too deep to be read"),
        (b'{"a": 1' + b"9" * 5000 + b"}", "is neither JSON nor JSON5: "),
        (b"{" + b" " * 1_100_000 + b"a: 1}", "is no JSON (.*), and too large for JSON5"),
    ],
)
def test_what_is_neither_is_refused_in_one_sentence(
    tmp_path: Path, data: bytes, problem: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)

    with pytest.raises(ConfigurationRefused, match=problem) as refused:
        read_configuration(str(file))

    assert str(refused.value).startswith(f"{file} ")
    assert "\n" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused, match="cannot be read: No such file"):
        read_configuration(str(tmp_path / "missing"))
    with pytest.raises(ConfigurationRefused, match="cannot be read: Is a directory"):
        read_configuration(str(tmp_path))


def test_a_file_larger_than_any_gateway_may_send_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate(26_214_401)

    with pytest.raises(ConfigurationRefused, match="is larger than 26,214,400 bytes"):
        read_configuration(str(tmp_path / "file"))
