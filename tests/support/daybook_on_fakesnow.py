"""The command `daybook` in a process of its own where fakesnow takes the place of Snowflake's driver.

What is loaded stays in the folder that FAKESNOW_FOLDER names, which one process at a time can use.
"""

import os
import sys
from functools import cache
from typing import Any

import snowflake.connector
from fakesnow.instance import FakeSnow

from entrypoints.cli.main import run
from tests.support.fakesnow_account import account

PROGRAM = "tests.support.daybook_on_fakesnow:main"
FOLDER = "FAKESNOW_FOLDER"


@cache
def _account() -> FakeSnow:
    # Made at the first connection, so in the process that asks: its threads would not live on in one forked from this.
    return account(os.environ[FOLDER])


def _connect(**given: Any) -> Any:
    return _account().connect(**given)


def main() -> None:
    """As the command."""
    snowflake.connector.connect = _connect  # type: ignore[assignment]  # called as SQLAlchemy calls it
    sys.exit(run(sys.argv[1:]))
