"""The rules of the house that no linter knows, read from the repository's own files."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("domain", "application", "adapters", "entrypoints")


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def _imports(folder: str) -> Iterator[tuple[str, str]]:
    """Each module of a folder with the full name of each module that it imports."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((path.name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path} has a relative import"
                yield path.name, node.module or ""


def _is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


@pytest.mark.parametrize(
    ("folder", "others"),
    [
        ("domain", ("eventsourcing.domain", "eventsourcing.utils", "openclaw_manager.domain")),
        (
            "application",
            (
                *("eventsourcing.domain", "eventsourcing.utils"),
                *("eventsourcing.application", "eventsourcing.persistence"),
                *("openclaw_manager.domain", "openclaw_manager.application"),
            ),
        ),
    ],
)
def test_the_core_imports_the_standard_library_and_little_else(
    folder: str, others: tuple[str, ...]
) -> None:
    """The import contracts forbid what they name; this allows what it names."""
    strangers = {
        (module, imported)
        for module, imported in _imports(folder)
        if imported.partition(".")[0] not in sys.stdlib_module_names
        and not _is_within(imported, others)
    }

    assert not strangers


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_is_imported_by_its_name_in_the_repository(folder: str) -> None:
    """`domain` and `entrypoints.embedding` are no import names where the wheel is installed."""
    wrong = {
        (module, imported)
        for module, imported in _imports(folder)
        if _is_within(imported, (*FOLDERS, "openclaw_manager.entrypoints.embedding"))
    }

    assert not wrong


@pytest.mark.parametrize("folder", ["domain", "application", "adapters"])
def test_the_public_package_is_an_entrypoint_and_nothing_below_imports_it(folder: str) -> None:
    """The import contracts see its modules, and not the package itself."""
    assert not [module for module, imported in _imports(folder) if imported == "openclaw_manager"]


def test_every_package_of_the_tree_is_listed_for_the_build() -> None:
    """What is not listed works in an editable install and is missing from the wheel."""
    packages = {
        "openclaw_manager." + ".".join(init.parent.relative_to(ROOT).parts)
        for folder in FOLDERS
        for init in (ROOT / folder).rglob("__init__.py")
    }
    public = "openclaw_manager.entrypoints.embedding"
    expected = {name.replace(public, "openclaw_manager") for name in packages}

    assert set(_pyproject()["tool"]["setuptools"]["packages"]) == expected


def test_every_folder_with_modules_is_a_package() -> None:
    """A folder without `__init__.py` is skipped by the build."""
    folders = {path.parent for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}

    assert not {folder for folder in folders if not (folder / "__init__.py").exists()}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_every_direct_dependency_is_pinned() -> None:
    """What the demo and the tests install is the same on every machine."""
    project = _pyproject()["project"]
    requirements = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        requirements += extra
    names = {re.split(r"[\[<>=!~; ]", requirement)[0] for requirement in requirements}

    assert {_normal(name) for name in names - {project["name"]}} <= {_normal(n) for n in _pins()}


def test_pins_are_names_and_versions_and_say_nothing_of_where_they_came_from() -> None:
    """A file with addresses would tie everybody to one machine's registries."""
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in _pins())
    assert all(re.fullmatch(r"[0-9][A-Za-z0-9.+!]*", version) for version in _pins().values())


def test_make_lists_its_targets_and_contributing_explains_them() -> None:
    """Each target that can be typed has a line in `make` and a place in CONTRIBUTING.md."""
    makefile = (ROOT / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: ((?:.*\\\n)*.*)$", makefile, flags=re.MULTILINE)
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE))
    guide = (ROOT / "CONTRIBUTING.md").read_text()

    assert described == set(phony.replace("\\\n", " ").split()) - {"lint-root"}
    assert not {target for target in described - {"help"} if f"make {target}" not in guide}
