"""What ``openclaw_manager`` exports, and what it costs to import it."""

import inspect
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import UTC, datetime

import pytest

import openclaw_manager
from openclaw_manager import AsyncManager, Instance, Manager, OpenClawManagerError
from openclaw_manager.domain import errors

PUBLIC = [name for name in dir(openclaw_manager) if not name.startswith("_")]
VERBS = [name for name, _ in inspect.getmembers(Manager, callable) if not name.startswith("_")]
NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)


def _public(name: str) -> object:
    return getattr(openclaw_manager, name)


@pytest.mark.parametrize("name", PUBLIC)
def test_whatever_is_exported_is_there(name: str) -> None:
    assert _public(name) is getattr(openclaw_manager, name)


def test_what_is_not_exported_is_an_attribute_error_as_of_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _public("nonsense")


def test_every_error_of_the_tree_is_exported() -> None:
    tree = {
        name
        for name, one in vars(errors).items()
        if inspect.isclass(one) and issubclass(one, OpenClawManagerError)
    }

    assert tree <= set(PUBLIC)


def test_what_type_checkers_see_is_what_there_is() -> None:
    """The names are listed twice: for them, and for the import at run time."""
    source = inspect.getsource(openclaw_manager)
    seen = {line.split(" as ")[1].rstrip(",") for line in source.splitlines() if " as " in line}

    assert seen - {"in typing, whose import takes longer than all of this"} == set(
        openclaw_manager._MODULES
    )


def test_importing_the_package_imports_nothing_else() -> None:
    program = (
        "import sys; before = set(sys.modules); import openclaw_manager;"
        "print(sorted(set(sys.modules) - before))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "['openclaw_manager']"


@pytest.mark.parametrize("verb", VERBS)
def test_both_managers_have_the_same_verbs_with_the_same_arguments(verb: str) -> None:
    ours, theirs = (inspect.signature(getattr(kind, verb)) for kind in (Manager, AsyncManager))

    assert ours.parameters == theirs.parameters
    assert inspect.getdoc(getattr(Manager, verb))


def test_the_verbs_of_one_wait_and_those_of_the_other_block() -> None:
    waiting = {
        verb
        for verb in VERBS
        if inspect.iscoroutinefunction(getattr(AsyncManager, verb))
        or inspect.isasyncgenfunction(getattr(AsyncManager, verb))
    }

    assert waiting == set(VERBS) - {"open"}
    assert not any(inspect.iscoroutinefunction(getattr(Manager, verb)) for verb in VERBS)


@pytest.mark.parametrize(
    "name", [name for name in PUBLIC if is_dataclass(getattr(openclaw_manager, name))]
)
def test_results_are_frozen_and_their_attributes_are_documented(name: str) -> None:
    kind = _public(name)
    assert is_dataclass(kind)
    assert vars(kind)["__dataclass_params__"].frozen
    assert inspect.getdoc(kind)
    assert fields(kind)


def test_a_result_cannot_be_changed() -> None:
    instance = Instance("id", "home", "ws://x", "registered", (), NOW, NOW)

    with pytest.raises(FrozenInstanceError):
        instance.name = "other"  # type: ignore[misc]
