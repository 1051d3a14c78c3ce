"""How each kind of error ends a command. One table, which a test holds against every error there is."""

from collections.abc import Iterator, Mapping
from typing import Final

from application.analytics.limits import QuestionTooLong
from application.decoding import Malformed
from application.errors import (
    AlreadyExists,
    BadQuery,
    Conflict,
    NotAcceptable,
    NotFound,
    NotInstalled,
    Unavailable,
)
from application.ports.computation import ComputationTooLong
from domain.shared.errors import Invalid, Refused
from entrypoints.bootstrap.failures import AlreadyRunning, ConfigurationError, PortInUse, ServerFailed

OK: Final = 0
FAILURE: Final = 1
USAGE: Final = 2
NOT_FOUND: Final = 3
CONFLICT: Final = 4
UNAVAILABLE: Final = 5
ANSWERS_DIFFER: Final = 6
INTERRUPTED: Final = 130


class CommandError(Exception):
    """A command that cannot do what it was asked. The message is for the person at the terminal."""


class UsageError(CommandError):
    """What was typed cannot be done as it stands."""


class AnswersDiffer(CommandError):
    """Two stores gave different answers to one question."""


EXITS: Final[Mapping[type[Exception], int]] = {
    Invalid: USAGE,
    Malformed: USAGE,
    BadQuery: USAGE,
    NotAcceptable: USAGE,
    ConfigurationError: USAGE,
    UsageError: USAGE,
    NotFound: NOT_FOUND,
    Refused: CONFLICT,
    AlreadyExists: CONFLICT,
    Conflict: CONFLICT,
    AlreadyRunning: CONFLICT,
    PortInUse: CONFLICT,
    Unavailable: UNAVAILABLE,
    ComputationTooLong: UNAVAILABLE,
    QuestionTooLong: UNAVAILABLE,
    AnswersDiffer: ANSWERS_DIFFER,
    CommandError: FAILURE,
    NotInstalled: FAILURE,
    ServerFailed: FAILURE,
}


def exit_code(error: type[BaseException]) -> int | None:
    """The code of this kind of error, or of the nearest of its ancestors; None for what nobody expects."""
    return next((EXITS[ancestor] for ancestor in error.__mro__ if ancestor in EXITS), None)


def told(error: Exception) -> Iterator[str]:
    """The error in lines for a person: what is wrong, and each bad value by its name."""
    if isinstance(error, Invalid | BadQuery):
        for problem in error.problems:
            name = problem.pointer.removeprefix("/").replace("/", ".")
            yield f"{name}: {problem.message}" if name else problem.message
    elif isinstance(error, ConfigurationError):
        yield "the configuration cannot be used:"
        yield from (f"  {problem}" for problem in error.problems)
    else:
        yield str(error)
