"""The author: whoever made books, in whatever role."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime

from domain.books.publication_date import PublicationDate
from domain.shared.errors import Invalid, Problems, Refused
from domain.shared.events import Event, Scalar
from domain.shared.ids import AuthorId
from domain.shared.lifecycle import Lifecycle
from domain.shared.search import search_tokens
from domain.shared.text import clean_line, name_key

AUTHOR_NAME_LENGTH = 255
SORT_NAME_LENGTH = 300
MAX_OTHER_NAMES = 50


class AuthorHasBooks(Refused):
    """Living books name this author: give them another one, or merge the two authors."""

    code = "author-has-books"


class AuthorMerged(Refused):
    """The author was merged into another one: undo the merge to bring it back."""

    code = "author-merged"


class NotMerged(Refused):
    """An undoing was asked of an author who is not merged into another one."""

    code = "not-merged"


def author_key(name: str) -> str:
    """By which living authors are told apart: the words of the name, whatever their case, accents and full stops."""
    return name_key(name, AUTHOR_NAME_LENGTH)


def sort_name_of(name: str) -> str:
    """The last word first, as in a card catalogue: "George Eliot" is "Eliot, George".

    One word stays as it is, and so does a name with a comma ("Le Guin, Ursula K."). It knows no particles and no
    titles: where it is wrong, the sort name is given.
    """
    if "," in name:
        return name
    first, _, last = name.rpartition(" ")
    return f"{last}, {first.rstrip()}" if first else name


def clean_names(names: Iterable[str]) -> tuple[str, ...]:
    """Distinct names in the order given. Raises Invalid that points at each bad one."""
    problems = Problems()
    cleaned = [problems.take(f"/{place}", clean_line, name, AUTHOR_NAME_LENGTH) for place, name in enumerate(names)]
    problems.raise_if_any()
    distinct = tuple(dict.fromkeys(name for name in cleaned if name is not None))
    if len(distinct) > MAX_OTHER_NAMES:
        raise Invalid.because("too-many", f"must have at most {MAX_OTHER_NAMES} other names")
    return distinct


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorDetails:
    """What may be edited; `born` and `died` are as precise as they are known. Raises Invalid: `died-before-birth`."""

    name: str
    sort_name: str
    other_names: tuple[str, ...] = ()
    born: PublicationDate | None = None
    died: PublicationDate | None = None

    def __post_init__(self) -> None:
        if self.born is not None and self.died is not None and self.died.last_day < self.born.value:
            raise Invalid.because("died-before-birth", f"is before the birth, {self.born}", "/died")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """An author: an aggregate of its own. Methods return the new author and the event.

    `merged_into` is who it was found to be; a merged author is deleted, too, so that it stands in no list.
    """

    id: AuthorId
    details: AuthorDetails
    lifecycle: Lifecycle
    merged_into: AuthorId | None = None

    @classmethod
    def enter(cls, author_id: AuthorId, details: AuthorDetails, *, at: datetime, by: str) -> tuple["Author", Event]:
        """A new author."""
        author = cls(id=author_id, details=details, lifecycle=Lifecycle.begun(at=at, by=by))
        return author, author._event("author.created", at, by, 1)

    @property
    def key(self) -> str:
        """Unique among living authors."""
        return author_key(self.details.name)

    @property
    def living(self) -> bool:
        """Neither deleted nor merged into another one."""
        return not self.lifecycle.deleted

    @property
    def search_tokens(self) -> tuple[str, ...]:
        """The words it is found by: those of all its names."""
        details = self.details
        return search_tokens(title=[details.name], heading=[details.sort_name, *details.other_names], text=[])

    def edit(self, details: AuthorDetails, *, at: datetime, by: str) -> tuple["Author", Event | None]:
        """With other details; no event when nothing changed. Raises Deleted."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        changed = tuple(f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name))
        if not changed:
            return self, None
        edited = replace(self, details=details, lifecycle=lifecycle)
        return edited, self._event("author.updated", at, by, self.lifecycle.version + 1, changed)

    def delete(self, *, at: datetime, by: str) -> tuple["Author", Event]:
        """Put away, restorable. Raises Deleted when it already is."""
        gone = replace(self, lifecycle=self.lifecycle.put_away(at=at, by=by))
        return gone, self._event("author.deleted", at, by, self.lifecycle.version + 1)

    def restore(self, *, at: datetime, by: str) -> tuple["Author", Event]:
        """Back again. Raises NotDeleted, or AuthorMerged."""
        if self.merged_into is not None:
            raise AuthorMerged(f"it was merged into the author {self.merged_into}: undo the merge to bring it back")
        back = replace(self, lifecycle=self.lifecycle.restored(at=at, by=by))
        return back, self._event("author.restored", at, by, self.lifecycle.version + 1)

    def merge_into(self, other: "Author", *, at: datetime, by: str) -> tuple["Author", Event]:
        """Found to be the same person as `other`, who stays. Raises Deleted, or Invalid with `same-author`."""
        if other.id == self.id:
            raise Invalid.because("same-author", "must be another author than the one it is merged into")
        gone = replace(self, lifecycle=self.lifecycle.put_away(at=at, by=by), merged_into=other.id)
        version = self.lifecycle.version + 1
        return gone, self._event("author.merged", at, by, version, data={"into": str(other.id)})

    def unmerge(self, *, at: datetime, by: str) -> tuple["Author", Event]:
        """Found to be somebody else after all. Raises NotMerged."""
        if self.merged_into is None:
            raise NotMerged("it is not merged into another author: there is nothing to undo")
        back = replace(self, lifecycle=self.lifecycle.restored(at=at, by=by), merged_into=None)
        version = self.lifecycle.version + 1
        return back, self._event("author.unmerged", at, by, version, data={"from": str(self.merged_into)})

    def _event(
        self,
        kind: str,
        at: datetime,
        by: str,
        version: int,
        changed: tuple[str, ...] = (),
        data: dict[str, Scalar] | None = None,
    ) -> Event:
        return Event(type=kind, aggregate_id=self.id, version=version, at=at, by=by, changed=changed, data=data or {})
