"""Whole numbers on the command line."""

from collections.abc import Iterator
from typing import get_args

import pytest
from cyclopts import App, Argument

from entrypoints.cli.inputs import whole_number
from entrypoints.cli.main import command_line, run

NOBODY = "01997f43-8c00-7000-8000-000000000000"


@pytest.mark.parametrize("number", ["1.5", "2.0", "1e3", "0x10", "nan", ""])
@pytest.mark.parametrize(
    "command",
    [
        ("webhooks", "rotate-secret", NOBODY, "--overlap-hours"),
        ("webhooks", "replay", NOBODY, "--first-sequence"),
        ("books", "update", NOBODY, "--version"),
        ("events", "tail", "--after"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_what_is_none_is_no_usage(command: tuple[str, ...], number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run((*command, number)) == 2
    assert f"{number} is not a whole number" in capsys.readouterr().err


def test_no_option_leaves_that_to_the_library() -> None:
    found = [(name, one) for name, one in parameters(command_line()) if int in (one.hint, *get_args(one.hint))]
    assert {name for name, _ in found} >= {"daybook webhooks replay", "daybook demo"}
    left = [f"{name} {one.name}" for name, one in found if one.parameter.converter is not whole_number]
    assert left == []


def parameters(app: App) -> Iterator[tuple[str, Argument]]:
    """Every parameter of every command, with the name of the command."""
    for name in (one for one in app if not one.startswith("-")):
        command = app[name]
        if command.default_command is None:
            yield from ((f"{app.name[0]} {inner}", one) for inner, one in parameters(command))
        else:
            yield from ((f"{app.name[0]} {name}", one) for one in command.assemble_argument_collection())


def test_what_a_webhook_takes_is_told() -> None:
    told = {f"{name} {one.name}": one.parameter.help for name, one in parameters(command_line()) if "webhooks" in name}
    # The filters of a list are told by the text of the command.
    assert [name for name, words in told.items() if not words and "KEYWORD" not in name] == []
    assert "daybook webhooks delete WEBHOOK_ID" in told
