"""Whatever counts reports lets others go first."""

import os
from contextlib import suppress
from typing import Final

_LAST: Final = 15


def go_last(pid: int = 0, *, idle: bool) -> None:
    """Has this process, or that one, get a processor when others leave one: with `idle` only then, where that exists.

    Threads that were there before stay as they are. Where it is refused, all are alike.
    """
    with suppress(OSError):
        if idle and hasattr(os, "SCHED_IDLE"):
            # Whoever wakes up is let in at once, and not after some milliseconds as with a high nice value.
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
        elif hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, pid, _LAST)
