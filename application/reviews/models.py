"""What callers send and get of reviews."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.books.fields import Language
from application.books.models import BookResponse
from application.customers.models import CustomerRead
from application.fields import given, line, text
from application.listing import FilterField, ListSpec, SortKey, identifier, moment, one_of
from domain.books.book import language_tag
from domain.books.review import (
    HIGHEST_RATING,
    LOWEST_RATING,
    REASON_LENGTH,
    REVIEW_TEXT_LENGTH,
    REVIEW_TITLE_LENGTH,
    Review,
    ReviewDetails,
    ReviewStatus,
    rating,
)
from domain.shared.errors import Invalid, Problems

Stars = Annotated[int, Meta(ge=LOWEST_RATING, le=HIGHEST_RATING, description="1 to 5, where 5 is best.", examples=[5])]
ReviewTitle = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=REVIEW_TITLE_LENGTH,
        examples=["Twice in one winter"],
        extra={"value": line(REVIEW_TITLE_LENGTH)},
    ),
]
ReviewText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=REVIEW_TEXT_LENGTH,
        examples=["I began again on the day I had finished it."],
        extra={"value": text(REVIEW_TEXT_LENGTH)},
    ),
]
Reason = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=REASON_LENGTH,
        description="For those who decide upon reviews; not for the public.",
        examples=["About the parcel, not the book."],
        extra={"value": line(REASON_LENGTH)},
    ),
]


class BookReviewCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new review of the book in the path."""

    customer_id: UUID
    rating: Stars
    text: ReviewText
    title: ReviewTitle | None = None
    language: Language | None = None

    def of(self, book_id: UUID) -> "ReviewCreate":
        """The same review, which names its book."""
        return ReviewCreate(
            book_id=book_id,
            customer_id=self.customer_id,
            rating=self.rating,
            title=self.title,
            text=self.text,
            language=self.language,
        )


class ReviewCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new review."""

    book_id: UUID
    customer_id: UUID
    rating: Stars
    text: ReviewText
    title: ReviewTitle | None = None
    language: Language | None = None

    def details(self) -> ReviewDetails:
        """As the domain knows it. Raises Invalid that names each bad field."""
        return _details(self.rating, self.title, self.text, self.language)


class ReviewUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a review: a field not given stays, null takes an optional value away."""

    rating: Stars | UnsetType = UNSET
    title: ReviewTitle | None | UnsetType = UNSET
    text: ReviewText | UnsetType = UNSET
    language: Language | None | UnsetType = UNSET

    def over(self, present: ReviewDetails) -> ReviewDetails:
        """The whole new details. Raises Invalid that names each bad field."""
        return _details(
            given(self.rating, present.rating),
            given(self.title, present.title),
            given(self.text, present.text),
            given(self.language, present.language),
        )


class ReviewRejection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a review is rejected, where that is to be kept."""

    reason: Reason | None = None

    def cleaned(self) -> str | None:
        """As the domain knows it. Raises Invalid."""
        problems = Problems()
        reason = problems.take_given("/reason", line(REASON_LENGTH), self.reason)
        problems.raise_if_any()
        return reason


class ReviewRead(Struct, frozen=True, kw_only=True):
    """A review as callers see it. `text` is null when its writer was erased."""

    id: UUID
    book_id: UUID
    customer_id: UUID
    rating: int
    title: str | None
    text: str | None
    language: str | None
    status: ReviewStatus
    reason: str | None
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None
    book: BookResponse | UnsetType = UNSET
    customer: CustomerRead | UnsetType = UNSET

    @classmethod
    def of(cls, review: Review) -> "ReviewRead":
        """The read model of an aggregate."""
        details, lifecycle = review.details, review.lifecycle
        return cls(
            id=review.id,
            book_id=review.book_id,
            customer_id=review.customer_id,
            rating=details.rating,
            title=details.title,
            text=details.text,
            language=details.language,
            status=review.status,
            reason=review.reason,
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            deleted_at=lifecycle.deleted_at,
        )


def stars(text: str) -> int:
    """A rating as a parameter has it. Raises ValueError, or Invalid with `out-of-range`."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"must be a whole number from {LOWEST_RATING} to {HIGHEST_RATING}")
    return rating(int(text))


REVIEW_LIST = ListSpec(
    name="reviews",
    filters={
        "book_id": FilterField(read=identifier),
        "customer_id": FilterField(read=identifier),
        "status": FilterField(read=one_of(ReviewStatus), choices=tuple(ReviewStatus)),
        "rating": FilterField(read=stars, ranges=True),
        "created_at": FilterField(read=moment, ranges=True),
        "updated_at": FilterField(read=moment, ranges=True),
    },
    sorts={"created_at": datetime, "updated_at": datetime, "rating": int},
    default_sort=(SortKey("created_at", descending=True),),
    expansions=frozenset({"book", "customer"}),
)


def _details(stars: int, title: str | None, words: str | None, language: str | None) -> ReviewDetails:
    problems = Problems()
    good = problems.take("/rating", rating, stars)
    head = problems.take_given("/title", line(REVIEW_TITLE_LENGTH), title)
    body = problems.take_given("/text", text(REVIEW_TEXT_LENGTH), words)
    tag = problems.take_given("/language", language_tag, language)
    if problems.found or good is None:
        raise Invalid(problems.found)
    return ReviewDetails(rating=good, title=head, text=body, language=tag)
