"""The fields of a book as callers send them."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from application.authors.models import AuthorName
from application.fields import line, text
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
    clean_categories,
    language_tag,
    series_position,
)
from domain.books.contributor import MAX_CONTRIBUTORS, ContributorRole
from domain.books.isbn import Isbn
from domain.books.publication_date import PublicationDate

Title = Annotated[
    str, Meta(min_length=1, max_length=TITLE_LENGTH, examples=["Middlemarch"], extra={"value": line(TITLE_LENGTH)})
]
Author = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=AUTHOR_LENGTH,
        description="The credit as it is printed. Alone, it finds or makes the author of this name.",
        examples=["George Eliot"],
        extra={"value": line(AUTHOR_LENGTH)},
    ),
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
AuthorIds = Annotated[
    list[UUID],
    Meta(max_length=MAX_CONTRIBUTORS, description="Short for `authors` of ids alone, each in the role of author."),
]


class BookCredit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who made the book: by `id`, or by a `name` that finds or makes an author. With both the id decides."""

    id: UUID | None = None
    name: AuthorName | None = None
    role: ContributorRole = ContributorRole.AUTHOR


BookCredits = Annotated[
    list[BookCredit],
    Meta(max_length=MAX_CONTRIBUTORS, description="In the order of the credits; replaced as a whole."),
]
