"""`daybook segments`."""

from typing import Annotated, Final

from cyclopts import App, Parameter

from application.segments.models import (
    SEGMENT_LIST,
    SEGMENT_MEMBER_LIST,
    SNAPSHOT_LIST,
    SNAPSHOT_MEMBER_LIST,
    SegmentCreate,
    SegmentRead,
    SegmentUpdate,
)
from entrypoints.cli.groups import MEMBER_COLUMNS
from entrypoints.cli.inputs import (
    CursorOption,
    DeletedOption,
    IdArgument,
    JsonOption,
    LimitOption,
    SortOption,
    TotalOption,
    UnsetOption,
    command,
    listing,
)
from entrypoints.cli.output import FormatOption, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, use

app = App(name="segments", help="Segments: customers whom a saved rule finds.")
_COLUMNS: Final = ("id", "name", "rule", "created_at")
_SNAPSHOT_COLUMNS: Final = ("id", "created_at", "segment_id", "member_count", "rule")
RuleOption = Annotated[str | None, Parameter(help='Who belongs to it, such as: tag = "newsletter" and orders >= 3.')]

_RESOURCE: Final = Resource(
    group=app,
    one="segment",
    service=lambda services: services.segments,
    model=SegmentRead,
    spec=SEGMENT_LIST,
    columns=_COLUMNS,
)

_RESOURCE.lists(
    """One page of segments, the newest first.

    $ daybook segments list --sort name
    """
)

_RESOURCE.gets(
    """One segment.

    $ daybook segments get 01997f43-8c00-7000-8000-0123456789ab
    """
)


@app.command
def create(
    *,
    name: str | None = None,
    rule: RuleOption = None,
    description: str | None = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Saves a rule under a name.

    $ daybook segments create --name "Loyal readers" --rule 'tag = "newsletter" and orders >= 3'
    $ daybook segments create --name "Gone quiet" --rule "orders > 0 and last_order_at < 2026-01-01"
    """
    new = command(SegmentCreate, json, {"name": name, "rule": rule, "description": description})
    show(use(lambda services: services.segments.create(new, CALLER)), format)


@app.command
def update(
    segment_id: IdArgument,
    /,
    *,
    name: str | None = None,
    rule: RuleOption = None,
    description: str | None = None,
    unset: UnsetOption = (),
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Changes the fields that are given and leaves the others; snapshots taken before stay as they are.

    $ daybook segments update 01997f43-8c00-7000-8000-0123456789ab --rule "spent[EUR] > 250"
    """
    changes = command(SegmentUpdate, json, {"name": name, "rule": rule, "description": description}, unset)
    show(use(lambda services: services.segments.update(segment_id, changes, CALLER, version=version)), format)


@app.command
def members(
    segment_id: IdArgument,
    /,
    *,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    total: TotalOption = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One page of the customers whom the rule finds now.

    $ daybook segments members 01997f43-8c00-7000-8000-0123456789ab --total
    """
    of_segment = {"segment_id": str(segment_id)}
    asked = listing(SEGMENT_MEMBER_LIST, of_segment, sort=sort, limit=limit, cursor=cursor, total=total)
    show(use(lambda services: services.segments.members(asked)), format, columns=MEMBER_COLUMNS)


@app.command
def snapshot(
    segment_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Takes a snapshot: keeps the rule, and the customers whom it finds at this moment.

    $ daybook segments snapshot 01997f43-8c00-7000-8000-0123456789ab
    """
    show(use(lambda services: services.segments.capture(segment_id, CALLER, version=version)), format)


@app.command
def snapshots(
    segment_id: IdArgument,
    /,
    *,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    total: TotalOption = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One page of the snapshots of a segment, the newest first.

    $ daybook segments snapshots 01997f43-8c00-7000-8000-0123456789ab
    """
    of_segment = {"segment_id": str(segment_id)}
    asked = listing(SNAPSHOT_LIST, of_segment, sort=sort, limit=limit, cursor=cursor, total=total)
    show(use(lambda services: services.segments.snapshots(asked)), format, columns=_SNAPSHOT_COLUMNS)


@app.command(name="snapshot-members")
def snapshot_members(
    snapshot_id: IdArgument,
    /,
    *,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    include_deleted: DeletedOption = False,
    total: TotalOption = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One page of the customers in a snapshot, as they are today.

    $ daybook segments snapshot-members 01997f43-8c00-7000-8000-0123456789ab --format csv
    """
    of_snapshot = {"snapshot_id": str(snapshot_id)}
    asked = listing(
        SNAPSHOT_MEMBER_LIST,
        of_snapshot,
        sort=sort,
        limit=limit,
        cursor=cursor,
        include_deleted=include_deleted,
        total=total,
    )
    show(use(lambda services: services.segments.snapshot_members(asked)), format, columns=MEMBER_COLUMNS)


_RESOURCE.deletes(
    """Puts a segment away; it can be restored, and its snapshots stay.

    $ daybook segments delete 01997f43-8c00-7000-8000-0123456789ab --yes
    """
)

_RESOURCE.restores(
    """Brings a deleted segment back, unless its name was taken in the meantime.

    $ daybook segments restore 01997f43-8c00-7000-8000-0123456789ab
    """
)
