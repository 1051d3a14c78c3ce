"""Commands of `daybook` within this process: a start costs a second, which most of what is tested does not need."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from entrypoints.cli.main import run

NOBODY = "01997f43-8c00-7000-8000-000000000000"
MIDDLEMARCH = ("--title", "Middlemarch", "--author", "George Eliot", "--isbn", "978-0-14-143954-9")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def daybook(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command on a clean database; gives its exit code and what it wrote."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(arguments)
        return (code, *capsys.readouterr())

    return command


def made(daybook: Run, *arguments: str) -> Any:
    """The record that a command answers with."""
    code, out, error = daybook(*arguments, "--format", "json")
    assert (code, error) == (0, "")
    return json.loads(out)
