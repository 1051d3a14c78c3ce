"""Rules of the house that no linter knows, read from the syntax tree. Each is tried on a text that breaks it."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "application", "adapters", "entrypoints")
EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "base", "misc"}
CLOCKS = {"now", "today", "utcnow", "uuid1", "uuid4", "monotonic", "urandom", "getenv"}
OPTIONAL_EXTRAS = ROOT / "entrypoints" / "bootstrap"

Rule = Callable[[ast.Module], Iterator[str]]


def modules(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def imports_inside_functions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield f"line {inner.lineno}: import inside {node.name}()"


def time_or_chance(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            owner = ast.unparse(node.func)
            if name in CLOCKS and "clock" not in owner:
                yield f"line {node.lineno}: {owner}()"


def open_dataclasses(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        cached = "cached_property" in ast.unparse(node)  # which needs the dict that slots leave out
        for decorator in node.decorator_list:
            text = ast.unparse(decorator)
            if text.startswith("dataclass") and not ("frozen=True" in text and (cached or "slots=True" in text)):
                yield f"line {node.lineno}: {node.name} is not frozen and slotted"


def environment(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "putenv"}:
            yield f"line {node.lineno}: {ast.unparse(node)}"


def empty_class_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            name = node.name
            interface = len(name) > 2 and name[0] == "I" and name[1].isupper() and name[2].islower()
            if name.startswith("Abstract") or name.endswith(("Impl", "Manager")) or interface:
                yield f"line {node.lineno}: {name}"


RULES: list[tuple[Rule, tuple[str, ...], str]] = [
    (imports_inside_functions, PACKAGES, "def f():\n    import os\n"),
    (time_or_chance, ("domain", "application"), "from datetime import datetime\nx = datetime.now()\n"),
    (open_dataclasses, ("domain",), "@dataclass\nclass A:\n    x: int\n"),
    (environment, ("domain", "application", "adapters"), "import os\nx = os.environ['HOME']\n"),
    (empty_class_names, PACKAGES, "class BookManager:\n    pass\n"),
]


@pytest.mark.parametrize(("rule", "packages", "breach"), RULES, ids=[rule.__name__ for rule, _, _ in RULES])
def test_the_rule_holds_and_can_fail(rule: Rule, packages: tuple[str, ...], breach: str) -> None:
    assert list(rule(ast.parse(breach))), "the rule does not see a breach of it"
    found = {
        str(path.relative_to(ROOT)): list(rule(ast.parse(path.read_text(encoding="utf-8"))))
        for path in modules(*packages)
        if not (rule is imports_inside_functions and path.is_relative_to(OPTIONAL_EXTRAS))
    }
    assert {path: breaches for path, breaches in found.items() if breaches} == {}


def test_optional_extras_are_loaded_in_one_place() -> None:
    loaders = [
        str(path.relative_to(ROOT))
        for path in modules("entrypoints")
        if list(imports_inside_functions(ast.parse(path.read_text(encoding="utf-8"))))
    ]
    assert len(loaders) <= 1, loaders


def test_no_file_has_a_name_that_says_nothing() -> None:
    named = [path for path in modules(*PACKAGES, "tests", "migrations") if path.stem in EMPTY_NAMES]
    folders = [path.parent for path in modules(*PACKAGES, "tests") if path.parent.name in EMPTY_NAMES]
    assert [*named, *folders] == []


def test_importing_the_core_touches_nothing() -> None:
    """Every module of domain, application and adapters can be imported with sockets and the environment shut."""
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in modules("domain", "application", "adapters/memory", "adapters/postgres", "adapters/sql")
    ]
    script = (
        "import importlib, socket, sys\n"
        "import asyncpg, sqlalchemy, msgspec\n"
        "def shut(*a, **k): raise RuntimeError('a socket at import')\n"
        "socket.socket.connect = shut\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
