"""Which orders are confirmed, to whom, and what is told of the others."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.memory.books import MemoryBookReader
from adapters.memory.customers import MemoryCustomerReader
from adapters.memory.mailer import MemoryMailer
from adapters.memory.orders import MemoryOrderReader
from application.caller import Caller
from application.customers.merge_models import MergeCommand
from application.customers.models import CustomerCreate
from application.errors import NotFound, Unavailable
from application.events.models import EventRead
from application.mail import models
from application.mail.confirming import Confirmation, NotConfirmed, OrderConfirmations, to_confirm
from application.mail.models import Mail
from application.mail.templates import Templates
from application.mail.trying import MailTrial
from application.orders.models import OrderCreate, OrderLineCreate
from application.ports.customers import CustomerReader
from application.ports.mailer import Mailer
from domain.shared.errors import Invalid
from tests.support.builders import MORNING, new_id
from tests.support.clocks import AscendingIds
from tests.support.mailers import a_box
from tests.unit.application.conftest import Shop

BOB = Caller("bob")
SENDER = models.Shop(
    name="The Shop", sender=a_box("orders@shop.example", "The Shop"), reply_to=a_box("help@shop.example"), zone=UTC
)


def confirmations(shop: Shop, mailer: Mailer, customers: CustomerReader | None = None) -> OrderConfirmations:
    return OrderConfirmations(
        orders=MemoryOrderReader(shop.store),
        customers=customers or MemoryCustomerReader(shop.store),
        books=MemoryBookReader(shop.store),
        mailer=mailer,
        templates=Templates.read(),
        shop=SENDER,
        clock=shop.clock,
    )


async def a_reader(shop: Shop, **given: Any) -> UUID:
    plain = {"name": "Ada Lovelace", "email": "ada@example.org"}
    return (await shop.customers.create(CustomerCreate(**{**plain, **given}), BOB)).id


async def placed(shop: Shop, customer: UUID | None, **given: Any) -> UUID:
    lines = [OrderLineCreate(sku="TOTE", quantity=1, unit_price="4.50")]
    return (await shop.orders.place(OrderCreate(currency="GBP", lines=lines, customer_id=customer, **given), BOB)).id


async def test_an_order_is_confirmed_to_who_placed_it(shop: Shop) -> None:
    mailer = MemoryMailer()
    order = await placed(shop, await a_reader(shop), reference="W-1")
    shop.clock.pass_by(minutes=1)
    answer = await confirmations(shop, mailer).send(order)
    (mail,) = mailer.sent
    assert answer == Confirmation(order_id=order, sent=True, message_id=f"order-confirmation.{order}@shop.example")
    assert mail.message_id == answer.message_id
    assert mail.at == shop.clock.now()
    assert (mail.sender, mail.reply_to) == (SENDER.sender, SENDER.reply_to)
    assert mail.to == a_box("ada@example.org", "Ada Lovelace")
    assert mail.subject == "Your order W-1 at The Shop"
    assert "Total: 4.50 GBP" in mail.text
    assert "4.50 GBP" in (mail.html or "")
    assert mail.headers == {"Auto-Submitted": "auto-generated"}


async def test_a_second_sending_is_recognised_as_the_same(shop: Shop) -> None:
    mailer = MemoryMailer()
    order = await placed(shop, await a_reader(shop))
    first = await confirmations(shop, mailer).send(order)
    shop.clock.pass_by(minutes=5)
    assert await confirmations(shop, mailer).send(order) == first
    assert len(mailer.sent) == 1


async def _erased(shop: Shop, customer: UUID, _: UUID) -> None:
    await shop.erasures.erase(customer, BOB)


async def _deleted(shop: Shop, customer: UUID, _: UUID) -> None:
    await shop.customers.delete(customer, BOB)


async def _cancelled(shop: Shop, _: UUID, order: UUID) -> None:
    await shop.orders.cancel(order, BOB)


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        (_erased, NotConfirmed.CUSTOMER_ERASED),
        (_deleted, NotConfirmed.CUSTOMER_DELETED),
        (_cancelled, NotConfirmed.ORDER_CANCELLED),
    ],
)
async def test_what_happened_meanwhile_leaves_it_unsent(shop: Shop, happened: Any, reason: NotConfirmed) -> None:
    mailer = MemoryMailer()
    customer = await a_reader(shop)
    order = await placed(shop, customer)
    await happened(shop, customer, order)
    service = confirmations(shop, mailer)
    skipped = Confirmation(order_id=order, sent=False, reason=reason)
    assert [await service.send(order), await service.send_by_hand(order), await service.preview(order)] == [skipped] * 3
    assert [*mailer.sent] == []


async def test_nobody_to_write_to(shop: Shop) -> None:
    mailer = MemoryMailer()
    service = confirmations(shop, mailer)
    assert (await service.send(await placed(shop, None))).reason is NotConfirmed.NO_CUSTOMER
    silent = await a_reader(shop, email=None)
    assert (await service.send(await placed(shop, silent))).reason is NotConfirmed.NO_EMAIL
    with pytest.raises(NotFound):
        await service.send(new_id())
    assert [*mailer.sent] == []


@pytest.mark.parametrize("hours", [-24.01, 24.01])
async def test_what_was_entered_late_is_confirmed_by_hand_alone(shop: Shop, hours: float) -> None:
    mailer = MemoryMailer()
    service = confirmations(shop, mailer)
    customer = await a_reader(shop)
    order = await placed(shop, customer, placed_at=MORNING + timedelta(hours=hours))
    assert (await service.send(order)).reason is NotConfirmed.ENTERED_LATE
    assert [*mailer.sent] == []
    assert (await service.send_by_hand(order)).sent
    assert [one.to.address.value for one in mailer.sent] == ["ada@example.org"]


@pytest.mark.parametrize("hours", [-24, 0, 24])
async def test_a_day_either_way_is_recent(shop: Shop, hours: float) -> None:
    order = await placed(shop, await a_reader(shop), placed_at=MORNING + timedelta(hours=hours))
    assert (await confirmations(shop, MemoryMailer()).send(order)).sent


async def test_a_preview_is_what_is_sent_and_sends_nothing(shop: Shop) -> None:
    mailer = MemoryMailer()
    service = confirmations(shop, mailer)
    order = await placed(shop, await a_reader(shop))
    preview = await service.preview(order)
    assert [*mailer.sent] == []
    await service.send_by_hand(order)
    assert [*mailer.sent] == [preview]


async def test_who_was_merged_since_the_order_was_read_is_written_to_as_the_one_that_is_left(shop: Shop) -> None:
    kept, gone = await a_reader(shop), await a_reader(shop, name="A. Lovelace", email=None)
    order = await placed(shop, gone)

    class Late(MemoryOrderReader):
        """Reads the order, and then the two are merged."""

        async def get(self, order_id: UUID) -> Any:
            found = await super().get(order_id)
            await shop.merges.merge(kept, MergeCommand(from_id=gone), BOB)
            return found

    mailer = MemoryMailer()
    service = confirmations(shop, mailer)
    service._orders = Late(shop.store)
    assert (await service.send(order)).sent
    assert [one.to.name for one in mailer.sent] == ["Ada Lovelace"]


async def test_a_server_that_is_away_is_told_as_it_is(shop: Shop) -> None:
    class Away:
        async def send(self, message: Mail) -> None:
            raise Unavailable("the mail server mail.example:587 cannot be reached")

    order = await placed(shop, await a_reader(shop))
    with pytest.raises(Unavailable):
        await confirmations(shop, Away()).send(order)


def happened(kind: str, *, at: datetime = MORNING, data: Mapping[str, Any] | None = None) -> EventRead:
    return EventRead(
        sequence=1,
        position=1,
        type=kind,
        aggregate=kind.partition(".")[0],
        aggregate_id=new_id(),
        version=1,
        at=at,
        by="bob",
        request_id=None,
        changed=[],
        data=data or {"channel": "web", "currency": "EUR", "lines": 1},
    )


def test_orders_of_the_last_day_that_nobody_imported_are_to_be_confirmed() -> None:
    day = timedelta(days=1)
    first, second = happened("order.placed"), happened("order.placed", at=MORNING - day)
    others = [
        happened("order.cancelled"),
        happened("customer.created"),
        happened("order.placed", at=MORNING - day - timedelta(seconds=1)),
        happened("order.placed", data={"imported": True}),
    ]
    assert to_confirm([others[0], first, *others[1:], second], MORNING) == [first.aggregate_id, second.aggregate_id]


async def test_a_test_goes_where_it_is_sent(shop: Shop) -> None:
    mailer = MemoryMailer()
    trial = MailTrial(mailer=mailer, templates=Templates.read(), shop=SENDER, clock=shop.clock, ids=AscendingIds())
    first, second = await trial.send("Ada@Example.org"), await trial.send("ada@example.org")
    assert [one.message_id for one in mailer.sent] == [first, second]
    assert mailer.sent[0].to == a_box("ada@example.org")
    assert mailer.sent[0].subject == "A test from The Shop"
    assert "on 1 March 2026, 09:00 (UTC)" in mailer.sent[0].text
    with pytest.raises(Invalid):
        await trial.send("nobody")
