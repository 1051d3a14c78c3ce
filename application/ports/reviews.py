"""Reviews, as kept and as read."""

from typing import ClassVar, Protocol
from uuid import UUID

from application.errors import AlreadyExists
from application.listing import Listing, Page
from application.reviews.models import ReviewRead
from domain.books.review import Review
from domain.shared.ids import ReviewId


class ReviewExists(AlreadyExists):
    """The customer has a living review of this book already."""

    code = "review-exists"
    field: ClassVar[str] = "/customer_id"
    message: ClassVar[str] = "review exists"


class ReviewRepository(Protocol):
    """Reviews for writing, inside a unit of work. `get` finds deleted ones too, so that they can be restored.

    Whatever a commit does to reviews it does to the rating of their books as well, in the same transaction: the rating
    has as many reviews, and the sum of stars, as a count of the published reviews that are not deleted would find. The
    version of the book stays, so that reviews of one book do not get into one another's way.
    """

    async def get(self, review_id: ReviewId) -> Review:
        """Raises NotFound."""
        ...

    def add(self, review: Review) -> None:
        """Keeps a new review at commit, which raises ReviewExists.

        Commit raises Conflict when the book or the customer that it names is not there, nor added before it in the same
        unit.
        """
        ...

    def save(self, review: Review) -> Review:
        """Keeps a changed review at commit, under the next version, and returns it with that version.

        Commit raises Conflict when the stored version is no longer the one that was loaded, or ReviewExists.
        """
        ...


class ReviewReader(Protocol):
    """Reviews for reading, straight to read models."""

    async def get(self, review_id: UUID, *, include_deleted: bool = False) -> ReviewRead:
        """Raises NotFound; a deleted one is not found unless asked for."""
        ...

    async def list(self, listing: Listing) -> Page[ReviewRead]:
        """One page in the order asked for."""
        ...
