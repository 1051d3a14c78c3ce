"""`daybook customers`."""

from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from application.customers.models import CUSTOMER_LIST, CustomerCreate, CustomerRead, CustomerUpdate
from entrypoints.cli import people
from entrypoints.cli.addresses import app as addresses
from entrypoints.cli.consents import app as consents
from entrypoints.cli.events import history_of
from entrypoints.cli.inputs import (
    IdArgument,
    JsonOption,
    UnsetOption,
    command,
    pairs,
)
from entrypoints.cli.merges import duplicates, merge, merges, unmerge
from entrypoints.cli.output import FormatOption, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, use

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

_RESOURCE: Final = Resource(
    group=app,
    one="customer",
    service=lambda services: services.customers,
    model=CustomerRead,
    spec=CUSTOMER_LIST,
    columns=_COLUMNS,
)

_RESOURCE.lists(
    """One page of customers.

    $ daybook customers list --q lovelace
    $ daybook customers list --tag newsletter --sort name --limit 5
    $ daybook customers list --email ada@example.org --format json
    """
)

_RESOURCE.gets(
    """One customer.

    $ daybook customers get 01997f43-8c00-7000-8000-0123456789ab
    """
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


_RESOURCE.deletes(
    """Puts a customer away; it can be restored, and its orders stay.

    $ daybook customers delete 01997f43-8c00-7000-8000-0123456789ab --yes
    """
)

_RESOURCE.restores(
    """Brings a deleted customer back, unless its e-mail address or reference was taken in the meantime.

    $ daybook customers restore 01997f43-8c00-7000-8000-0123456789ab
    """
)


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
