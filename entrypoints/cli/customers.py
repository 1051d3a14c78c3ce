"""`daybook customers`."""

from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from application.customers.models import CUSTOMER_LIST, CustomerCreate, CustomerRead, CustomerUpdate
from entrypoints.cli import people
from entrypoints.cli.addresses import app as addresses
from entrypoints.cli.consents import app as consents
from entrypoints.cli.events import history_of
from entrypoints.cli.inputs import (
    CursorOption,
    DeletedOption,
    FieldsOption,
    IdArgument,
    JsonOption,
    LimitOption,
    QueryOption,
    SortOption,
    TotalOption,
    UnsetOption,
    command,
    listing,
    only,
    pairs,
)
from entrypoints.cli.merges import duplicates, merge, merges, unmerge
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.running import CALLER, VersionOption, Yes, confirm, use

app = App(name="customers", help="Customers: who buys.")
app.command(addresses)
app.command(consents)
for _command in (duplicates, merge, unmerge, merges, people.profile, people.erase, people.export, people.purge):
    app.command(_command)
app.command(
    history_of("customers", "a customer", lambda services, key: services.customers.get(key, include_deleted=True))
)
_COLUMNS: Final = ("id", "reference", "name", "email", "status", "tags")
Status = Annotated[str | None, Parameter(help="active or inactive.")]
Reference = Annotated[str | None, Parameter(help="The number an older system gave it; unique.")]
Phone = Annotated[str | None, Parameter(help="E.164, such as +442079460958.")]
Tag = Annotated[tuple[str, ...], Parameter(negative="", help="A tag; may be repeated.")]
Metadata = Annotated[tuple[str, ...], Parameter(negative="", help="name=value; may be repeated.")]


@app.command(name="list")
def list_customers(
    *,
    q: QueryOption = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    include_deleted: DeletedOption = False,
    total: TotalOption = False,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
    **filters: str,
) -> None:
    """One page of customers.

    $ daybook customers list --q lovelace
    $ daybook customers list --tag newsletter --sort name --limit 5
    $ daybook customers list --email ada@example.org --format json

    Filters are those of the HTTP API: --email, --phone, --reference, --status, --tag, --created_at, --updated_at, the
    last two also with [gte], [gt], [lte] and [lt].
    """
    asked = listing(
        CUSTOMER_LIST,
        filters,
        q=q,
        sort=sort,
        limit=limit,
        cursor=cursor,
        include_deleted=include_deleted,
        total=total,
    )
    show(
        use(lambda services: services.customers.list(asked)),
        format,
        columns=_COLUMNS,
        fields=only(CustomerRead, fields),
    )


@app.command
def get(
    customer_id: IdArgument,
    /,
    *,
    include_deleted: DeletedOption = False,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One customer.

    $ daybook customers get 01997f43-8c00-7000-8000-0123456789ab
    """
    show(
        use(lambda services: services.customers.get(customer_id, include_deleted=include_deleted)),
        format,
        fields=only(CustomerRead, fields),
    )


@app.command
def create(
    *,
    name: str | None = None,
    reference: Reference = None,
    email: str | None = None,
    phone: Phone = None,
    status: Status = None,
    tag: Tag = (),
    metadata: Metadata = (),
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Registers a customer: a name, a reference or an e-mail address must be given.

    $ daybook customers create --name "Ada Lovelace" --email ada@example.org --tag newsletter
    $ daybook customers create --json customer.json
    """
    new = command(CustomerCreate, json, _fields(name, reference, email, phone, status, tag, metadata))
    show(use(lambda services: services.customers.create(new, CALLER)), format)


@app.command
def update(
    customer_id: IdArgument,
    /,
    *,
    name: str | None = None,
    reference: Reference = None,
    email: str | None = None,
    phone: Phone = None,
    status: Status = None,
    tag: Tag = (),
    metadata: Metadata = (),
    unset: UnsetOption = (),
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Changes the fields that are given and leaves the others; tags and metadata are replaced as a whole.

    $ daybook customers update 01997f43-8c00-7000-8000-0123456789ab --email ada@example.com
    $ daybook customers update 01997f43-8c00-7000-8000-0123456789ab --unset phone
    """
    fields = _fields(name, reference, email, phone, status, tag, metadata)
    changes = command(CustomerUpdate, json, fields, unset)
    show(use(lambda services: services.customers.update(customer_id, changes, CALLER, version=version)), format)


@app.command
def delete(customer_id: IdArgument, /, *, version: VersionOption = None, yes: Yes = False) -> None:
    """Puts a customer away; it can be restored, and its orders stay.

    $ daybook customers delete 01997f43-8c00-7000-8000-0123456789ab --yes
    """
    confirm(f"Delete the customer {customer_id}?", yes=yes)
    use(lambda services: services.customers.delete(customer_id, CALLER, version=version))
    message(f"deleted; `daybook customers restore {customer_id}` brings it back")


@app.command
def restore(
    customer_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Brings a deleted customer back, unless its e-mail address or reference was taken in the meantime.

    $ daybook customers restore 01997f43-8c00-7000-8000-0123456789ab
    """
    show(use(lambda services: services.customers.restore(customer_id, CALLER, version=version)), format)


def _fields(
    name: str | None,
    reference: str | None,
    email: str | None,
    phone: str | None,
    status: str | None,
    tag: tuple[str, ...],
    metadata: tuple[str, ...],
) -> dict[str, Any]:
    return {
        "name": name,
        "reference": reference,
        "email": email,
        "phone": phone,
        "status": status,
        "tags": list(tag) or None,
        "metadata": pairs(metadata),
    }
