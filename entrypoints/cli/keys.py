"""``openclaw-manager keys``: device keys as files."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import click

from openclaw_manager.domain.errors import InvalidInput, OpenClawManagerError
from openclaw_manager.domain.secret import fingerprint
from openclaw_manager.entrypoints.cli.output import output_options, write
from openclaw_manager.entrypoints.cli.session import session

_BITS = 2048


class KeyFileExists(InvalidInput):
    """A file already has the name that a new key should get."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path} exists already; it was left as it is"


class KeyFileNotWritten(OpenClawManagerError):
    """A key could not be written to where it should go."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path} cannot be written: {self.problem}"


@click.group()
def keys() -> None:
    """Make device keys."""


@keys.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("device.pem"),
    show_default=True,
    help="File for the private key; the public one gets the same name with .pub.",
)
@click.option(
    "--type",
    "kind",
    type=click.Choice(["rsa"]),
    default="rsa",
    show_default=True,
    help=f"Kind of key: RSA of {_BITS} bits.",
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
@output_options
def generate(out: Path, kind: str, force: bool, output: str) -> None:
    """Make a device key and write both halves to files that only you can read."""
    public = Path(f"{out}.pub")
    if not force:  # before the work of making a key; the writing itself checks again
        for path in (out, public):
            if os.path.lexists(path):
                raise KeyFileExists(path)
    pair = session().container.device_keys().generate()
    keep = _replace_both if force else _create_both
    keep({out: pair.private_pem, public: pair.public_pem})
    click.echo(f"wrote the private key to {out} and the public key to {public}", err=True)
    files = [str(out), str(public)]
    document = {
        "privateKey": str(out),
        "publicKey": str(public),
        "type": kind,
        "bits": _BITS,
        "fingerprint": fingerprint(pair.private_pem),
    }
    write(document, output, names=files, table=lambda: "\n".join(files))


def _create_both(texts: Mapping[Path, str]) -> None:
    """Write two new files, or none if one of the names is taken."""
    created: list[Path] = []
    try:
        for path, text in texts.items():
            with _speaking_of(path):
                _create(path, text)
            created.append(path)
    except BaseException:
        for path in created:
            path.unlink()
        raise


def _replace_both(texts: Mapping[Path, str]) -> None:
    """Write two files in full before either takes the place of an older one."""
    drafts = {path: path.with_name(f".{uuid4().hex}") for path in texts}
    try:
        for path, draft in drafts.items():
            with _speaking_of(path):
                # Found out after the first was replaced, it would be too late.
                if stat.S_ISDIR(_mode(path)):
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                _create(draft, texts[path])
        for path, draft in drafts.items():
            with _speaking_of(path):
                draft.replace(path)
                _sync_folder(path.parent)
    finally:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink()


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return 0


def _create(path: Path, text: str) -> None:
    """Write a new file durably, for its owner alone, or leave none behind."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        _sync_folder(path.parent)
    except BaseException:
        path.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _speaking_of(path: Path) -> Iterator[None]:
    """Say in our words why a file cannot be written."""
    try:
        yield
    except FileExistsError as error:
        raise KeyFileExists(path) from error
    except OSError as error:
        raise KeyFileNotWritten(path, error.strerror or type(error).__name__) from error
