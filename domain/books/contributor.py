"""Who made a book, and as what."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.shared.ids import AuthorId

MAX_CONTRIBUTORS = 50
CREDIT_LENGTH = 255


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


def carried_over(present: Collection[Contributor], wanted: Iterable[Contributor]) -> tuple[Contributor, ...]:
    """Those wanted, each as it is at present where it is credited already: who was named before a merge stays known."""
    if not present:
        return tuple(wanted)
    known: dict[tuple[AuthorId, ContributorRole], list[Contributor]] = {}
    for one in present:
        known.setdefault((one.id, one.role), []).append(one)
    return tuple([kept for one in wanted for kept in known.get((one.id, one.role), [one])])


def credit_line(contributors: Iterable[Contributor]) -> str:
    """How they may be printed: the authors with commas between, without any all others; "" for nobody.

    Where that would be too long, the first one alone.
    """
    everybody = distinct(contributors)
    authors = [one.name for one in everybody if one.role is ContributorRole.AUTHOR]
    names = authors or list(dict.fromkeys(one.name for one in everybody))
    line = ", ".join(names)
    return line if len(line) <= CREDIT_LENGTH else names[0]


def renamed(contributors: Iterable[Contributor], author_id: AuthorId, name: str) -> tuple[Contributor, ...]:
    """With another name of one author."""
    return tuple([replace(one, name=name) if one.id == author_id else one for one in contributors])


def merged(contributors: Iterable[Contributor], gone: AuthorId, into: AuthorId, name: str) -> tuple[Contributor, ...]:
    """With one author, `into`, of that name, where there was another; who was named stays known."""
    return tuple(
        [
            replace(one, id=into, name=name, merged_from=None if one.named == into else one.named)
            if one.id == gone
            else one
            for one in contributors
        ]
    )


def unmerged(
    contributors: Iterable[Contributor], back: AuthorId, name: str, family: Collection[AuthorId]
) -> tuple[Contributor, ...]:
    """With the author `back`, of that name, where one of its `family` was named: itself, or who is merged into it."""
    return tuple(
        [
            replace(one, id=back, name=name, merged_from=None if one.named == back else one.named)
            if one.named in family
            else one
            for one in contributors
        ]
    )
