"""Who made a book, and as what."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.shared.ids import AuthorId

MAX_CONTRIBUTORS = 50


class ContributorRole(StrEnum):
    """What somebody did for a book, after the commonest of ONIX list 17 and of schema.org. More may follow."""

    AUTHOR = "author"
    EDITOR = "editor"
    TRANSLATOR = "translator"
    ILLUSTRATOR = "illustrator"
    PHOTOGRAPHER = "photographer"
    NARRATOR = "narrator"
    FOREWORD = "foreword"
    CONTRIBUTOR = "contributor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """An author of the catalogue in one role, under the name that the catalogue has for them now.

    `merged_from` is the one who was named when the book was written, where that one has been merged into `id` since:
    it is what an undone merge goes back to.
    """

    id: AuthorId
    name: str
    role: ContributorRole = ContributorRole.AUTHOR
    merged_from: AuthorId | None = None

    @property
    def named(self) -> AuthorId:
        """The one who was named, whoever that is held to be now."""
        return self.id if self.merged_from is None else self.merged_from


def distinct(contributors: Iterable[Contributor]) -> tuple[Contributor, ...]:
    """Each author once in each role, where they first stand: a merge may have made one of two."""
    found: dict[tuple[AuthorId, ContributorRole], Contributor] = {}
    for one in contributors:
        found.setdefault((one.id, one.role), one)
    return tuple(found.values())
