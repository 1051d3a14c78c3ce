"""What callers send and get of books. The names are those of the first API (BookBase and its kin)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.fields import MoneyInput, MoneyRead, given, line, text
from application.listing import FilterField, ListSpec, SortKey, as_kept, moment
from domain.books.book import (
    AUTHOR_LENGTH,
    CATEGORY_LENGTH,
    DESCRIPTION_LENGTH,
    LANGUAGE_LENGTH,
    MAX_CATEGORIES,
    TITLE_LENGTH,
    Book,
    BookDetails,
    clean_categories,
    language_tag,
)
from domain.books.isbn import Isbn
from domain.books.publication_date import PublicationDate
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

    def details(self) -> BookDetails:
        """As the domain knows it. Raises Invalid that names each bad field."""
        problems = Problems()
        title = problems.take("/title", line(TITLE_LENGTH), self.title)
        author = problems.take("/author", line(AUTHOR_LENGTH), self.author)
        isbn = problems.take("/isbn", Isbn.parse, self.isbn)
        date = problems.take_given("/published_date", PublicationDate.parse, self.published_date)
        about = problems.take_given("/description", text(DESCRIPTION_LENGTH), self.description)
        language = problems.take_given("/language", language_tag, self.language)
        price = problems.take_given("/price", MoneyInput.price, self.price)
        categories = problems.take("/categories", clean_categories, self.categories)
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
        ).details()


class BookResponse(Struct, frozen=True, kw_only=True):
    """A book as callers see it; `isbn` has 13 digits, `isbn10` is null for a 979 number."""

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
    filters={
        "author": FilterField(read=as_kept),
        "category": FilterField(read=as_kept),
        "language": FilterField(read=language_tag),
        "published_date": FilterField(
            read=lambda text: PublicationDate.parse(text).value,
            ranges=True,
            upper=lambda text: PublicationDate.parse(text).last_day,
        ),
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
