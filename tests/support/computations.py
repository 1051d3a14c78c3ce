"""What is computed to see how it is computed: functions of a module, since another process has to find them."""

import os
import sys
import time
from pathlib import Path

from domain.shared.errors import Invalid, Problem


def halves(number: int, *, by: int = 2) -> float:
    print("this is not the answer")
    return number / by


def refused(*pointers: str) -> None:
    raise Invalid(Problem(pointer=pointer, code="bad", message="is bad") for pointer in pointers)


def spun(seconds: float) -> tuple[float, float]:
    """When it began and when it ended, on the clock that all processes share; busy in between."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        sum(range(1_000))
    return began, time.monotonic()


def told_its_process(path: Path) -> None:
    """Writes down which process this is, and goes on for long."""
    path.write_text(str(os.getpid()))
    time.sleep(60)


def gave_up(code: int) -> None:
    sys.exit(code)


def this_process() -> int:
    return os.getpid()
