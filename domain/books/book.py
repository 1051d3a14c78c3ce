"""The book."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from domain.books.contributor import Contributor
from domain.books.filing import filed_under
from domain.books.isbn import Isbn
from domain.books.publication_date import PublicationDate
from domain.books.rating import UNRATED, Rating
from domain.shared.errors import Invalid, Problems
from domain.shared.events import Event
from domain.shared.ids import BookId
from domain.shared.lifecycle import Lifecycle
from domain.shared.money import Money
from domain.shared.search import search_tokens
from domain.shared.text import clean_line

TITLE_LENGTH = 255
AUTHOR_LENGTH = 255
DESCRIPTION_LENGTH = 20_000
CATEGORY_LENGTH = 100
MAX_CATEGORIES = 50
LANGUAGE_LENGTH = 35
SUBTITLE_LENGTH = 255
PUBLISHER_LENGTH = 255
EDITION_LENGTH = 100
SERIES_LENGTH = 255
MAX_PAGES = 100_000

# The shape of a BCP 47 tag (RFC 5646, section 2.1): language, script, region, variants.
_LANGUAGE = re.compile(
    r"[a-zA-Z]{2,3}(?:-[a-zA-Z]{4})?(?:-(?:[a-zA-Z]{2}|[0-9]{3}))?(?:-(?:[a-zA-Z0-9]{5,8}|[0-9][a-zA-Z0-9]{3}))*"
)


# A place within a series: novellas stand at 0.5 or 2.75.
_POSITION = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,2}))?")


class BookFormat(StrEnum):
    """The form in which it is sold, after schema.org's BookFormatType. More may follow."""

    HARDCOVER = "hardcover"
    PAPERBACK = "paperback"
    EBOOK = "ebook"
    AUDIOBOOK = "audiobook"
    OTHER = "other"


class Availability(StrEnum):
    """Whether it can be had, after schema.org's ItemAvailability. More may follow."""

    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    PREORDER = "preorder"
    BACKORDER = "backorder"
    MADE_TO_ORDER = "made_to_order"
    DISCONTINUED = "discontinued"


def series_position(text: str) -> str:
    """A place in a series, without zeros that say nothing: `2`, `0.5`. Raises Invalid with `invalid-position`."""
    form = _POSITION.fullmatch(text.strip())
    if form is None:
        raise Invalid.because("invalid-position", "must be a number such as 2 or 0.5, of at most two decimals")
    whole, part = str(int(form[1])), (form[2] or "").rstrip("0")
    return f"{whole}.{part}" if part else whole


def place_in(series: str | None) -> Callable[[str], str]:
    """`series_position` for a book of this series. Without one it raises Invalid with `series-missing`."""
    return series_position if series is not None else _place_in_nothing


def _place_in_nothing(text: str) -> str:
    raise Invalid.because("series-missing", f"{text} needs the series that it is a place in")


@lru_cache(maxsize=1_024)  # a catalogue has few languages, and names them with every book
def language_tag(text: str) -> str:
    """A BCP 47 language tag in its usual case: `en`, `pt-BR`, `zh-Hant-TW`. Raises Invalid with `invalid-language`."""
    if len(text) > LANGUAGE_LENGTH or not _LANGUAGE.fullmatch(text):
        raise Invalid.because("invalid-language", "must be a BCP 47 language tag such as en or pt-BR")
    first, *rest = text.split("-")
    return "-".join([first.lower(), *map(_cased, rest)])


def _cased(part: str) -> str:
    if len(part) == 4:
        return part.title() if part.isalpha() else part.lower()
    return part.upper() if len(part) < 4 else part.lower()


def clean_categories(names: Iterable[str]) -> tuple[str, ...]:
    """Distinct category names in the order given. Raises Invalid that points at each bad one."""
    problems = Problems()
    cleaned = [problems.take(f"/{place}", clean_line, name, CATEGORY_LENGTH) for place, name in enumerate(names)]
    problems.raise_if_any()
    distinct = tuple(dict.fromkeys(name for name in cleaned if name is not None))
    if len(distinct) > MAX_CATEGORIES:
        raise Invalid.because("too-many", f"must have at most {MAX_CATEGORIES} categories")
    return distinct


@dataclass(frozen=True, slots=True, kw_only=True)
class BookDetails:
    """What may be edited. Its SKU, as analytics know it, is its ISBN-13.

    `author` is the credit as it is printed; `authors` are those whom the catalogue knows, each under the name they have
    now. `series_position` is never without its `series`.
    """

    title: str
    author: str
    isbn: Isbn
    published_date: PublicationDate | None = None
    description: str | None = None
    language: str | None = None
    price: Money | None = None
    categories: tuple[str, ...] = ()
    subtitle: str | None = None
    publisher: str | None = None
    edition: str | None = None
    format: BookFormat | None = None
    pages: int | None = None
    series: str | None = None
    series_position: str | None = None
    availability: Availability | None = None
    authors: tuple[Contributor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A book of the catalogue: an aggregate of its own. Methods return the new book and the event.

    `rating` and the names of the authors follow what readers and authors do, without a new version; a save of the book
    leaves its rating alone.
    """

    id: BookId
    details: BookDetails
    lifecycle: Lifecycle
    rating: Rating = UNRATED

    @classmethod
    def catalogue(cls, book_id: BookId, details: BookDetails, *, at: datetime, by: str) -> tuple["Book", Event]:
        """A new book."""
        book = cls(id=book_id, details=details, lifecycle=Lifecycle.begun(at=at, by=by))
        return book, book._event("book.created", at, by, 1)

    def edit(self, details: BookDetails, *, at: datetime, by: str) -> tuple["Book", Event | None]:
        """With other details; no event when nothing changed. Raises Deleted."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        changed = tuple(f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name))
        if not changed:
            return self, None
        edited = replace(self, details=details, lifecycle=lifecycle)
        return edited, self._event("book.updated", at, by, self.lifecycle.version + 1, changed)

    def delete(self, *, at: datetime, by: str) -> tuple["Book", Event]:
        """Put away, restorable. Raises Deleted when it already is."""
        gone = replace(self, lifecycle=self.lifecycle.put_away(at=at, by=by))
        return gone, self._event("book.deleted", at, by, self.lifecycle.version + 1)

    def restore(self, *, at: datetime, by: str) -> tuple["Book", Event]:
        """Back again. Raises NotDeleted."""
        back = replace(self, lifecycle=self.lifecycle.restored(at=at, by=by))
        return back, self._event("book.restored", at, by, self.lifecycle.version + 1)

    @property
    def search_tokens(self) -> tuple[str, ...]:
        """The words it is found by: those of its titles, of what it is asked for by, and of what is told about it.

        With them goes what it is filed under, marked.
        """
        details = self.details
        names = [one.name for one in details.authors if one.name != details.author]
        words = search_tokens(
            title=(details.title, details.subtitle),
            heading=(details.author, *names, details.series, details.isbn.value, details.isbn.isbn10),
            text=(details.description, details.publisher, *details.categories),
        )
        return (*words, *filed_under(details.categories)) if details.categories else words

    def refiled(self, categories: tuple[str, ...], *, at: datetime, by: str) -> tuple["Book", Event]:
        """With other texts for the categories it is in, which were renamed or moved; a deleted one goes along."""
        details = replace(self.details, categories=categories)
        book = replace(self, details=details, lifecycle=self.lifecycle.handed_over(at=at, by=by))
        return book, self._event("book.updated", at, by, self.lifecycle.version + 1, ("categories",))

    def _event(self, kind: str, at: datetime, by: str, version: int, changed: tuple[str, ...] = ()) -> Event:
        return Event(
            type=kind,
            aggregate_id=self.id,
            version=version,
            at=at,
            by=by,
            changed=changed,
            data={"isbn": self.details.isbn.value},
        )
