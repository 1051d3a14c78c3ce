"""What callers send and get of books. The names are those of the first API (BookBase and its kin)."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.fields import MoneyInput, MoneyRead, given, line, text
from application.listing import FilterField, ListSpec, SortKey, as_kept, moment, one_of
from domain.books.book import (
    AUTHOR_LENGTH,
    CATEGORY_LENGTH,
    DESCRIPTION_LENGTH,
    EDITION_LENGTH,
    LANGUAGE_LENGTH,
    MAX_CATEGORIES,
    MAX_PAGES,
    PUBLISHER_LENGTH,
    SERIES_LENGTH,
    SUBTITLE_LENGTH,
    TITLE_LENGTH,
    Availability,
    Book,
    BookDetails,
    BookFormat,
    clean_categories,
    language_tag,
    place_in,
    series_position,
)
from domain.books.contributor import Contributor, ContributorRole, distinct
from domain.books.isbn import Isbn
from domain.books.publication_date import PublicationDate
from domain.books.rating import Rating
from domain.shared.errors import Invalid, Problems

Title = Annotated[
    str, Meta(min_length=1, max_length=TITLE_LENGTH, examples=["Middlemarch"], extra={"value": line(TITLE_LENGTH)})
]
Author = Annotated[
    str, Meta(min_length=1, max_length=AUTHOR_LENGTH, examples=["George Eliot"], extra={"value": line(AUTHOR_LENGTH)})
]
IsbnText = Annotated[
    str,
    Meta(
        min_length=10,
        max_length=32,
        description="ISBN-10 or ISBN-13; hyphens and spaces are taken out.",
        examples=["978-0-14-143954-9"],
        extra={"value": Isbn.parse},
    ),
]
PublishedDate = Annotated[
    str,
    Meta(
        pattern="^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
        description="A day, a month or a year, kept as precise as given.",
        examples=["1871-12"],
        extra={"value": PublicationDate.parse},
    ),
]
Description = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=DESCRIPTION_LENGTH,
        examples=["A study of provincial life."],
        extra={"value": text(DESCRIPTION_LENGTH)},
    ),
]
Language = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=LANGUAGE_LENGTH,
        description="BCP 47.",
        examples=["en"],
        extra={"value": language_tag},
    ),
]
CategoryName = Annotated[str, Meta(min_length=1, max_length=CATEGORY_LENGTH, extra={"value": line(CATEGORY_LENGTH)})]
Categories = Annotated[
    list[CategoryName], Meta(max_length=MAX_CATEGORIES, examples=[["Fiction"]], extra={"value": clean_categories})
]
Subtitle = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SUBTITLE_LENGTH,
        examples=["A Study of Provincial Life"],
        extra={"value": line(SUBTITLE_LENGTH)},
    ),
]
Publisher = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=PUBLISHER_LENGTH,
        examples=["Penguin Classics"],
        extra={"value": line(PUBLISHER_LENGTH)},
    ),
]
Edition = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=EDITION_LENGTH,
        description="As the book says it.",
        examples=["Revised edition"],
        extra={"value": line(EDITION_LENGTH)},
    ),
]
Pages = Annotated[int, Meta(ge=1, le=MAX_PAGES, examples=[880])]
Series = Annotated[
    str,
    Meta(min_length=1, max_length=SERIES_LENGTH, examples=["Penguin Classics"], extra={"value": line(SERIES_LENGTH)}),
]
SeriesPosition = Annotated[
    str,
    Meta(
        pattern="^[0-9]{1,4}(\\.[0-9]{1,2})?$",
        description="The place in the series, with decimals where a novella stands between two novels.",
        examples=["2"],
        extra={"value": series_position},
    ),
]


class BookCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new book."""

    title: Title
    author: Author
    isbn: IsbnText
    published_date: PublishedDate | None = None
    description: Description | None = None
    language: Language | None = None
    price: MoneyInput | None = None
    categories: Categories = []
    subtitle: Subtitle | None = None
    publisher: Publisher | None = None
    edition: Edition | None = None
    format: BookFormat | None = None
    pages: Pages | None = None
    series: Series | None = None
    series_position: SeriesPosition | None = None
    availability: Availability | None = None

    def details(self, authors: tuple[Contributor, ...] = ()) -> BookDetails:
        """As the domain knows it, made by `authors`. Raises Invalid that names each bad field."""
        problems = Problems()
        title = problems.take("/title", line(TITLE_LENGTH), self.title)
        author = problems.take("/author", line(AUTHOR_LENGTH), self.author)
        isbn = problems.take("/isbn", Isbn.parse, self.isbn)
        date = problems.take_given("/published_date", PublicationDate.parse, self.published_date)
        about = problems.take_given("/description", text(DESCRIPTION_LENGTH), self.description)
        language = problems.take_given("/language", language_tag, self.language)
        price = problems.take_given("/price", MoneyInput.price, self.price)
        categories = problems.take("/categories", clean_categories, self.categories)
        subtitle = problems.take_given("/subtitle", line(SUBTITLE_LENGTH), self.subtitle)
        publisher = problems.take_given("/publisher", line(PUBLISHER_LENGTH), self.publisher)
        edition = problems.take_given("/edition", line(EDITION_LENGTH), self.edition)
        series = problems.take_given("/series", line(SERIES_LENGTH), self.series)
        position = problems.take_given("/series_position", place_in(self.series), self.series_position)
        if problems.found or title is None or author is None or isbn is None or categories is None:
            raise Invalid(problems.found)
        return BookDetails(
            title=title,
            author=author,
            isbn=isbn,
            published_date=date,
            description=about,
            language=language,
            price=price,
            categories=categories,
            subtitle=subtitle,
            publisher=publisher,
            edition=edition,
            format=self.format,
            pages=self.pages,
            series=series,
            series_position=position,
            availability=self.availability,
            authors=authors,
        )


class BookUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a book: a field not given stays, null takes an optional value away."""

    title: Title | UnsetType = UNSET
    author: Author | UnsetType = UNSET
    isbn: IsbnText | UnsetType = UNSET
    published_date: PublishedDate | None | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    language: Language | None | UnsetType = UNSET
    price: MoneyInput | None | UnsetType = UNSET
    categories: Categories | UnsetType = UNSET
    subtitle: Subtitle | None | UnsetType = UNSET
    publisher: Publisher | None | UnsetType = UNSET
    edition: Edition | None | UnsetType = UNSET
    format: BookFormat | None | UnsetType = UNSET
    pages: Pages | None | UnsetType = UNSET
    series: Series | None | UnsetType = UNSET
    series_position: SeriesPosition | None | UnsetType = UNSET
    availability: Availability | None | UnsetType = UNSET

    def over(self, present: BookDetails) -> BookDetails:
        """The whole new details. Raises Invalid that names each bad field."""
        price = present.price and MoneyInput(amount=f"{present.price.amount:f}", currency=present.price.currency)
        return BookCreate(
            title=given(self.title, present.title),
            author=given(self.author, present.author),
            isbn=given(self.isbn, present.isbn.value),
            published_date=given(self.published_date, present.published_date and present.published_date.value),
            description=given(self.description, present.description),
            language=given(self.language, present.language),
            price=given(self.price, price),
            categories=given(self.categories, list(present.categories)),
            subtitle=given(self.subtitle, present.subtitle),
            publisher=given(self.publisher, present.publisher),
            edition=given(self.edition, present.edition),
            format=given(self.format, present.format),
            pages=given(self.pages, present.pages),
            series=given(self.series, present.series),
            series_position=given(self.series_position, present.series_position),
            availability=given(self.availability, present.availability),
        ).details(present.authors)


class BookAuthor(Struct, frozen=True, kw_only=True):
    """Somebody who made a book, under the name that the catalogue has for them now."""

    id: UUID
    name: str
    role: ContributorRole

    @staticmethod
    def each(contributors: tuple[Contributor, ...]) -> "tuple[BookAuthor, ...]":
        """The authors of a book as callers see them."""
        return tuple([BookAuthor(id=one.id, name=one.name, role=one.role) for one in distinct(contributors)])


class RatingRead(Struct, frozen=True, kw_only=True):
    """What published reviews say: how many there are, and the average of their 1 to 5 stars, null without any."""

    count: int
    average: Annotated[
        Decimal | None, Meta(description="An exact decimal of two places, halves rounded up.", examples=["4.25"])
    ]

    @staticmethod
    @lru_cache(maxsize=8_192)  # most books have no review, or few
    def of(count: int, total: int) -> "RatingRead":
        """Of a count and a sum of stars."""
        return RatingRead(count=count, average=Rating(count, total).average)


class BookResponse(Struct, frozen=True, gc=False):
    """A book as callers see it; `isbn` has 13 digits, `isbn10` is null for a 979 number.

    `author` is the credit as it is printed, `authors` are those whom the catalogue knows, in the order of the credits.
    """

    id: UUID
    title: str
    author: str
    isbn: str
    isbn10: str | None
    published_date: str | None
    description: str | None
    language: str | None
    price: MoneyRead | None
    categories: list[str]
    subtitle: str | None
    publisher: str | None
    edition: str | None
    format: BookFormat | None
    pages: int | None
    series: str | None
    series_position: str | None
    availability: Availability | None
    authors: tuple[BookAuthor, ...]
    rating: RatingRead
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None

    @classmethod
    def of(cls, book: Book) -> "BookResponse":
        """The read model of an aggregate."""
        details, lifecycle = book.details, book.lifecycle
        return cls(
            id=book.id,
            title=details.title,
            author=details.author,
            isbn=details.isbn.value,
            isbn10=details.isbn.isbn10,
            published_date=None if details.published_date is None else details.published_date.value,
            description=details.description,
            language=details.language,
            price=None if details.price is None else MoneyRead.of(details.price.amount, details.price.currency),
            categories=list(details.categories),
            subtitle=details.subtitle,
            publisher=details.publisher,
            edition=details.edition,
            format=details.format,
            pages=details.pages,
            series=details.series,
            series_position=details.series_position,
            availability=details.availability,
            authors=BookAuthor.each(details.authors),
            rating=RatingRead.of(book.rating.count, book.rating.sum),
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            deleted_at=lifecycle.deleted_at,
        )


BOOK_LIST = ListSpec(
    name="books",
    searchable=True,
    beginnings=True,
    ranked=True,
    filters={
        "author": FilterField(read=as_kept),
        "category": FilterField(read=as_kept),
        "language": FilterField(read=language_tag),
        "published_date": FilterField(
            read=lambda text: PublicationDate.parse(text).value,
            ranges=True,
            upper=lambda text: PublicationDate.parse(text).last_day,
        ),
        "publisher": FilterField(read=as_kept),
        "series": FilterField(read=as_kept),
        "format": FilterField(read=one_of(BookFormat), choices=tuple(BookFormat)),
        "availability": FilterField(read=one_of(Availability), choices=tuple(Availability)),
        "created_at": FilterField(read=moment, ranges=True),
        "updated_at": FilterField(read=moment, ranges=True),
    },
    sorts={
        "created_at": datetime,
        "updated_at": datetime,
        "title": str,
        "author": str,
        "published_date": str,
        "isbn": str,
    },
    default_sort=(SortKey("created_at", descending=True),),
)
