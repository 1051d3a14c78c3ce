"""`daybook orders`."""

from typing import Annotated, Any, Final
from uuid import UUID

from cyclopts import App, Parameter

from application.mail.confirming import Confirmation, OrderConfirmations
from application.mail.models import Mail
from application.orders.models import ORDER_LIST, OrderCreate, OrderRead, OrderReturnCreate
from entrypoints.cli.events import history_of
from entrypoints.cli.exits import CommandError, UsageError
from entrypoints.cli.inputs import (
    IdArgument,
    JsonOption,
    ReferenceOption,
    TimeOption,
    command,
)
from entrypoints.cli.mail import MAIL_IS_OFF
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, Yes, use, use_wiring
from entrypoints.cli.running import confirm as ask

app = App(name="orders", help="Orders: what was bought.")
DryRunOption = Annotated[bool, Parameter(negative="", help="Show the message and send nothing.")]
app.command(history_of("orders", "an order", lambda services, key: services.orders.get(key)))
_COLUMNS: Final = ("id", "placed_at", "channel", "reference", "status", "line_count", "total", "currency")
Line = Annotated[
    tuple[str, ...],
    Parameter(negative="", help="SKU, quantity and unit price: 9780141439549,2,9.99; may be repeated."),
]
ReturnedLine = Annotated[
    tuple[str, ...], Parameter(negative="", help="The number of a line and how many come back: 1,2; may be repeated.")
]

_RESOURCE: Final = Resource(
    group=app,
    one="order",
    service=lambda services: services.orders,
    model=OrderRead,
    spec=ORDER_LIST,
    columns=_COLUMNS,
)

_RESOURCE.lists(
    """One page of orders, the newest first.

    $ daybook orders list --limit 5
    $ daybook orders list --status cancelled "--placed_at[gte]=2026-01-01T00:00:00Z"
    $ daybook orders list --customer_id 01997f43-8c00-7000-8000-0123456789ab --format json
    """
)

_RESOURCE.gets(
    """One order with its lines; --expand adds customer and books.

    $ daybook orders get 01997f43-8c00-7000-8000-0123456789ab
    $ daybook orders get 01997f43-8c00-7000-8000-0123456789ab --expand customer,books
    """
)


@app.command
def create(
    *,
    currency: str | None = None,
    line: Line = (),
    customer_id: UUID | None = None,
    channel: str | None = None,
    reference: ReferenceOption = None,
    placed_at: TimeOption = None,
    tax: str | None = None,
    shipping: str | None = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Places an order.

    $ daybook orders create --currency GBP --line 9780141439549,2,9.99 --line GIFTWRAP,1,1.50
    $ daybook orders create --json order.json
    """
    fields = {
        "currency": currency,
        "lines": read_lines(line, ("sku", "quantity", "unit_price")),
        "customer_id": None if customer_id is None else str(customer_id),
        "channel": channel,
        "reference": reference,
        "placed_at": placed_at,
        "tax": tax,
        "shipping": shipping,
    }
    new = command(OrderCreate, json, fields)
    show(use(lambda services: services.orders.place(new, CALLER)), format)


@app.command
def cancel(
    order_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    yes: Yes = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Cancels an order, which then counts nowhere. There is no way back.

    $ daybook orders cancel 01997f43-8c00-7000-8000-0123456789ab --yes
    """
    ask(f"Cancel the order {order_id}? It cannot be undone.", yes=yes)
    show(use(lambda services: services.orders.cancel(order_id, CALLER, version=version)), format)
    message("cancelled")


@app.command
def confirm(order_id: IdArgument, /, *, dry_run: DryRunOption = False) -> None:
    """Sends the confirmation of an order to its customer, also of one that was entered late or imported.

    $ daybook orders confirm 01997f43-8c00-7000-8000-0123456789ab --dry-run
    $ daybook orders confirm 01997f43-8c00-7000-8000-0123456789ab

    It is the message that MAIL_ORDER_CONFIRMATIONS=true sends by itself, with the same id.
    """
    written = use_wiring(lambda wiring: _confirmed(wiring.order_confirmations, order_id, dry_run=dry_run))
    if isinstance(written, Mail):
        print(f"To: {written.to.address}\nSubject: {written.subject}\n\n{written.text}", end="")
    elif not written.sent:
        raise CommandError(f"no confirmation is sent: {written.reason}")
    else:
        message(f"sent: {written.message_id}")


async def _confirmed(confirmations: OrderConfirmations | None, order_id: UUID, *, dry_run: bool) -> Mail | Confirmation:
    if confirmations is None:
        raise UsageError(MAIL_IS_OFF)
    return await (confirmations.preview(order_id) if dry_run else confirmations.send_by_hand(order_id))


@app.command(name="return")
def take_back(
    order_id: IdArgument,
    /,
    *,
    line: ReturnedLine = (),
    reference: ReferenceOption = None,
    returned_at: TimeOption = None,
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Records what comes back of an order.

    $ daybook orders return 01997f43-8c00-7000-8000-0123456789ab --line 1,2
    $ daybook orders return 01997f43-8c00-7000-8000-0123456789ab --json return.json
    """
    fields = {"lines": read_lines(line, ("line", "quantity")), "reference": reference, "returned_at": returned_at}
    back = command(OrderReturnCreate, json, fields)
    show(use(lambda services: services.orders.take_back(order_id, back, CALLER, version=version)), format)


def read_lines(texts: tuple[str, ...], names: tuple[str, ...]) -> list[dict[str, Any]] | None:
    """Lines from their texts; None without any. Raises UsageError."""
    found = []
    for text in texts:
        parts = [part.strip() for part in text.rsplit(",", len(names) - 1)]
        if len(parts) != len(names):
            raise UsageError(f"a line must be {','.join(names)}, not {text!r}")
        line: dict[str, Any] = dict(zip(names, parts, strict=True))
        for name in ("line", "quantity"):
            if name in line:
                line[name] = int(line[name]) if line[name].isascii() and line[name].isdigit() else line[name]
        found.append(line)
    return found or None
