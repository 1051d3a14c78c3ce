"""The review of a book by a customer."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

from domain.books.rating import UNRATED, Rating
from domain.shared.errors import Invalid, Refused
from domain.shared.events import Event
from domain.shared.ids import BookId, CustomerId, ReviewId
from domain.shared.lifecycle import Lifecycle

LOWEST_RATING = 1
HIGHEST_RATING = 5
REVIEW_TITLE_LENGTH = 255
REVIEW_TEXT_LENGTH = 20_000
REASON_LENGTH = 500


class ReviewStatus(StrEnum):
    """`published` reviews are for everybody and count in the rating of the book."""

    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"


# A rejected review may be published after all, and a published one taken down; nothing goes back to pending but by
# new words, which nobody has read yet.
NEXT: dict[ReviewStatus, frozenset[ReviewStatus]] = {
    ReviewStatus.PENDING: frozenset({ReviewStatus.PUBLISHED, ReviewStatus.REJECTED}),
    ReviewStatus.PUBLISHED: frozenset({ReviewStatus.REJECTED}),
    ReviewStatus.REJECTED: frozenset({ReviewStatus.PUBLISHED}),
}


class ReviewDecided(Refused):
    """The review already has the status that was asked for."""

    code = "review-decided"


class ReviewerErased(Refused):
    """The writer of the review was erased: nobody else puts words or stars in their place."""

    code = "reviewer-erased"


def rating(stars: int) -> int:
    """A rating of 1 to 5. Raises Invalid with `out-of-range`."""
    if not LOWEST_RATING <= stars <= HIGHEST_RATING:
        raise Invalid.because("out-of-range", f"must be a whole number from {LOWEST_RATING} to {HIGHEST_RATING}")
    return stars


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDetails:
    """What may be edited; `text` is None only when its writer was erased. Raises Invalid when the rating is none."""

    rating: int
    title: str | None = None
    text: str | None
    language: str | None = None

    def __post_init__(self) -> None:
        rating(self.rating)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review: an aggregate of its own, of one book by one customer. Methods return the new review and the event.

    `reason` says why it was rejected, where somebody said so.
    """

    id: ReviewId
    book_id: BookId
    customer_id: CustomerId
    details: ReviewDetails
    status: ReviewStatus
    reason: str | None = None
    lifecycle: Lifecycle

    @classmethod
    def write(
        cls,
        review_id: ReviewId,
        *,
        book_id: BookId,
        customer_id: CustomerId,
        details: ReviewDetails,
        at: datetime,
        by: str,
    ) -> tuple["Review", Event]:
        """A new review, pending."""
        review = cls(
            id=review_id,
            book_id=book_id,
            customer_id=customer_id,
            details=details,
            status=ReviewStatus.PENDING,
            lifecycle=Lifecycle.begun(at=at, by=by),
        )
        return review, _event(review, "review.created", at, by, 1)

    @property
    def counted(self) -> Rating:
        """What it adds to the rating of its book: nothing unless it is published and not deleted."""
        counts = self.status is ReviewStatus.PUBLISHED and not self.lifecycle.deleted
        return Rating(1, self.details.rating) if counts else UNRATED

    def edit(self, details: ReviewDetails, *, at: datetime, by: str) -> tuple["Review", Event | None]:
        """With other details; no event when nothing changed. Raises Deleted, or ReviewerErased.

        Another title or text makes it pending again, since what was decided upon is no longer what it says.
        """
        if self.details.text is None:
            raise ReviewerErased("its writer was erased: what the review says cannot be changed")
        lifecycle = self.lifecycle.touched(at=at, by=by)
        changed = [f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name)]
        if not changed:
            return self, None
        edited = replace(self, details=details, lifecycle=lifecycle)
        if {"title", "text"} & {*changed} and self.status is not ReviewStatus.PENDING:
            edited = replace(edited, status=ReviewStatus.PENDING, reason=None)
            changed.append("status")
        return edited, _event(edited, "review.updated", at, by, self.lifecycle.version + 1, tuple(changed))

    def publish(self, *, at: datetime, by: str) -> tuple["Review", Event]:
        """For everybody to see, also after it was rejected. Raises Deleted, or ReviewDecided when it already is."""
        return self._decided(ReviewStatus.PUBLISHED, None, at, by)

    def reject(self, reason: str | None, *, at: datetime, by: str) -> tuple["Review", Event]:
        """Not to be shown, also after it was published. Raises Deleted, or ReviewDecided when it already is."""
        return self._decided(ReviewStatus.REJECTED, reason, at, by)

    def delete(self, *, at: datetime, by: str) -> tuple["Review", Event]:
        """Put away, restorable. Raises Deleted when it already is."""
        gone = replace(self, lifecycle=self.lifecycle.put_away(at=at, by=by))
        return gone, _event(gone, "review.deleted", at, by, self.lifecycle.version + 1)

    def restore(self, *, at: datetime, by: str) -> tuple["Review", Event]:
        """Back again, with the status that it had. Raises NotDeleted."""
        back = replace(self, lifecycle=self.lifecycle.restored(at=at, by=by))
        return back, _event(back, "review.restored", at, by, self.lifecycle.version + 1)

    def forget(self, *, at: datetime, by: str) -> tuple["Review", Event]:
        """Without any words, since its writer is erased; the stars stay. Deleted ones too."""
        lifecycle = replace(self.lifecycle, updated_at=at, updated_by=by)
        silent = replace(
            self, details=ReviewDetails(rating=self.details.rating, text=None), reason=None, lifecycle=lifecycle
        )
        changed = ("title", "text", "language", "reason")
        event = Event(
            type="review.erased",
            aggregate_id=self.id,
            version=self.lifecycle.version + 1,
            at=at,
            by=by,
            changed=changed,
        )
        return silent, event

    def _decided(self, status: ReviewStatus, reason: str | None, at: datetime, by: str) -> tuple["Review", Event]:
        lifecycle = self.lifecycle.touched(at=at, by=by)
        if status not in NEXT[self.status]:
            raise ReviewDecided(f"the review is already {self.status}")
        decided = replace(self, status=status, reason=reason, lifecycle=lifecycle)
        return decided, _event(decided, f"review.{status}", at, by, self.lifecycle.version + 1, ("status",))


def _event(review: Review, kind: str, at: datetime, by: str, version: int, changed: tuple[str, ...] = ()) -> Event:
    # Neither title nor text nor reason, which are what a person wrote.
    return Event(
        type=kind,
        aggregate_id=review.id,
        version=version,
        at=at,
        by=by,
        changed=changed,
        data={"book_id": str(review.book_id), "rating": review.details.rating, "status": str(review.status)},
    )
