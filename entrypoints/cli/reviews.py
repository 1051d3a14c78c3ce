"""`daybook reviews`."""

from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter

from application.reviews.models import REVIEW_LIST, ReviewCreate, ReviewRead, ReviewRejection, ReviewUpdate
from entrypoints.cli.inputs import (
    IdArgument,
    JsonOption,
    UnsetOption,
    command,
    whole_number,
)
from entrypoints.cli.output import FormatOption, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, use

app = App(name="reviews", help="Reviews: what readers say of books.")
_COLUMNS: Final = ("id", "created_at", "book_id", "customer_id", "rating", "status", "title")
RatingOption = Annotated[int | None, Parameter(converter=whole_number, help="1 to 5, where 5 is best.")]

_RESOURCE: Final = Resource(
    group=app,
    one="review",
    service=lambda services: services.reviews,
    model=ReviewRead,
    spec=REVIEW_LIST,
    columns=_COLUMNS,
)

_RESOURCE.lists(
    """One page of reviews, the newest first.

    $ daybook reviews list --status pending
    $ daybook reviews list --book_id 01997f43-8c00-7000-8000-0123456789ab --sort -rating
    $ daybook reviews list "--rating[lte]=2" --format csv
    """
)

_RESOURCE.gets(
    """One review; --expand adds book and customer.

    $ daybook reviews get 01997f43-8c00-7000-8000-0123456789ab
    """
)


@app.command
def create(
    *,
    book_id: UUID | None = None,
    customer_id: UUID | None = None,
    rating: RatingOption = None,
    text: str | None = None,
    title: str | None = None,
    language: str | None = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    r"""Takes a review in, to be published or rejected later.

    $ daybook reviews create --book-id 01997f43-8c00-7000-8000-0123456789ab \
        --customer-id 01997f43-8c00-7000-8000-ba9876543210 --rating 5 --text "Twice in one winter."
    $ daybook reviews create --json review.json
    """
    fields = {
        "book_id": None if book_id is None else str(book_id),
        "customer_id": None if customer_id is None else str(customer_id),
        "rating": rating,
        "text": text,
        "title": title,
        "language": language,
    }
    new = command(ReviewCreate, json, fields)
    show(use(lambda services: services.reviews.create(new, CALLER)), format)


@app.command
def update(
    review_id: IdArgument,
    /,
    *,
    rating: RatingOption = None,
    text: str | None = None,
    title: str | None = None,
    language: str | None = None,
    unset: UnsetOption = (),
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Changes the fields that are given and leaves the others. New words have to be published again.

    $ daybook reviews update 01997f43-8c00-7000-8000-0123456789ab --rating 4
    $ daybook reviews update 01997f43-8c00-7000-8000-0123456789ab --unset title
    """
    fields = {"rating": rating, "text": text, "title": title, "language": language}
    changes = command(ReviewUpdate, json, fields, unset)
    show(use(lambda services: services.reviews.update(review_id, changes, CALLER, version=version)), format)


@app.command
def publish(
    review_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Publishes a review, also one that was rejected before.

    $ daybook reviews publish 01997f43-8c00-7000-8000-0123456789ab
    """
    show(use(lambda services: services.reviews.publish(review_id, CALLER, version=version)), format)


@app.command
def reject(
    review_id: IdArgument,
    /,
    *,
    reason: str | None = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Rejects a review, also one that was published before.

    $ daybook reviews reject 01997f43-8c00-7000-8000-0123456789ab --reason "About the parcel, not the book."
    """
    why = command(ReviewRejection, None, {"reason": reason})
    show(use(lambda services: services.reviews.reject(review_id, why, CALLER, version=version)), format)


_RESOURCE.deletes(
    """Puts a review away; it can be restored, and does not count meanwhile.

    $ daybook reviews delete 01997f43-8c00-7000-8000-0123456789ab --yes
    """
)

_RESOURCE.restores(
    """Brings a deleted review back, unless the customer wrote another one of the book meanwhile.

    $ daybook reviews restore 01997f43-8c00-7000-8000-0123456789ab
    """
)
