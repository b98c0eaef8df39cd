"""The documents are in step with the code, and everything that can be met is in them."""

import ast
import importlib.util
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from typing import Any

import click
import pytest

from openclaw_manager import __version__
from openclaw_manager.adapters.metrics.family import Family
from openclaw_manager.application.ports.examination import CheckId
from openclaw_manager.application.ports.view import INSTANCE_FIELDS, MINION_KEYS, SNAPSHOT_FIELDS
from openclaw_manager.application.ports.watch_observer import Trouble
from openclaw_manager.domain.caution import Caution
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Dialect, Step
from openclaw_manager.domain.section import Section
from openclaw_manager.entrypoints.cli import errors
from openclaw_manager.entrypoints.cli.causes import ADVICE, CAUTIONS
from openclaw_manager.entrypoints.cli.main import cli
from openclaw_manager.entrypoints.cli.remedies import NEXT
from openclaw_manager.entrypoints.composition.settings import resolve
from openclaw_manager.entrypoints.composition.simulation import GatewaySimulator

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
_LONGEST_README = 220  # lines


def _generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_generated_parts_are_in_step_with_the_code() -> None:
    """In a process of its own, since what tests define would count as well."""
    check = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (check.returncode, check.stdout) == (0, "")


@pytest.mark.parametrize("part", GENERATOR.PARTS)
def test_every_part_that_can_be_generated_stands_in_a_document(part: str) -> None:
    assert any(f"<!-- generated: {part} -->" in path.read_text() for path in DOCUMENTS)


def test_a_part_that_was_changed_by_hand_is_noticed() -> None:
    document = "<!-- generated: faults -->\nby hand\n<!-- end: faults -->\n"

    assert GENERATOR.filled(document) == (
        f"<!-- generated: faults -->\n\n{GENERATOR.fault_table()}\n\n<!-- end: faults -->\n"
    )


def test_every_exit_status_is_documented() -> None:
    statuses = {value for value in vars(errors).values() if type(value) is int}

    assert set(GENERATOR.EXIT_STATUSES) == statuses


@pytest.mark.parametrize("code", ["name-taken", "section-not-captured", "store-damaged"])
def test_errors_of_which_there_are_special_cases_are_documented_too(code: str) -> None:
    assert f"| `{code}` |" in (ROOT / "docs" / "cli.md").read_text("utf-8")


def test_every_setting_is_documented() -> None:
    assert set(GENERATOR.SETTINGS) == set(resolve({}, {"HOME": "/"}, {}).origins)


def test_every_trouble_of_a_watch_is_documented() -> None:
    assert list(GENERATOR.TROUBLES) == list(Trouble)


def test_metrics_that_are_named_exist() -> None:
    """In the questions and the alert rules too."""
    named = set(re.findall(r"openclaw_[a-z_]+", _read("docs/metrics.md")))

    assert {name.removesuffix("_bucket") for name in named} == {one.metric for one in Family}


def test_every_section_is_documented() -> None:
    assert list(GENERATOR.SECTIONS) == list(Section)


def test_every_check_of_the_doctor_is_documented() -> None:
    assert list(GENERATOR.CHECKS) == list(CheckId)


@pytest.mark.parametrize("code", [*Cause, *Caution])
def test_every_cause_and_every_warning_is_documented_with_what_to_type(code: str) -> None:
    """In one table each, and in the words that the program says."""
    said = CAUTIONS[code] if isinstance(code, Caution) else ADVICE[Cause(code)].next

    [row] = re.findall(rf"^\|.* ?`{code}` \|.*$", _read("docs/causes.md"), re.MULTILINE)

    assert said.format(name="NAME") in row


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_that_is_documented_can_be_found(cause: Cause) -> None:
    """Some adapter returns it, so that nobody looks for what cannot happen."""
    adapters = (ROOT / "adapters").rglob("*.py")

    assert any(f"Cause.{cause.name}" in path.read_text() for path in adapters)


@pytest.mark.parametrize("name", [*signature(GatewaySimulator).parameters])
def test_every_argument_of_the_simulator_is_documented(name: str) -> None:
    assert f"`{name}`" in _read("docs/simulator.md")


@pytest.mark.parametrize("name", [*Step, *Dialect])
def test_every_step_and_dialect_is_documented(name: str) -> None:
    assert f"| `{name}` |" in _read("docs/gateways.md")


@pytest.mark.parametrize("key", sorted(MINION_KEYS | INSTANCE_FIELDS | SNAPSHOT_FIELDS))
def test_every_key_of_data_json_is_documented(key: str) -> None:
    assert f"| `{key}` |" in _read("docs/data-json.md")


def test_the_example_of_data_json_has_the_keys_that_it_should() -> None:
    [example] = re.findall(r"```json\n(.*?)```", _read("docs/data-json.md"), re.DOTALL)
    [entry] = json.loads(example)["minions"]

    assert set(entry) == MINION_KEYS - {"deletedAt"}
    assert set(entry["fields"]) < INSTANCE_FIELDS


def _typed_commands() -> Iterator[str]:
    """Each command that a document or a hint tells people to type."""
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
            yield from re.findall(r"^\$ .*?(openclaw-manager .*)$", block, re.MULTILINE)
        yield from re.findall(r"`(openclaw-manager [^`]*)`", text)
    hints = [advice.next for advice in ADVICE.values()]
    hints += [*CAUTIONS.values(), *NEXT.values(), *(hint for _, hint in errors._HINTS)]
    hints += filter(None, GENERATOR.WHAT_NEXT.values())
    for hint in hints:
        blanks = re.sub(r"{(\w+)}", r"\1", hint)
        yield from re.findall(r"openclaw-manager [^;]*", blanks)


@pytest.mark.parametrize("typed", sorted(set(_typed_commands())))
def test_what_people_are_told_to_type_exists(typed: str) -> None:
    """Each word on the way to a command, and each of its options."""
    words = shlex.split(typed.partition(";")[0].partition(" 2>")[0], comments=True)[1:]
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words.pop(0))
        assert found is not None
        command = found
    options = {name for param in command.params for name in param.opts} | {"--help"}

    assert {word for word in words if re.match(r"--?[a-z]", word)} <= options


def test_what_make_is_said_to_do_it_can_do() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:\$ |`)make ([a-z-]+)", "".join(map(_read, ["README.md"]))))

    assert named <= targets
    assert {"demo", "test"} <= named


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Also those to a heading."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text(encoding="utf-8")):
        file, _, heading = target.partition("#")
        linked = (path.parent / file).resolve() if file else path
        assert linked.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {
                re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings
            }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_of_the_repository_that_are_named_exist(path: Path) -> None:
    folders = "domain|application|adapters|entrypoints|tests|docs"
    named = re.findall(rf"\b(?:{folders})/[\w./]*\.py\b", path.read_text(encoding="utf-8"))

    assert not [file for file in named if not (ROOT / file).exists()]


def test_functions_on_the_way_of_a_ping_are_where_the_picture_says() -> None:
    picture = _read("docs/architecture.md").split("## The way of a ping")[1].split("## ")[0]
    named = re.findall(r"(\w[\w/]*\.py)  ([\w.]+)\(\)", picture)

    assert len(named) >= len(("main", "ping", "reach", "ping", "open_socket"))
    for file, function in named:
        assert _defines(ROOT / file, function.split(".")), f"{file} {function}"


def _defines(file: Path, names: list[str]) -> bool:
    """Whether a module defines a function, or a class that has a method."""
    body: list[ast.stmt] = ast.parse(file.read_text()).body
    for name in names[:-1]:
        [body] = [one.body for one in body if isinstance(one, ast.ClassDef) and one.name == name]
    defined = {node.name for one in body for node in ast.walk(one) if hasattr(node, "name")}
    return names[-1] in defined


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len(_read("README.md").splitlines()) < _LONGEST_README


def test_the_changelog_speaks_of_this_version() -> None:
    assert re.search(rf"^## .*\b{re.escape(__version__)}\b", _read("CHANGELOG.md"), re.MULTILINE)
