"""/v1/reviews, and the reviews of a book."""

from inspect import getdoc
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.listing import Listed
from application.ports.reviews import ReviewExists
from application.reviews.models import (
    REVIEW_LIST,
    BookReviewCreate,
    ReviewCreate,
    ReviewRead,
    ReviewRejection,
    ReviewUpdate,
)
from application.reviews.service import ReviewService
from domain.books.review import Review, ReviewDecided, ReviewStatus
from domain.shared.ids import BookId, CustomerId, ReviewId
from entrypoints.http.examples import BOOK_ID, CUSTOMER_ID, NOW, page_of, plain
from entrypoints.http.handlers import Handlers, Nothing
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import list_parameters
from entrypoints.http.replies import NO_STORE
from entrypoints.http.resources import ResourceKind, resource_operations

_PLACE = "/v1/reviews"
_KEY = ("review_id", "review")
_REVIEW_ID = UUID("01933d10-6d80-7e43-a5e7-3a4b5c6d7e05")

_NEW = BookReviewCreate(
    customer_id=CUSTOMER_ID,
    rating=5,
    title="Twice in one winter",
    text="I began again on the day I had finished it.",
    language="en",
)
_WRITTEN, _ = Review.write(
    ReviewId(_REVIEW_ID),
    book_id=BookId(BOOK_ID),
    customer_id=CustomerId(CUSTOMER_ID),
    details=_NEW.of(BOOK_ID).details(),
    at=NOW,
    by="anonymous",
)
_REVIEW = ReviewRead.of(_WRITTEN)
_PUBLISHED = replace(_REVIEW, status=ReviewStatus.PUBLISHED, version=2)
_REJECTION = ReviewRejection(reason="About the parcel, not the book.")
_REJECTED = replace(_REVIEW, status=ReviewStatus.REJECTED, reason=_REJECTION.reason, version=2)

REVIEWS = ResourceKind(
    noun="review",
    plural="reviews",
    create=ReviewCreate,
    update=ReviewUpdate,
    read=ReviewRead,
    listing=REVIEW_LIST,
    new_example=_NEW.of(BOOK_ID),
    change_example=ReviewUpdate(rating=4),
    example=_REVIEW,
    unique=(ReviewExists,),
    cache_control=NO_STORE,
)


def review_operations(service: ReviewService, handlers: Handlers) -> list[Operation]:
    """The operations of reviews."""

    async def present(review_id: UUID) -> int:
        return (await service.get(review_id, include_deleted=True)).version

    return [
        *resource_operations(REVIEWS, service, handlers),
        _decision(
            "publish",
            service.publish,
            handlers.act(service.publish, present, *_KEY),
            takes=Nothing,
            takes_example=Nothing(),
            gives_example=_PUBLISHED,
        ),
        _decision(
            "reject",
            service.reject,
            handlers.decide(ReviewRejection, service.reject, present, *_KEY),
            takes=ReviewRejection,
            takes_example=_REJECTION,
            gives_example=_REJECTED,
        ),
        *_of_a_book(service, handlers),
    ]


def _decision(
    verb: str, use_case: Any, handler: Any, *, takes: type[Struct], takes_example: Struct, gives_example: ReviewRead
) -> Operation:
    return Operation(
        id=f"{verb}_review",
        method="POST",
        path=f"{_PLACE}/{{review_id}}/{verb}",
        handler=handler,
        summary=f"{verb.capitalize()} a review",
        about=getdoc(use_case) or "",
        tag="reviews",
        takes=takes,
        takes_example=plain(takes_example),
        optional_body=True,
        gives=ReviewRead,
        gives_example=plain(gives_example),
        tagged=True,
        guarded=True,
        errors=(ReviewDecided,),
    )


def _of_a_book(service: ReviewService, handlers: Handlers) -> list[Operation]:
    path, key = "/v1/books/{book_id}/reviews", ("book_id", "book")
    return [
        Operation(
            id="get_book_reviews",
            method="GET",
            path=path,
            handler=handlers.read_sublist(service.list, REVIEW_LIST, service.require_book, *key),
            summary="List the reviews of a book",
            about="Those of every status: `status=published` are those for everybody to see.",
            tag="reviews",
            parameters=list_parameters(REVIEW_LIST, without=frozenset({"book_id"})),
            gives=Listed[ReviewRead],
            gives_example=page_of(_REVIEW),
        ),
        Operation(
            id="create_book_review",
            method="POST",
            path=path,
            handler=handlers.create_within(BookReviewCreate, service.create_of, *key, place=_PLACE),
            summary="Review a book",
            about=getdoc(service.create_of) or "",
            tag="reviews",
            takes=BookReviewCreate,
            takes_example=plain(_NEW),
            gives=ReviewRead,
            gives_example=plain(_REVIEW),
            status=201,
            tagged=True,
            located=True,
            errors=(ReviewExists,),
        ),
    ]
