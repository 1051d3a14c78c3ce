"""A process of the server that does not hear that it is to stop is told again."""

import signal
import sys
import time
from multiprocessing.synchronize import Event

from entrypoints.bootstrap.server import _join
from tests.support.forked import FORKING


def hears_at_the_second_time(ready: Event) -> None:
    told: list[int] = []

    def hear(number: int, _frame: object) -> None:
        if told:
            sys.exit(0)
        told.append(number)

    signal.signal(signal.SIGTERM, hear)
    ready.set()
    while True:
        time.sleep(0.05)


def test_who_does_not_hear_it_is_told_again() -> None:
    # As one whose event loop stands still between the start of the application and the first request.
    ready = FORKING.Event()
    process = FORKING.Process(target=hears_at_the_second_time, args=(ready,))
    process.start()
    assert ready.wait(60)
    process.terminate()
    _join(process, 60)
    assert process.exitcode == 0
