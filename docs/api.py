"""Writes the reference of the public package from its docstrings."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from textwrap import indent

from twin import blocking, sources

import openclaw_manager
from openclaw_manager import ports

_LONGEST_LINE = 100  # characters
_ORDER = ("manager", "instances", "gateways", "snapshots", "log", "home")
_Method = ast.FunctionDef | ast.AsyncFunctionDef
_PORTS = ("SecretStore", "DeviceKeys", "Clock", "GatewayLink", "WatchObserver")


def verbs() -> str:
    """Tell every verb of ``Manager``; those of ``AsyncManager`` are the same, and awaited."""
    modules = {path.stem: path for path in sources()}
    return "\n\n".join(
        "\n\n".join(_verbs_in(blocking(modules[name].read_text("utf-8")))) for name in _ORDER
    )


def _verbs_in(source: str) -> Iterator[str]:
    """Tell the methods of the class in a module, under what the class is for."""
    [kind] = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    yield f"### {kind.name}\n\n{_text(kind)}"
    for verb in kind.body:
        if isinstance(verb, _Method) and not verb.name.startswith("_"):
            yield f"#### {verb.name}\n\n```python\n{_signature(verb)}\n```\n\n{_text(verb)}"


def _signature(verb: _Method) -> str:
    """Write how a verb is called, an argument a line."""
    returned = f" -> {ast.unparse(verb.returns)}" if verb.returns else ""
    line = f"{verb.name}({', '.join(_arguments(verb))}){returned}"
    if len(line) <= _LONGEST_LINE:
        return line
    arguments = indent(",\n".join(_arguments(verb)), "    ")
    return f"{verb.name}(\n{arguments},\n){returned}"


def _arguments(verb: _Method) -> Iterator[str]:
    given = verb.args
    first_default = len(given.args) - len(given.defaults)
    for number, argument in enumerate(given.args):
        if number:
            default = given.defaults[number - first_default] if number >= first_default else None
            yield _argument(argument, default)
    if given.kwonlyargs:
        yield "*"
    yield from map(_argument, given.kwonlyargs, given.kw_defaults)


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    annotation = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
    return f"{argument.arg}{annotation}" + (f" = {ast.unparse(default)}" if default else "")


def _text(node: ast.ClassDef | _Method) -> str:
    return _markdown(ast.get_docstring(node) or "")


def _markdown(docstring: str) -> str:
    return docstring.replace("``", "`")


def result_reference() -> str:
    """Tell every kind of result, with its attributes."""
    kinds = [one for one in map(_exported, dir(openclaw_manager)) if _attributes(one)]
    return "\n\n".join(map(_result, kinds))


def _exported(name: str) -> object:
    return getattr(openclaw_manager, name)


def _attributes(kind: object) -> list[str]:
    """List the attributes of a kind of result; of anything else there are none."""
    if is_dataclass(kind):
        return [field.name for field in fields(kind)]
    return list(getattr(kind, "_fields", ()))


def _result(kind: type) -> str:
    names = _attributes(kind)
    names += [name for name, value in vars(kind).items() if isinstance(value, property)]
    attributes = " ".join(f"`.{name}`" for name in names)
    return f"### {kind.__name__}\n\n{_markdown(inspect.getdoc(kind) or '')}\n\n{attributes}"


def port_reference() -> str:
    """Tell the contracts of what a host may bring along."""
    kinds = (getattr(ports, name) for name in _PORTS)
    return "\n\n".join("\n\n".join(_verbs_in(inspect.getsource(kind))) for kind in kinds)
