"""Files that commands write: whole, for their owner alone, never over another by accident."""

import os
import stat
from pathlib import Path

import pytest

from openclaw_manager.entrypoints.cli.written_files import (
    FileExists,
    FileNotWritten,
    write_files,
)


@pytest.mark.parametrize("force", [True, False])
def test_a_new_file_is_for_its_owner_alone(tmp_path: Path, force: bool) -> None:
    out = tmp_path / "out.json"

    write_files({out: "{}\n"}, force=force)

    assert out.read_text() == "{}\n"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [out]


def test_one_that_exists_is_left_alone_unless_forced(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    out.write_text("mine")

    with pytest.raises(FileExists):
        write_files({out: "theirs"}, force=False)
    assert out.read_text() == "mine"

    write_files({out: "theirs"}, force=True)
    assert out.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [out]


def test_all_are_written_or_none(tmp_path: Path) -> None:
    new, taken = tmp_path / "new", tmp_path / "taken"
    taken.write_text("mine")

    with pytest.raises(FileExists):
        write_files({new: "text", taken: "text"}, force=False)

    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("taken", "mine")]


def test_force_replaces_no_pipe_and_no_device(tmp_path: Path) -> None:
    """An administrator who exports to /dev/null shall have one afterwards."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(FileNotWritten, match="it is no regular file"):
        write_files({pipe: "text"}, force=True)

    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


def test_force_replaces_a_link_and_not_what_it_leads_to(tmp_path: Path) -> None:
    link, elsewhere = tmp_path / "link", tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    link.symlink_to(elsewhere)

    write_files({link: "text"}, force=True)

    assert (link.read_text(), elsewhere.read_text()) == ("text", "mine")


def test_a_file_for_others_is_readable_whatever_the_umask(tmp_path: Path) -> None:
    out = tmp_path / "out.prom"
    before = os.umask(0o077)
    try:
        write_files({out: "up 1\n"}, force=True, mode=0o644)
    finally:
        os.umask(before)

    assert stat.S_IMODE(out.stat().st_mode) == 0o644
