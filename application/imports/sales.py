"""Rows that are lines of orders and returns, kept a batch of orders at a time."""

from collections.abc import Iterable, Mapping, Sequence

from application.errors import ApplicationError, Conflict
from application.imports.gathering import Gatherer, Sale
from application.imports.keeping import RunSettings, keep_together_or_each
from application.imports.models import RowVerdict
from application.imports.rejecting import rejected_by
from application.imports.remembered import Remembered
from application.imports.rows import SaleKey, SaleRow
from application.imports.settling import Known, Settled, Settler
from application.orders.drafting import isbns
from application.ports.system import IdGenerator
from application.ports.unit_of_work import UnitOfWork
from domain.customers.email_address import EmailAddress
from domain.orders.order import Order
from domain.orders.returns import Return
from domain.shared.errors import Invalid
from domain.shared.ids import CustomerId

_REMEMBERED = 50_000


class SalesLoader:
    """Takes rows in; an order is kept whole, with the rows of it that can be, and never grows afterwards."""

    def __init__(self, run: RunSettings, ids: IdGenerator, *, makes_customers: bool) -> None:
        self._run = run
        self._ids = ids
        self._makes_customers = makes_customers
        self._gatherer = Gatherer(run.fields)
        self._customers: Remembered[str, CustomerId] = Remembered(_REMEMBERED)
        self._came_back: Remembered[SaleKey, Order] = Remembered(_REMEMBERED)

    def take(self, line: int, row: SaleRow) -> bool:
        """Takes a row, unless a batch is ready and must be flushed first."""
        if self._gatherer.full:
            return False
        self._gatherer.take(line, row)
        return True

    async def flush(self, *, last: bool = False) -> list[RowVerdict]:
        """Decides and keeps the orders that are complete; all of them at the end of the file."""
        sales, verdicts = self._gatherer.batch(last=last)
        for batch in _of_different_orders(sales):
            verdicts += await keep_together_or_each(batch, self._keep, self._refuse)
        return verdicts

    async def _keep(self, sales: Sequence[Sale]) -> list[RowVerdict]:
        try:
            return await self._settle(sales)
        except Conflict:
            # A customer that was remembered may be gone: ask for all of them again.
            self._customers.forget()
            raise

    def _refuse(self, sale: Sale, error: ApplicationError) -> list[RowVerdict]:
        return [rejected_by(one.line, error, self._run.fields) for one in sale.rows]

    async def _settle(self, sales: Sequence[Sale]) -> list[RowVerdict]:
        run = self._run
        async with run.units(run.caller) as uow:
            known = await self._known(uow, sales)
            settler = Settler(
                known,
                self._ids,
                run.fields,
                makes_customers=self._makes_customers,
                at=run.clock.now(),
                by=run.caller.actor,
            )
            verdicts = [verdict for sale in sales for verdict in settler.settle(sale)]
            settled = settler.settled
            if settled.events and not run.dry_run:
                _hand_over(settled, uow)
                await uow.commit()
        self._customers.note(known.customers.items())
        if run.dry_run:
            self._came_back.note((_key(one), one) for one in settled.changed)
        for kind in ("customers", "orders", "returns"):
            run.tally.stored[kind] += len(getattr(settled, kind))
        return verdicts

    async def _known(self, uow: UnitOfWork, sales: Sequence[Sale]) -> Known:
        orders: dict[SaleKey, Order] = {}
        originals: dict[SaleKey, Order] = {}
        returns: dict[SaleKey, Return] = {}
        keys = [sale.key for sale in sales]
        for channel, references in _by_channel(key for key in keys if not key.returned).items():
            found = await uow.orders.find_by_references(channel, references)
            orders |= {SaleKey(returned=False, channel=channel, reference=one): kept for one, kept in found.items()}
        for channel, references in _by_channel(key for key in keys if key.returned).items():
            came_back = await uow.returns.find_by_references(channel, references)
            returns |= {SaleKey(returned=True, channel=channel, reference=one): kept for one, kept in came_back.items()}
        named = [original for sale in sales if (original := _original(sale)) is not None]
        for channel, references in _by_channel(named).items():
            found = await uow.orders.find_by_references(channel, references)
            originals |= {SaleKey(returned=False, channel=channel, reference=one): kept for one, kept in found.items()}
        originals |= {key: changed for key in named if (changed := self._came_back.get(key)) is not None}
        customers = await self._find_customers(uow, sales)
        kept: dict[SaleKey, Order | Return] = {**orders, **returns}
        books = isbns({one.row.sku for sale in sales for one in sale.rows})
        return Known(
            orders=orders,
            originals=originals,
            returns=returns,
            customers=customers,
            former_customers=await _find_former(uow, sales, kept, customers),
            books=await uow.books.ids_by_isbn(books) if books else {},
        )

    async def _find_customers(self, uow: UnitOfWork, sales: Sequence[Sale]) -> dict[str, CustomerId]:
        """By reference, or by e-mail address where the text is one and no reference."""
        texts = {sale.head.customer for sale in sales if sale.head.customer is not None}
        known = {text: found for text in texts if (found := self._customers.get(text)) is not None}
        missing = sorted(texts - known.keys())
        if missing:
            by_reference = await uow.customers.find_by_references(missing)
            known |= {text: one.id for text, one in by_reference.items()}
        emails = {text: email for text in missing if text not in known and (email := _email(text)) is not None}
        if emails:
            by_email = await uow.customers.find_by_emails(list(emails.values()))
            known |= {text: by_email[email].id for text, email in emails.items() if email in by_email}
        return known


async def _find_former(
    uow: UnitOfWork, sales: Sequence[Sale], kept: Mapping[SaleKey, Order | Return], living: Mapping[str, CustomerId]
) -> dict[str, CustomerId]:
    """Customers of kept orders who are called as the file says, and are not among the living."""
    former: dict[str, CustomerId] = {}
    for sale in sales:
        text, there = sale.head.customer, kept.get(sale.key)
        if text is None or text in living or text in former or there is None or there.customer_id is None:
            continue
        details = (await uow.customers.get(there.customer_id)).details
        if text == details.reference or (details.email is not None and _email(text) == details.email):
            former[text] = there.customer_id
    return former


def _hand_over(settled: Settled, uow: UnitOfWork) -> None:
    uow.customers.add_many(settled.customers)
    uow.orders.add_many(settled.orders)
    for order in settled.changed:
        uow.orders.save(order)
    uow.returns.add_many(settled.returns)
    uow.record(*settled.events)


def _key(order: Order) -> SaleKey:
    return SaleKey(returned=False, channel=order.channel, reference=order.reference or "")


def _original(sale: Sale) -> SaleKey | None:
    """The order that a return is of."""
    if sale.head.order is None:
        return None
    return SaleKey(returned=False, channel=sale.key.channel, reference=sale.head.order)


def _by_channel(keys: Iterable[SaleKey]) -> Mapping[str, list[str]]:
    channels: dict[str, list[str]] = {}
    for key in keys:
        channels.setdefault(key.channel, []).append(key.reference)
    return channels


def _of_different_orders(sales: Sequence[Sale]) -> list[list[Sale]]:
    """In batches that hold at most one return of an order each, since the next one needs what the first left of it."""
    batches: list[list[Sale]] = []
    originals: set[SaleKey] = set()
    for sale in sales:
        original = _original(sale)
        if not batches or (original is not None and original in originals):
            batches.append([])
            originals = set()
        if original is not None:
            originals.add(original)
        batches[-1].append(sale)
    return batches


def _email(text: str) -> EmailAddress | None:
    if "@" not in text:
        return None
    try:
        return EmailAddress.parse(text)
    except Invalid:
        return None
