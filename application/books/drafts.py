"""A book before its authors are found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import UNSET, UnsetType

from application.books.fields import BookCredit
from application.fields import line
from domain.books.author import AUTHOR_NAME_LENGTH
from domain.books.book import BookDetails
from domain.books.contributor import Contributor, ContributorRole, carried_over, credit_line
from domain.books.isbn import Isbn
from domain.shared.errors import Problems


class Credit(NamedTuple):
    """Somebody who is to be credited, by id or by a name that finds or makes an author. `pointer` is its place."""

    who: str | UUID
    role: ContributorRole
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A book whose authors have yet to be found.

    `fields` are its checked details but for `author`, the credit as it is printed, and `authors`, those it has until
    now. `credits` are those to be found, in their order, with `others` behind them who are known; None where all stay.
    With `follows` the printed credit is made from their names.
    """

    fields: Mapping[str, Any]
    author: str
    authors: tuple[Contributor, ...]
    credits: tuple[Credit, ...] | None
    others: tuple[Contributor, ...] = ()
    follows: bool = False

    @property
    def isbn(self) -> Isbn:
        """Its ISBN, which is no author's business."""
        isbn: Isbn = self.fields["isbn"]
        return isbn

    @property
    def named(self) -> list[str | UUID]:
        """Who has to be found."""
        return [one.who for one in self.credits or ()]

    def made_by(self, found: tuple[Contributor, ...]) -> BookDetails:
        """The whole details, with the authors that the credits have led to."""
        authors = (*carried_over(self.authors, found), *self.others)
        author = credit_line(authors) if self.follows else self.author
        return BookDetails(**self.fields, author=author, authors=authors)

    def as_it_is(self) -> BookDetails:
        """The whole details, with the authors it has until now."""
        return BookDetails(**self.fields, author=self.author, authors=self.authors)


def named_in(
    authors: Sequence[BookCredit] | UnsetType, ids: Sequence[UUID] | UnsetType, problems: Problems
) -> tuple[Credit, ...] | None:
    """Whom a caller names, None where it names nobody. Notes what is wrong with it."""
    if ids is not UNSET:
        if authors is not UNSET:
            problems.add("/author_ids", "authors-twice", "must not stand beside authors: give one of the two")
        return _once([Credit(one, ContributorRole.AUTHOR, f"/author_ids/{n}") for n, one in enumerate(ids)], problems)
    if authors is UNSET:
        return None
    found = [_credit(one, f"/authors/{place}", problems) for place, one in enumerate(authors)]
    return _once([one for one in found if one is not None], problems)


def _credit(one: BookCredit, pointer: str, problems: Problems) -> Credit | None:
    if one.id is not None:
        return Credit(one.id, one.role, f"{pointer}/id")
    if one.name is None:
        problems.add(pointer, "id-or-name", "must have an id or a name")
        return None
    name = problems.take(f"{pointer}/name", line(AUTHOR_NAME_LENGTH), one.name)
    return None if name is None else Credit(name, one.role, f"{pointer}/name")


def _once(named: Sequence[Credit], problems: Problems) -> tuple[Credit, ...]:
    seen: set[tuple[str | UUID, ContributorRole]] = set()
    for one in named:
        if (one.who, one.role) in seen:
            problems.add(one.pointer, "repeated", f"is credited twice as {one.role}")
        seen.add((one.who, one.role))
    return tuple(named)
