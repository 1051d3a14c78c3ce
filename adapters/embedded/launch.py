"""The step between Daybook and PostgreSQL: become another account if told to, then become the program.

A script, run by its path in an isolated interpreter (`python -I -S launch.py '<JSON of Terms>' program argument...`),
since nothing of this may happen in the process that starts it. It imports the standard library only.

Exit codes of its own: 125 the account cannot be taken, 126 the program cannot be run; the reason is on stderr.
"""

import ctypes
import json
import os
import signal
import sys
from typing import Final, NoReturn, TypedDict

CANNOT_BECOME: Final = 125
CANNOT_RUN: Final = 126
_PR_SET_PDEATHSIG: Final = 1


class Terms(TypedDict):
    """How to run a program. `uid` and `gid`: both, or None to stay who we are; `end_with`: the process whose end is
    also that of the program (it gets SIGINT), or None; `environment`: all of its environment variables.
    """

    uid: int | None
    gid: int | None
    end_with: int | None
    environment: dict[str, str]


def become(uid: int, gid: int) -> None:
    """Take another account for good, with its own group and no other. Raises OSError where that is not allowed."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def end_with(parent: int) -> None:
    """Have the kernel send us SIGINT when `parent` ends. Elsewhere than on Linux this is left undone.

    Comes after `become`, which clears it, and survives the exec of an ordinary program.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(f"process {parent} has ended before the program began")


def main(terms: Terms, program: list[str]) -> NoReturn:
    """Run `program` in place of this process."""
    if terms["uid"] is not None and terms["gid"] is not None:
        try:
            become(terms["uid"], terms["gid"])
        except OSError as error:
            print(f"cannot become uid {terms['uid']}, gid {terms['gid']}: {error}", file=sys.stderr)
            sys.exit(CANNOT_BECOME)
    os.umask(0o077)
    if terms["end_with"] is not None:
        end_with(terms["end_with"])
    try:
        os.execve(program[0], program, terms["environment"])  # noqa: S606 - no shell is the point
    except OSError as error:
        print(f"cannot run {program[0]}: {error}", file=sys.stderr)
        sys.exit(CANNOT_RUN)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
