"""How commands end: every error there is has an exit code, and what is said of it can be read."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import application
import domain
import entrypoints.bootstrap
import entrypoints.cli
from application.decoding import Malformed
from application.errors import (
    AlreadyExists,
    ApplicationError,
    BadQuery,
    Conflict,
    NotFound,
    OutcomeUnknown,
    ReadOnlyStore,
    StaleVersion,
    Unavailable,
)
from application.ports.books import IsbnExists
from domain.orders.order import OrderCancelled
from domain.shared.errors import DomainError, Invalid, Problem, Refused
from entrypoints.bootstrap.failures import AlreadyRunning, ConfigurationError, PortInUse, ServerFailed
from entrypoints.cli import main
from entrypoints.cli.exits import EXITS, AnswersDiffer, CommandError, UsageError, exit_code, told

# The roots themselves are never raised.
ROOTS = (DomainError, ApplicationError)


def descendants(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    for one in kind.__subclasses__():
        yield one
        yield from descendants(one)


def every_error() -> list[type[BaseException]]:
    """Those of the domain, of the application, of bootstrap and of the command line, whoever defines them."""
    for package in (domain, application, entrypoints.bootstrap, entrypoints.cli):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    ours = ("domain.", "application.", "entrypoints.bootstrap.", "entrypoints.cli.")
    return sorted(
        {kind for kind in descendants(Exception) if kind.__module__.startswith(ours)} - set(ROOTS),
        key=lambda kind: kind.__qualname__,
    )


def test_every_error_has_an_exit_code() -> None:
    errors = every_error()
    assert len(errors) > 20
    assert {IsbnExists, OrderCancelled, Malformed, ConfigurationError} <= set(errors)
    # PortTaken is caught where it is raised, and becomes PortInUse, which says who is there.
    reach_the_end = [kind for kind in errors if not kind.__name__.startswith("_") and kind.__name__ != "PortTaken"]
    assert [kind for kind in reach_the_end if exit_code(kind) is None] == []


def test_what_nobody_expects_has_none() -> None:
    assert exit_code(RuntimeError) is None


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Invalid, 2),
        (BadQuery, 2),
        (Malformed, 2),
        (ConfigurationError, 2),
        (UsageError, 2),
        (NotFound, 3),
        (Refused, 4),
        (OrderCancelled, 4),
        (AlreadyExists, 4),
        (IsbnExists, 4),
        (Conflict, 4),
        (StaleVersion, 4),
        (ReadOnlyStore, 4),
        (AlreadyRunning, 4),
        (PortInUse, 4),
        (Unavailable, 5),
        (OutcomeUnknown, 5),
        (AnswersDiffer, 6),
        (CommandError, 1),
        (ServerFailed, 1),
    ],
)
def test_the_codes(kind: type[Exception], code: int) -> None:
    assert exit_code(kind) == code


def test_the_table_has_the_codes_of_the_interface_only() -> None:
    assert set(EXITS.values()) == {1, 2, 3, 4, 5, 6}


def test_every_bad_value_is_named() -> None:
    error = Invalid(
        [
            Problem(pointer="/price/amount", code="negative", message="must not be negative"),
            Problem(code="x", message="as a whole"),
        ]
    )
    assert list(told(error)) == ["price.amount: must not be negative", "as a whole"]


def test_a_configuration_is_told_line_by_line() -> None:
    assert list(told(ConfigurationError(["PORT must", "HOST must"]))) == [
        "the configuration cannot be used:",
        "  PORT must",
        "  HOST must",
    ]


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (NotFound("book", 7), 3, "error: there is no book 7"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (RuntimeError("no shelf"), 1, "error: RuntimeError: no shelf\nThis is a fault of Daybook."),
    ],
)
def test_no_command_ends_in_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    code: int,
    said: str,
) -> None:
    def failing(*_: object) -> None:
        raise raised

    monkeypatch.setattr(main, "command_line", lambda _asked: lambda *_, **__: failing())
    assert main.run(["books"]) == code
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(said)
    assert "Traceback" not in error


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["books", "nonsense"], ["books", "get"], ["config", "show", "--format", "xml"]]
)
def test_what_cannot_be_parsed_is_a_usage_error(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main.run(arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error != ""
