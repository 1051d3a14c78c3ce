"""`daybook customers addresses`."""

from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from application.customers.address_models import ADDRESS_LIST, AddressCreate, AddressRead, AddressUpdate
from entrypoints.cli.inputs import (
    CursorOption,
    FieldsOption,
    IdArgument,
    JsonOption,
    LimitOption,
    SortOption,
    TotalOption,
    UnsetOption,
    command,
    listing,
    only,
)
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.running import CALLER, VersionOption, Yes, confirm, use

app = App(name="addresses", help="The addresses of a customer: list, get, add, update, remove.")
_COLUMNS: Final = ("id", "type", "default", "recipient", "lines", "city", "postal_code", "country")
Type = Annotated[str | None, Parameter(help="billing, shipping or other.")]
Default = Annotated[bool | None, Parameter(help="Whether it is the one to be used where a type alone is asked for.")]
Line = Annotated[tuple[str, ...], Parameter(negative="", help="A line of the address; may be repeated.")]
Country = Annotated[str | None, Parameter(help="ISO 3166-1 alpha-2, such as GB.")]


@app.command(name="list")
def list_addresses(
    customer_id: IdArgument,
    /,
    *,
    type: Type = None,  # noqa: A002  # the name of the option
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    total: TotalOption = False,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # likewise
) -> None:
    """One page of the addresses of a customer.

    $ daybook customers addresses list 01997f43-8c00-7000-8000-0123456789ab
    """
    filters = {"customer_id": str(customer_id)} | ({} if type is None else {"type": type})
    asked = listing(ADDRESS_LIST, filters, sort=sort, limit=limit, cursor=cursor, total=total)
    show(
        use(lambda services: services.addresses.list(asked)), format, columns=_COLUMNS, fields=only(AddressRead, fields)
    )


@app.command
def get(
    customer_id: IdArgument,
    address_id: IdArgument,
    /,
    *,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One address.

    $ daybook customers addresses get 01997f43-8c00-7000-8000-0123456789ab 01997f43-8c00-7000-8000-0123456789ac
    """
    show(
        use(lambda services: services.addresses.get(customer_id, address_id)), format, fields=only(AddressRead, fields)
    )


@app.command
def add(
    customer_id: IdArgument,
    /,
    *,
    type: Type = None,  # noqa: A002  # the name of the option
    default: Default = None,
    recipient: str | None = None,
    line: Line = (),
    city: str | None = None,
    region: str | None = None,
    postal_code: str | None = None,
    country: Country = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # likewise
) -> None:
    """Adds an address. As the default of its type it takes that from the one that had it.

    $ daybook customers addresses add ID --type shipping --default --line "12 St James's Square" --city London
          --postal-code "SW1Y 4JH" --country GB
    """
    new = command(AddressCreate, json, _fields(type, default, recipient, line, city, region, postal_code, country))
    show(use(lambda services: services.addresses.create(customer_id, new, CALLER)), format)


@app.command
def update(
    customer_id: IdArgument,
    address_id: IdArgument,
    /,
    *,
    type: Type = None,  # noqa: A002  # the name of the option
    default: Default = None,
    recipient: str | None = None,
    line: Line = (),
    city: str | None = None,
    region: str | None = None,
    postal_code: str | None = None,
    country: Country = None,
    unset: UnsetOption = (),
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # likewise
) -> None:
    """Changes the fields that are given and leaves the others; lines are replaced as a whole.

    $ daybook customers addresses update ID ADDRESS_ID --default
    """
    fields = _fields(type, default, recipient, line, city, region, postal_code, country)
    changes = command(AddressUpdate, json, fields, unset)
    show(
        use(lambda services: services.addresses.update(customer_id, address_id, changes, CALLER, version=version)),
        format,
    )


@app.command
def remove(
    customer_id: IdArgument,
    address_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    yes: Yes = False,
) -> None:
    """Takes an address away, for good.

    $ daybook customers addresses remove ID ADDRESS_ID --yes
    """
    confirm(f"Take the address {address_id} away for good?", yes=yes)
    use(lambda services: services.addresses.delete(customer_id, address_id, CALLER, version=version))
    message("removed")


def _fields(
    type_: str | None,
    default: bool | None,  # noqa: FBT001  # the value of an option, passed on
    recipient: str | None,
    line: tuple[str, ...],
    city: str | None,
    region: str | None,
    postal_code: str | None,
    country: str | None,
) -> dict[str, Any]:
    return {
        "type": type_,
        "default": default,
        "recipient": recipient,
        "lines": list(line) or None,
        "city": city,
        "region": region,
        "postal_code": postal_code,
        "country": country,
    }
