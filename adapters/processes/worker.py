"""The other end: one computation, read from standard input and answered on standard output."""

import os
import pickle
import signal
import sys

_NICE = 10


def main(lifetime: int) -> None:
    """Does what it is told, ends, and is ended after so many seconds if it is still there."""
    # Not on every system.
    if hasattr(os, "nice"):
        os.nice(_NICE)
    if hasattr(signal, "alarm"):
        signal.alarm(lifetime)
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What the computation might print is no part of the answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # From the process that started this one.
    work, parts = pickle.load(sys.stdin.buffer)  # noqa: S301
    try:
        outcome = True, work(*parts)
    except Exception as error:  # whatever it is, the one who asked is to have it
        outcome = False, error
    with answer:
        pickle.dump(outcome, answer, pickle.HIGHEST_PROTOCOL)
