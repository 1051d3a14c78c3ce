"""Running a use case for one command: settings read, stores opened, and everything closed again."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Final, TypeVar

import msgspec
from cyclopts import Parameter

from application.caller import Caller
from entrypoints.bootstrap import database, logs
from entrypoints.bootstrap.loader import Loaded, load
from entrypoints.bootstrap.settings import Settings
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.cli.exits import UsageError
from entrypoints.cli.inputs import whole_number
from entrypoints.services import Services

CALLER: Final = Caller()
VersionOption = Annotated[
    int | None, Parameter(converter=whole_number, help="Refuse the change when the present version is not this one.")
]
Yes = Annotated[bool, Parameter(negative="", help="Do not ask.")]
T = TypeVar("T")


def logged(options: Mapping[str, str] | None = None) -> Loaded:
    """The settings, with the logs of this process set up as they say. Raises ConfigurationError.

    `options` are settings that were given with the command, by their names.
    """
    loaded = load(options=options)
    logs.configure(loaded.settings.logging)
    return loaded


def prepared() -> Settings:
    """The settings, with logs of what goes wrong only, unless more is asked for. Raises ConfigurationError."""
    loaded = logged()
    if "LOG_LEVEL" not in loaded.sources and not loaded.settings.app.debug:
        # A person at a terminal wants the answer, not each step on the way to it.
        logs.configure(msgspec.structs.replace(loaded.settings.logging, level="warning"))
    return loaded.settings


def use(ask: Callable[[Services], Awaitable[T]]) -> T:
    """What `ask` gives for the services on the configured stores. Raises what they raise, Unavailable or
    AlreadyRunning.
    """
    return use_wiring(lambda wiring: ask(wiring.services))


def use_wiring(ask: Callable[[Wiring], Awaitable[T]]) -> T:
    """As `use`, for what needs more than the services."""
    settings = prepared()
    if settings.app.storage == "memory":
        raise UsageError(
            "STORAGE=memory keeps records in the memory of one process, so a command of its own would see none: "
            "leave STORAGE out, or ask the server over HTTP"
        )
    if settings.app.storage != "postgres":
        return asyncio.run(_asked(settings, None, ask))
    with database.for_command(settings.database) as url:
        return asyncio.run(_asked(settings, url, ask))


async def _asked(settings: Settings, url: str | None, ask: Callable[[Wiring], Awaitable[T]]) -> T:
    async with Wiring(settings, url).opened() as wiring:
        return await ask(wiring)


def confirm(question: str, *, yes: bool) -> None:
    """Goes on when the person says so, or said so before with --yes. Raises UsageError."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Nobody is there to answer: add --yes")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was done")
