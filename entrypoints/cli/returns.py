"""`daybook returns`."""

from typing import Final
from uuid import UUID

from cyclopts import App

from application.orders.models import RETURN_LIST, ReturnCreate, ReturnRead
from entrypoints.cli.inputs import (
    CursorOption,
    ExpandOption,
    FieldsOption,
    IdArgument,
    JsonOption,
    LimitOption,
    ReferenceOption,
    SortOption,
    TimeOption,
    TotalOption,
    command,
    listing,
    only,
    related,
)
from entrypoints.cli.orders import Line, read_lines
from entrypoints.cli.output import FormatOption, show
from entrypoints.cli.running import CALLER, use

app = App(name="returns", help="Returns: what came back.")
_COLUMNS: Final = ("id", "returned_at", "order_id", "channel", "reference", "line_count", "total", "currency")


@app.command(name="list")
def list_returns(
    *,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    total: TotalOption = False,
    expand: ExpandOption = None,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
    **filters: str,
) -> None:
    """One page of returns, the newest first.

    $ daybook returns list --limit 5
    $ daybook returns list --order_id 01997f43-8c00-7000-8000-0123456789ab

    Filters are those of the HTTP API: --order_id, --customer_id, --channel, --reference, --currency, --returned_at,
    --created_at, the last two also with [gte], [gt], [lte] and [lt].
    """
    asked = listing(RETURN_LIST, filters, sort=sort, limit=limit, cursor=cursor, total=total, expand=expand)
    show(
        use(lambda services: services.orders.list_returns(asked)),
        format,
        columns=_COLUMNS,
        fields=only(ReturnRead, fields),
    )


@app.command
def get(
    return_id: IdArgument,
    /,
    *,
    expand: ExpandOption = None,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One return with its lines.

    $ daybook returns get 01997f43-8c00-7000-8000-0123456789ab
    """
    more = related(RETURN_LIST, expand)
    show(
        use(lambda services: services.orders.get_return(return_id, expand=more)),
        format,
        fields=only(ReturnRead, fields),
    )


@app.command
def create(
    *,
    currency: str | None = None,
    line: Line = (),
    customer_id: UUID | None = None,
    channel: str | None = None,
    reference: ReferenceOption = None,
    returned_at: TimeOption = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Records goods that come back while their order is not known.

    $ daybook returns create --currency GBP --line 9780141439549,1,9.99
    $ daybook returns create --json return.json

    Of a known order: `daybook orders return`.
    """
    fields = {
        "currency": currency,
        "lines": read_lines(line, ("sku", "quantity", "unit_price")),
        "customer_id": None if customer_id is None else str(customer_id),
        "channel": channel,
        "reference": reference,
        "returned_at": returned_at,
    }
    new = command(ReturnCreate, json, fields)
    show(use(lambda services: services.orders.take_back_alone(new, CALLER)), format)
