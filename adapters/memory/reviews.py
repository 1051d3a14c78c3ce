"""Reviews in memory."""

from dataclasses import replace
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import MemoryStore
from application.errors import NotFound
from application.listing import Listing, Page
from application.reviews.models import ReviewRead
from domain.books.review import Review
from domain.shared.ids import ReviewId


class MemoryReviewRepository:
    """Reviews for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, review_id: ReviewId) -> Review:
        """Deleted ones too. Raises NotFound."""
        review = self._store.reviews.get(review_id)
        if review is None:
            raise NotFound("review", review_id)
        return review

    def add(self, review: Review) -> None:
        """Keeps a new review at commit."""
        self._pending.write(lambda changes: changes.add_review(review))

    def save(self, review: Review) -> Review:
        """Keeps a changed review at commit, under the next version."""
        saved = replace(review, lifecycle=review.lifecycle.next_version())
        self._pending.write(lambda changes: changes.save_review(saved))
        return saved


class MemoryReviewReader:
    """Reviews for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.review_rows,
            columns={
                "book_id": lambda one: one.book_id,
                "customer_id": lambda one: one.customer_id,
                "status": lambda one: one.status,
                "rating": lambda one: one.details.rating,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
        )

    async def get(self, review_id: UUID, *, include_deleted: bool = False) -> ReviewRead:
        """Raises NotFound."""
        review = self._store.reviews.get(review_id)
        if review is None or (review.lifecycle.deleted and not include_deleted):
            raise NotFound("review", review_id)
        return ReviewRead.of(review)

    async def list(self, listing: Listing) -> Page[ReviewRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, ReviewRead.of)
