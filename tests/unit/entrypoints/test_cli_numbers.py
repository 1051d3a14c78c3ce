"""Whole numbers on the command line."""

import re
from pathlib import Path

import pytest

import entrypoints.cli
from entrypoints.cli.main import run

NOBODY = "01997f43-8c00-7000-8000-000000000000"


@pytest.mark.parametrize("number", ["1.5", "2.0", "1e3", "0x10", "nan", ""])
@pytest.mark.parametrize(
    "command",
    [
        ("webhooks", "rotate-secret", NOBODY, "--overlap-hours"),
        ("books", "update", NOBODY, "--version"),
        ("events", "tail", "--after"),
    ],
    ids=lambda command: command[0],
)
def test_what_is_none_is_no_usage(command: tuple[str, ...], number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run((*command, number)) == 2
    assert f"{number} is not a whole number" in capsys.readouterr().err


def test_no_option_leaves_that_to_the_library() -> None:
    folder = Path(entrypoints.cli.__file__).parent
    found = [
        (path.name, option)
        for path in folder.glob("*.py")
        for option in re.findall(r"Annotated\[\s*int\b[^]]*\]", path.read_text(encoding="utf-8"))
    ]
    assert found
    assert [one for one in found if "converter=whole_number" not in one[1]] == []
