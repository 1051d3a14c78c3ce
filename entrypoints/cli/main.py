"""The command `daybook`: its groups, and how a command ends."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final, Literal

from cyclopts import App, CycloptsError

from entrypoints.bootstrap import memory
from entrypoints.bootstrap.logs import trace_wanted
from entrypoints.cli import exits
from entrypoints.cli.exits import exit_code, told
from entrypoints.cli.output import message

_ABOUT: Final = """The back end of a bookseller, library or publisher.

$ daybook serve
$ daybook books create --title Emma --author "Jane Austen" --isbn 0-14-143958-0
$ daybook import books.csv
$ daybook analytics rfm --currency EUR

Data goes to standard output, messages to standard error. Settings come from
the environment and .env: `daybook config show` lists them."""

# A module is imported when one of its commands is used. A line of each is here, so that `daybook --help` needs none.
_GROUPS: Final = {
    "serve": ("entrypoints.cli.serve:serve", "Serve the HTTP API."),
    "worker": ("entrypoints.cli.worker:worker", "Run jobs and schedules in a process of their own."),
    "demo": ("entrypoints.cli.demo:demo", "Serve a made-up bookshop from memory."),
    "import": ("entrypoints.cli.imports:import_file", "Take in a file of books, customers or sales."),
    "customers": ("entrypoints.cli.customers:app", "Customers: list, get, create, update, merge, erase, export."),
    "books": ("entrypoints.cli.books:app", "Books: list, get, create, update, batch, delete, restore."),
    "authors": (
        "entrypoints.cli.authors:app",
        "Authors: list, get, books, create, update, merge, unmerge, delete, restore.",
    ),
    "categories": (
        "entrypoints.cli.categories:app",
        "Categories: list, tree, get, books, create, update, move, delete, restore, import.",
    ),
    "reviews": ("entrypoints.cli.reviews:app", "Reviews: list, get, create, update, publish, reject, delete, restore."),
    "groups": (
        "entrypoints.cli.groups:app",
        "Groups: list, get, create, update, members, add, remove, delete, restore.",
    ),
    "segments": ("entrypoints.cli.segments:app", "Segments: list, get, create, update, members, snapshots."),
    "orders": ("entrypoints.cli.orders:app", "Orders: list, get, create, cancel, return, confirm."),
    "returns": ("entrypoints.cli.returns:app", "Returns: list, get, create."),
    "events": ("entrypoints.cli.events:app", "Events: who changed what, and when; list, tail."),
    "webhooks": (
        "entrypoints.cli.webhooks:app",
        "Webhooks: list, get, create, update, rotate-secret, test, resume, deliveries, replay, delete, restore.",
    ),
    "warehouse": ("entrypoints.cli.warehouse:app", "The embedded warehouse: sync, status, rebuild, compact."),
    "analytics": ("entrypoints.cli.analytics:app", "Who buys what: reports, their definitions, verification."),
    "jobs": ("entrypoints.cli.jobs:app", "Jobs: list, show, cancel, retry, cancel-failed, retry-failed, wait."),
    "schedules": (
        "entrypoints.cli.schedules:app",
        "Schedules: list, get, create, update, run, delete, restore.",
    ),
    "mail": ("entrypoints.cli.mail:app", "Mail: test."),
    "health": ("entrypoints.cli.health:health", "Are the stores there, and at the newest schema."),
    "db": ("entrypoints.cli.db:app", "The schema of PostgreSQL: upgrade, downgrade, current, check; prune."),
    "config": ("entrypoints.cli.config:app", "The settings: show, check."),
    "openapi": ("entrypoints.cli.openapi:openapi", "Print the OpenAPI document of the HTTP API."),
    "completion": ("entrypoints.cli.main:completion", "Print what makes a shell complete these commands."),
}


def command_line(asked: str | None = None) -> App:
    """The whole command line. The group `asked` for tells of itself; the line here would stand in its place."""
    app = App(
        name="daybook",
        help=_ABOUT,
        version=version("daybook"),
        help_format="plaintext",
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    for name, (path, about) in _GROUPS.items():
        app.command(path, name=name, help=None if name == asked else about)
    return app


def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Prints what makes a shell complete these commands.

    $ daybook completion bash > ~/.local/share/bash-completion/completions/daybook
    $ daybook completion zsh > ~/.zfunc/_daybook
    """
    print(command_line().generate_completion(shell=shell))


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns the exit code. No error leaves it, and no traceback is shown unless asked for."""
    try:
        result = command_line(arguments[0] if arguments else None)(list(arguments), exit_on_error=False)
        sys.stdout.flush()
    except CycloptsError:
        return exits.USAGE
    except KeyboardInterrupt:
        message("interrupted")
        return exits.INTERRUPTED
    except BrokenPipeError:
        # Whoever read has enough. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.OK
    except Exception as error:  # the last stop
        return _ended(error)
    return result if isinstance(result, int) else exits.OK


def _ended(error: Exception) -> int:
    code = exit_code(type(error))
    if code is None:
        if trace_wanted():
            raise error
        message(f"error: {type(error).__name__}: {error}")
        message("This is a fault of Daybook. LOG_LEVEL=debug shows where it happened.")
        return exits.FAILURE
    first, *rest = told(error)
    message(f"error: {first}")
    for line in rest:
        message(f"       {line}")
    return code


def main() -> None:
    """The console script."""
    memory.look_seldom()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
