"""What callers send and get of books. The names are those of the first API (BookBase and its kin)."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.books.drafts import Credit, Draft, named_in
from application.books.fields import (
    Author,
    AuthorIds,
    BookCredits,
    Categories,
    Description,
    Edition,
    IsbnText,
    Language,
    Pages,
    PublishedDate,
    Publisher,
    Series,
    SeriesPosition,
    Subtitle,
    Title,
)
from application.fields import MoneyInput, MoneyRead, given, line, text
from application.listing import FilterField, ListSpec, SortKey, as_kept, identifier, moment, one_of
from domain.books.book import (
    AUTHOR_LENGTH,
    DESCRIPTION_LENGTH,
    EDITION_LENGTH,
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
)
from domain.books.contributor import Contributor, ContributorRole, credit_line, distinct
from domain.books.filing import category_key
from domain.books.isbn import Isbn
from domain.books.publication_date import PublicationDate
from domain.books.rating import Rating
from domain.shared.errors import Invalid, Problems


class BookCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new book. It has an `author`, or `authors`, or both: what is printed, and whom the catalogue knows."""

    either: ClassVar[tuple[str, ...]] = ("author", "authors", "author_ids")

    title: Title
    author: Author | UnsetType = UNSET
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
    authors: BookCredits | UnsetType = UNSET
    author_ids: AuthorIds | UnsetType = UNSET

    def draft(self) -> Draft:
        """As the domain knows it, but for its authors. Raises Invalid that names each bad field."""
        problems = Problems()
        named = named_in(self.authors, self.author_ids, problems)
        if self.author is UNSET and not named:
            problems.add("/author", "required", "is required, unless there are authors")
        author, fields = self.checked(problems)
        if named is None:
            named = (Credit(author, ContributorRole.AUTHOR, "/author"),)
        return Draft(fields=fields, author=author, authors=(), credits=named, follows=self.author is UNSET)

    def details(self, authors: tuple[Contributor, ...] = ()) -> BookDetails:
        """As the domain knows it, made by authors who are known. Raises Invalid that names each bad field."""
        author, fields = self.checked(Problems())
        return BookDetails(**fields, author=author, authors=authors)

    def checked(self, problems: Problems) -> tuple[str, dict[str, Any]]:
        """The printed credit, and all other details as the domain knows them, but for the authors.

        Raises Invalid that names each bad field, after those that were found before.
        """
        title = problems.take("/title", line(TITLE_LENGTH), self.title)
        author = "" if self.author is UNSET else problems.take("/author", line(AUTHOR_LENGTH), self.author)
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
        return author, {
            "title": title,
            "isbn": isbn,
            "published_date": date,
            "description": about,
            "language": language,
            "price": price,
            "categories": categories,
            "subtitle": subtitle,
            "publisher": publisher,
            "edition": edition,
            "format": self.format,
            "pages": self.pages,
            "series": series,
            "series_position": position,
            "availability": self.availability,
        }


class BookUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a book: a field not given stays, null takes an optional value away.

    Another `author` alone takes the place of all who are credited as authors; editors, translators and others stay.
    """

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
    authors: BookCredits | UnsetType = UNSET
    author_ids: AuthorIds | UnsetType = UNSET

    def over(self, present: BookDetails) -> Draft:
        """The whole new details, but for authors. Raises Invalid that names each bad field."""
        problems = Problems()
        named = named_in(self.authors, self.author_ids, problems)
        price = present.price and MoneyInput(amount=f"{present.price.amount:f}", currency=present.price.currency)
        author, fields = BookCreate(
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
        ).checked(problems)
        others: tuple[Contributor, ...] = ()
        if named is None and author != present.author:
            named = (Credit(author, ContributorRole.AUTHOR, "/author"),)
            others = tuple([one for one in present.authors if one.role is not ContributorRole.AUTHOR])
        # A credit that was made from the names goes on being made from them.
        made = self.author is UNSET and present.author == credit_line(present.authors)
        return Draft(
            fields=fields,
            author=author,
            authors=present.authors,
            credits=named,
            others=others,
            follows=bool(named) and made,
        )


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
        "author_id": FilterField(read=identifier),
        "category": FilterField(read=category_key),
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
