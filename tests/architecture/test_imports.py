"""The import contracts of pyproject.toml hold, and each of them can fail.

A rule that cannot fail is no rule: a misspelt forbidden module, for one, is accepted in silence. So each contract is
broken once in a copy of the project, and has to be red there.
"""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "application", "adapters", "entrypoints")
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

# contract, file to plant in, what to plant
CANARIES = [
    ("layers", "domain/books/isbn.py", "import application.errors"),
    ("layers", "application/versions.py", "import adapters.memory"),
    ("layers", "adapters/memory/store.py", "import entrypoints.services"),
    ("domain-is-pure", "domain/shared/money.py", "import msgspec"),
    ("domain-is-pure", "domain/orders/order.py", "import random"),
    ("application-is-plain", "application/books/service.py", "import sqlalchemy"),
    ("application-is-plain", "application/health/service.py", "import os"),
    ("adapters-are-independent", "adapters/memory/store.py", "import adapters.postgres.pool"),
    ("adapters-are-independent", "adapters/snowflake/__init__.py", "import adapters.memory.store"),
    ("sql-is-shared", "adapters/sql/tables/books.py", "import adapters.postgres.pool"),
    ("adapters-know-no-service", "adapters/memory/store.py", "import application.books.service"),
    ("adapters-are-protected", "entrypoints/http/app.py", "import adapters.memory.store"),
    ("no-cycles", "domain/shared/text.py", "import domain.books.book"),
]


def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(settings["tool"]["importlinter"]["contracts"])


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    command = [sys.executable, "-c", LINT, "--no-cache", *options]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_contracts_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(contracts())} kept, 0 broken" in done.stdout


@pytest.mark.parametrize(("contract", "file", "planted"), CANARIES, ids=lambda value: str(value).replace("/", "."))
def test_a_planted_violation_is_red(copy: Path, contract: str, file: str, planted: str) -> None:
    target = copy / file
    before = target.read_text(encoding="utf-8")
    target.write_text(before + f"\n{planted}\n", encoding="utf-8")
    try:
        done = lint(copy, "--contract", contract)
    finally:
        target.write_text(before, encoding="utf-8")
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"0 kept, 1 broken", done.stdout), done.stdout


def test_every_contract_has_a_canary() -> None:
    assert {str(contract["id"]) for contract in contracts()} == {contract for contract, _, _ in CANARIES}


def test_every_library_of_the_project_is_forbidden_inside() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *settings["dependencies"],
        *(one for extra in settings["optional-dependencies"].values() for one in extra),
    ]
    names = {re.split(r"[^\w.-]", one)[0].lower().replace("_", "-") for one in wanted}
    modules = {
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if any(owner.lower().replace("_", "-") in names for owner in owners)
        and not module.startswith("_")
        and module.isidentifier()
    }
    for contract, allowed in (("domain-is-pure", set()), ("application-is-plain", {"msgspec"})):
        listed = next(one for one in contracts() if one["id"] == contract)["forbidden_modules"]
        assert modules - allowed - set(listed) == set(), contract  # type: ignore[call-overload]  # a list of names
