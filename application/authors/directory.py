"""Which authors this process has met, so that a book by one of them is kept without asking for them again.

What is noted here may be out of date: another process renames, merges and deletes, too. Whoever keeps a book says by
what name it knows the authors, the commit finds out when that is not so any more, and then it is forgotten here.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from domain.shared.ids import AuthorId

Who = str | UUID
"""A name as it was given, or an id."""
_MOST = 20_000


class Known(NamedTuple):
    """A living author."""

    id: AuthorId
    name: str


class AuthorDirectory:
    """At most `most` entries, a few hundred bytes each; the oldest ones go first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._known: dict[Who, Known] = {}

    def find(self, who: Who) -> Known | None:
        """Whom this name or id was last known to mean."""
        return self._known.get(who)

    def note(self, known: Iterable[tuple[Who, Known]]) -> None:
        """Remembers what a commit has shown to be so."""
        self._known.update(known)
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def forget(self, who: Iterable[Who]) -> None:
        """Has them looked up again."""
        for one in who:
            self._known.pop(one, None)
