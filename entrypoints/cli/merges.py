"""`daybook customers duplicates`, `merge`, `unmerge` and `merges`."""

from typing import Annotated, Final
from uuid import UUID

from cyclopts import Parameter

from application.customers.duplicate_models import read_question
from application.customers.merge_models import MERGE_LIST, MergeCommand
from entrypoints.cli.inputs import CursorOption, IdArgument, LimitOption, SortOption, TotalOption, listing
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.running import CALLER, VersionOption, Yes, confirm, use

_COLUMNS: Final = ("id", "from_id", "into_id", "moved.orders", "undoable", "created_at", "created_by")
_PAIRS: Final = (
    "score",
    "reasons",
    "first.id",
    "first.name",
    "first.email",
    "second.id",
    "second.name",
    "second.email",
)
ScoreOption = Annotated[str | None, Parameter(help="Only pairs of this score or more, 0 to 1; 0.5 when not given.")]
OtherArgument = Annotated[UUID, Parameter(help="The id of the other customer.")]


def duplicates(
    *,
    min_score: ScoreOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    total: TotalOption = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One page of pairs of customers who may be one person, the likeliest first.

    $ daybook customers duplicates
    $ daybook customers duplicates --min-score 0.7 --format json
    """
    asked = {"min_score": min_score, "limit": limit, "cursor": cursor, "include": "total" if total else None}
    question = read_question([(name, text) for name, text in asked.items() if text is not None])
    show(use(lambda services: services.duplicates.list(question)), format, columns=_PAIRS)


def merge(
    customer_id: IdArgument,
    other_id: OtherArgument,
    /,
    *,
    version: VersionOption = None,
    yes: Yes = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Merges the other customer into the first, who survives. It can be undone.

    $ daybook customers merge 01997f43-8c00-7000-8000-0123456789ab 01997f43-8c00-7000-8000-0123456789ac --yes
    """
    confirm(f"Merge the customer {other_id} into {customer_id}?", yes=yes)
    command = MergeCommand(from_id=other_id)
    show(use(lambda services: services.merges.merge(customer_id, command, CALLER, version=version)), format)
    message(f"merged; `daybook customers unmerge {customer_id} {other_id}` undoes it")


def unmerge(
    customer_id: IdArgument,
    other_id: OtherArgument,
    /,
    *,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Undoes the merge of the other customer into the first: what moved goes back, what came later stays.

    $ daybook customers unmerge 01997f43-8c00-7000-8000-0123456789ab 01997f43-8c00-7000-8000-0123456789ac
    """
    command = MergeCommand(from_id=other_id)
    show(use(lambda services: services.merges.undo(customer_id, command, CALLER, version=version)), format)


def merges(
    customer_id: IdArgument,
    /,
    *,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    total: TotalOption = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One page of what was merged into a customer.

    $ daybook customers merges 01997f43-8c00-7000-8000-0123456789ab
    """
    filters = {"customer_id": str(customer_id)}
    asked = listing(MERGE_LIST, filters, sort=sort, limit=limit, cursor=cursor, total=total)
    show(use(lambda services: services.merges.list(asked)), format, columns=_COLUMNS)
