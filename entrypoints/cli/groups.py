"""`daybook groups`."""

from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter

from application.groups.models import GROUP_LIST, GROUP_MEMBER_LIST, GroupCreate, GroupRead, GroupUpdate, MembersChange
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

app = App(name="groups", help="Groups: customers whom somebody put together.")
_COLUMNS: Final = ("id", "name", "description", "created_at")
MEMBER_COLUMNS: Final = ("id", "name", "reference", "email", "status", "created_at")
CustomersArgument = Annotated[tuple[UUID, ...], Parameter(help="The ids of one or more customers.")]

_RESOURCE: Final = Resource(
    group=app,
    one="group",
    service=lambda services: services.groups,
    model=GroupRead,
    spec=GROUP_LIST,
    columns=_COLUMNS,
)

_RESOURCE.lists(
    """One page of groups, the newest first.

    $ daybook groups list --sort name
    """
)

_RESOURCE.gets(
    """One group.

    $ daybook groups get 01997f43-8c00-7000-8000-0123456789ab
    """
)


@app.command
def create(
    *,
    name: str | None = None,
    description: str | None = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Founds a group, of nobody yet.

    $ daybook groups create --name "Reading circle"
    """
    new = command(GroupCreate, json, {"name": name, "description": description})
    show(use(lambda services: services.groups.create(new, CALLER)), format)


@app.command
def update(
    group_id: IdArgument,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    unset: UnsetOption = (),
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Changes the fields that are given and leaves the others.

    $ daybook groups update 01997f43-8c00-7000-8000-0123456789ab --name "Monday circle"
    """
    changes = command(GroupUpdate, json, {"name": name, "description": description}, unset)
    show(use(lambda services: services.groups.update(group_id, changes, CALLER, version=version)), format)


@app.command
def members(
    group_id: IdArgument,
    /,
    *,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    include_deleted: DeletedOption = False,
    total: TotalOption = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One page of the customers in a group.

    $ daybook groups members 01997f43-8c00-7000-8000-0123456789ab --sort name
    """
    of_group = {"group_id": str(group_id)}
    asked = listing(
        GROUP_MEMBER_LIST,
        of_group,
        sort=sort,
        limit=limit,
        cursor=cursor,
        include_deleted=include_deleted,
        total=total,
    )
    show(use(lambda services: services.groups.members(asked)), format, columns=MEMBER_COLUMNS)


@app.command
def add(
    group_id: IdArgument,
    customers: CustomersArgument,
    /,
    *,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Puts customers into a group; those who are in it already stay as they are.

    $ daybook groups add 01997f43-8c00-7000-8000-0123456789ab 01997f43-8c00-7000-8000-ba9876543210
    """
    change = command(MembersChange, None, {"customer_ids": [*map(str, customers)]})
    show(use(lambda services: services.groups.admit(group_id, change, CALLER)), format)


@app.command
def remove(
    group_id: IdArgument,
    customers: CustomersArgument,
    /,
    *,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Takes customers out of a group.

    $ daybook groups remove 01997f43-8c00-7000-8000-0123456789ab 01997f43-8c00-7000-8000-ba9876543210
    """
    change = command(MembersChange, None, {"customer_ids": [*map(str, customers)]})
    show(use(lambda services: services.groups.dismiss(group_id, change, CALLER)), format)


_RESOURCE.deletes(
    """Puts a group away with its members; it can be restored, and they with it.

    $ daybook groups delete 01997f43-8c00-7000-8000-0123456789ab --yes
    """
)

_RESOURCE.restores(
    """Brings a deleted group back with its members, unless its name was taken in the meantime.

    $ daybook groups restore 01997f43-8c00-7000-8000-0123456789ab
    """
)
