"""The wheel that users install holds the four folders under one import name, and no more."""

import configparser
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_INTO_THE_BUILD = (
    *("pyproject.toml", "README.md", "LICENSE"),
    *("domain", "application", "adapters", "entrypoints"),
)
_PUBLIC_PACKAGE = Path("entrypoints/embedding")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy, where no earlier build has left anything that could slip in."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in _INTO_THE_BUILD:
        _copy(ROOT / name, source / name)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(built), str(source))
    [wheel] = built.glob("openclaw_manager-*-py3-none-any.whl")
    return wheel


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr


def _installed_name(path: Path) -> str:
    if path.is_relative_to(_PUBLIC_PACKAGE):
        return ("openclaw_manager" / path.relative_to(_PUBLIC_PACKAGE)).as_posix()
    return ("openclaw_manager" / path).as_posix()


def _files_of_the_tree() -> set[str]:
    sources = {
        path.relative_to(ROOT)
        for folder in ("domain", "application", "adapters", "entrypoints")
        for path in (ROOT / folder).rglob("*.py")
    }
    return {_installed_name(path) for path in sources} | {"openclaw_manager/py.typed"}


def test_the_wheel_holds_every_module_of_the_four_folders_and_nothing_else(wheel: Path) -> None:
    """A subpackage that pyproject.toml does not list would be left out without a word."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert packed == _files_of_the_tree()


def test_the_wheel_brings_the_console_script_the_fixtures_and_the_licence(wheel: Path) -> None:
    """The name that people type leads to the command line's main function."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [entry_points] = [name for name in names if name.endswith("/entry_points.txt")]
        parser = configparser.ConfigParser()
        parser.read_string(archive.read(entry_points).decode())

    assert dict(parser["console_scripts"]) == {
        "openclaw-manager": "openclaw_manager.entrypoints.cli.start:main"
    }
    assert dict(parser["pytest11"]) == {"openclaw_manager": "openclaw_manager.pytest_plugin"}
    assert any(name.endswith("/LICENSE") for name in names)


def test_the_installed_wheel_imports_without_the_repository(wheel: Path, tmp_path: Path) -> None:
    """What is imported comes from the wheel, and every module of it can be imported."""
    _pip("install", "--no-deps", "--no-index", "--target", str(tmp_path), str(wheel))
    program = (
        "import importlib, pkgutil, openclaw_manager as package\n"
        "for module in pkgutil.walk_packages(package.__path__, 'openclaw_manager.'):\n"
        "    print(importlib.import_module(module.name).__file__)\n"
        "print(package.__file__)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert all(Path(line).is_relative_to(tmp_path) for line in done.stdout.splitlines())
