"""Whatever people do, a store and the one in memory answer alike: the same results, errors, lists and events."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.memory.store import MemoryStore
from application.authors.models import AUTHOR_LIST, AuthorCreate, AuthorMerge, AuthorRead, AuthorUpdate
from application.books.models import BOOK_LIST, BookCreate, BookResponse, BookUpdate
from application.caller import Caller
from application.customers.models import CUSTOMER_LIST, CustomerCreate, CustomerRead, CustomerUpdate
from application.errors import ApplicationError
from application.fields import MoneyInput
from application.listing import read_listing
from application.orders.models import (
    ORDER_LIST,
    RETURN_LIST,
    OrderCreate,
    OrderLineCreate,
    OrderRead,
    OrderReturnCreate,
    OrderReturnLine,
    ReturnCreate,
    ReturnLineCreate,
)
from application.reviews.models import REVIEW_LIST, ReviewCreate, ReviewRead, ReviewRejection, ReviewUpdate
from domain.customers.customer import CustomerStatus
from domain.shared.errors import DomainError, Invalid
from domain.shared.ids import uuid7
from tests.support.builders import MORNING
from tests.support.definition import drawn_anew, how_many_histories
from tests.support.lists import walked
from tests.support.memory_case import memory_ports
from tests.support.shops import Shop, shop_on
from tests.support.store_case import StoreCase, StorePorts

CALLER = Caller("bob", request_id="req-1")
ISBNS = ("0-14-143954-8", "978-0-306-40615-7", "9791090636071")

NAMES = st.sampled_from(["Ada", "ada", "Żółć", "\U0001f4da", "\uffff", "Ada Żółć"])
REFERENCES = st.sampled_from(["1", "2", "ä"])
EMAILS = st.sampled_from(["ada@example.org", "ADA@example.org", "bob@example.org"])
VERSIONS = st.sampled_from([None, None, None, 1, 2])
PLACES = st.integers(0, 5)
TAGS = st.lists(st.sampled_from(["x", "y", "a,b"]), max_size=2)
AMOUNTS = st.sampled_from(["0", "0.0001", "9.99", "10000000000000"])
LINES = st.builds(
    OrderLineCreate,
    sku=st.sampled_from([*ISBNS, "TOTE"]),
    quantity=st.integers(1, 3),
    unit_price=st.sampled_from(["0", "0.0001", "9.99", "3333333333333.3333"]),
    discount=st.sampled_from(["0", "0.0001"]),
)
RETURNED = st.builds(ReturnLineCreate, sku=st.sampled_from([*ISBNS, "TOTE"]), quantity=st.just(2), unit_price=AMOUNTS)


Pick = Callable[[type, int], UUID]


class CountedIds:
    """The same ids in every shop."""

    def __init__(self) -> None:
        self.count = 0

    def new(self) -> UUID:
        self.count += 1
        return uuid7(MORNING, self.count.to_bytes(10, "big"))


@dataclass(frozen=True)
class Step:
    """`do(shop, pick)`, where `pick(kind, place)` is the id of one of the things of that kind made so far."""

    do: Callable[[Shop, Pick], Awaitable[object]]
    told: str

    def __repr__(self) -> str:
        return self.told


def step(
    name: str, do: Callable[..., Awaitable[object]], /, **given: st.SearchStrategy[Any]
) -> st.SearchStrategy[Step]:
    def made(values: Mapping[str, Any]) -> Step:
        return Step(lambda shop, pick: do(shop, pick, **values), f"{name}({values})")

    return st.fixed_dictionaries(given).map(made)


def updates(kind: type, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=fields).map(lambda values: kind(**values))


async def passing(shop: Shop, pick: object, minutes: int) -> None:
    shop.clock.pass_by(minutes=minutes)


NEW_CUSTOMER = step(
    "create customer",
    lambda shop, pick, command: shop.customers.create(command, CALLER),
    command=st.builds(
        CustomerCreate,
        name=st.none() | NAMES,
        reference=st.none() | REFERENCES,
        email=st.none() | EMAILS,
        tags=TAGS,
        status=st.sampled_from(CustomerStatus),
    ),
)
CUSTOMERS = st.one_of(
    NEW_CUSTOMER,
    step(
        "update customer",
        lambda shop, pick, at, command, version: shop.customers.update(
            pick(CustomerRead, at), command, CALLER, version=version
        ),
        at=PLACES,
        command=updates(CustomerUpdate, name=st.none() | NAMES, email=st.none() | EMAILS, tags=TAGS),
        version=VERSIONS,
    ),
    step("delete customer", lambda shop, pick, at: shop.customers.delete(pick(CustomerRead, at), CALLER), at=PLACES),
    step("restore customer", lambda shop, pick, at: shop.customers.restore(pick(CustomerRead, at), CALLER), at=PLACES),
    step("erase customer", lambda shop, pick, at: shop.erasures.erase(pick(CustomerRead, at), CALLER), at=PLACES),
    step(
        "purge",
        lambda shop, pick, minutes: shop.erasures.purge(timedelta(minutes=minutes), CALLER),
        minutes=st.integers(0, 3),
    ),
)
NEW_BOOK = step(
    "create book",
    lambda shop, pick, command: shop.books.create(command, CALLER),
    command=st.builds(
        BookCreate,
        title=NAMES,
        author=NAMES,
        isbn=st.sampled_from(ISBNS),
        published_date=st.sampled_from([None, "1815", "1815-12"]),
        price=st.none() | st.builds(MoneyInput, amount=AMOUNTS, currency=st.sampled_from(["EUR", "JPY"])),
        categories=TAGS,
    ),
)
BOOKS = st.one_of(
    NEW_BOOK,
    step(
        "update book",
        lambda shop, pick, at, command, version: shop.books.update(
            pick(BookResponse, at), command, CALLER, version=version
        ),
        at=PLACES,
        command=updates(BookUpdate, title=NAMES, isbn=st.sampled_from(ISBNS), price=st.none(), categories=TAGS),
        version=VERSIONS,
    ),
    step("delete book", lambda shop, pick, at: shop.books.delete(pick(BookResponse, at), CALLER), at=PLACES),
    step("restore book", lambda shop, pick, at: shop.books.restore(pick(BookResponse, at), CALLER), at=PLACES),
    step("find book", lambda shop, pick, isbn: shop.books.get_by_isbn(isbn), isbn=st.sampled_from(ISBNS)),
)


async def place(shop: Shop, pick: Pick, lines: Any, customer: int | None, **head: Any) -> object:
    customer_id = None if customer is None else pick(CustomerRead, customer)
    return await shop.orders.place(OrderCreate(lines=lines, customer_id=customer_id, **head), CALLER)


async def take_back(shop: Shop, pick: Pick, at: int, pieces: Any, reference: str | None) -> object:
    lines = [OrderReturnLine(line=number, quantity=quantity) for number, quantity in pieces]
    return await shop.orders.take_back(pick(OrderRead, at), OrderReturnCreate(lines=lines, reference=reference), CALLER)


async def take_back_alone(shop: Shop, pick: Pick, lines: Any, customer: int | None) -> object:
    customer_id = None if customer is None else pick(CustomerRead, customer)
    return await shop.orders.take_back_alone(ReturnCreate(currency="EUR", lines=lines, customer_id=customer_id), CALLER)


NEW_ORDER = step(
    "place",
    place,
    lines=st.lists(LINES, min_size=1, max_size=3),
    customer=st.none() | PLACES,
    currency=st.sampled_from(["EUR", "JPY"]),
    channel=st.sampled_from(["web", "shop"]),
    reference=st.none() | REFERENCES,
    tax=AMOUNTS,
)
ORDERS = st.one_of(
    NEW_ORDER,
    step(
        "take back",
        take_back,
        at=PLACES,
        pieces=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2)), min_size=1, max_size=2),
        reference=st.none() | REFERENCES,
    ),
    step(
        "take back alone",
        take_back_alone,
        lines=st.lists(RETURNED, min_size=1, max_size=2),
        customer=st.none() | PLACES,
    ),
    step(
        "cancel",
        lambda shop, pick, at, version: shop.orders.cancel(pick(OrderRead, at), CALLER, version=version),
        at=PLACES,
        version=VERSIONS,
    ),
)


async def review(shop: Shop, pick: Pick, book: int, customer: int, stars: int, text: str) -> object:
    command = ReviewCreate(
        book_id=pick(BookResponse, book), customer_id=pick(CustomerRead, customer), rating=stars, text=text
    )
    return await shop.reviews.create(command, CALLER)


NEW_REVIEW = step("review", review, book=PLACES, customer=PLACES, stars=st.integers(1, 5), text=NAMES)
REVIEWS = st.one_of(
    NEW_REVIEW,
    step(
        "update review",
        lambda shop, pick, at, command, version: shop.reviews.update(
            pick(ReviewRead, at), command, CALLER, version=version
        ),
        at=PLACES,
        command=updates(ReviewUpdate, rating=st.integers(1, 5), text=NAMES),
        version=VERSIONS,
    ),
    step("publish", lambda shop, pick, at: shop.reviews.publish(pick(ReviewRead, at), CALLER), at=PLACES),
    step(
        "reject",
        lambda shop, pick, at: shop.reviews.reject(pick(ReviewRead, at), ReviewRejection(reason="rude"), CALLER),
        at=PLACES,
    ),
    step("delete review", lambda shop, pick, at: shop.reviews.delete(pick(ReviewRead, at), CALLER), at=PLACES),
    step("restore review", lambda shop, pick, at: shop.reviews.restore(pick(ReviewRead, at), CALLER), at=PLACES),
)


async def merge(shop: Shop, pick: Pick, into: int, other: int) -> object:
    return await shop.authors.merge(pick(AuthorRead, into), AuthorMerge(from_id=pick(AuthorRead, other)), CALLER)


async def authors(shop: Shop, _: object, words: str) -> object:
    return await shop.authors.list(read_listing(AUTHOR_LIST, [("q", words), ("sort", "name")]))


AUTHORS = st.one_of(
    step(
        "create author",
        lambda shop, pick, name: shop.authors.create(AuthorCreate(name=name), CALLER),
        name=NAMES,
    ),
    step(
        "rename author",
        lambda shop, pick, at, name: shop.authors.update(pick(AuthorRead, at), AuthorUpdate(name=name), CALLER),
        at=PLACES,
        name=NAMES,
    ),
    step("merge authors", merge, into=PLACES, other=PLACES),
    step("unmerge author", lambda shop, pick, at: shop.authors.unmerge(pick(AuthorRead, at), CALLER), at=PLACES),
    step("delete author", lambda shop, pick, at: shop.authors.delete(pick(AuthorRead, at), CALLER), at=PLACES),
    step("restore author", lambda shop, pick, at: shop.authors.restore(pick(AuthorRead, at), CALLER), at=PLACES),
    step("find authors", authors, words=st.sampled_from(["", "ada", "zolc"])),
)
WAIT = step("wait", passing, minutes=st.integers(1, 3))
STEPS = st.one_of(CUSTOMERS, BOOKS, BOOKS, AUTHORS, REVIEWS, REVIEWS, ORDERS, ORDERS, WAIT)


async def outcome(shop: Shop, made: dict[type, list[UUID]], one: Step) -> object:
    """What a step gives, or how it is refused; ids that it makes are noted."""

    def pick(kind: type, place: int) -> UUID:
        of_kind = made.get(kind)
        return of_kind[place % len(of_kind)] if of_kind else UUID(int=0)

    try:
        result = await one.do(shop, pick)
    except Invalid as error:
        return type(error), error.problems
    except (DomainError, ApplicationError) as error:
        return type(error), error.code, error.detail
    if isinstance(result, BookResponse):
        note(made, AuthorRead, *(author.id for author in result.authors))
    if isinstance(result, CustomerRead | AuthorRead | BookResponse | OrderRead | ReviewRead):
        note(made, type(result), result.id)
    return result


def note(made: dict[type, list[UUID]], kind: type, *ids: UUID) -> None:
    """Ids that later steps may name, in the order in which they were first told."""
    made[kind] = list(dict.fromkeys([*made.get(kind, ()), *ids]))


async def everything(ports: StorePorts) -> dict[str, object]:
    """All that can be read of a store, in several orders."""
    assert ports.orders is not None
    assert ports.returns is not None
    assert ports.events is not None
    assert ports.reviews is not None
    assert ports.authors is not None
    customers, books, orders, returns = ports.customers.list, ports.books.list, ports.orders.list, ports.returns.list
    return {
        "customers": await walked(CUSTOMER_LIST, customers, sort="name,-reference", include_deleted="true"),
        "tagged": await walked(CUSTOMER_LIST, customers, tag="a,b", status="active"),
        "named": await walked(CUSTOMER_LIST, customers, q="zolc"),
        "books": await walked(BOOK_LIST, books, sort="-title,published_date", include_deleted="true"),
        "of that time": await walked(BOOK_LIST, books, published_date__lte="1815", sort="isbn"),
        "orders": await walked(ORDER_LIST, orders, expand="lines"),
        "placed": await walked(ORDER_LIST, orders, status="placed", currency="EUR", sort="-updated_at"),
        "found": await walked(BOOK_LIST, books, q="ad"),
        "reviews": await walked(REVIEW_LIST, ports.reviews.list, sort="rating,-created_at", include_deleted="true"),
        "authors": await walked(AUTHOR_LIST, ports.authors.list, sort="name", include_deleted="true"),
        "returns": await walked(RETURN_LIST, returns, expand="lines", sort="returned_at"),
        "events": list(await ports.events()),
    }


@pytest.mark.needs("writes", "remote", "transactions", "enforces_unique", "enforces_references", "reads_orders")
@settings(
    max_examples=how_many_histories(30),
    deadline=None,
    derandomize=not drawn_anew(),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    opening=st.tuples(NEW_CUSTOMER, NEW_BOOK, NEW_ORDER, NEW_REVIEW), steps=st.lists(STEPS, min_size=46, max_size=46)
)
async def test_a_store_and_the_one_in_memory_answer_alike(
    case: StoreCase, server: Any, opening: tuple[Step, ...], steps: list[Step]
) -> None:
    async with case.open(server) as ports:
        model = memory_ports(MemoryStore())
        shop, in_memory = shop_on(ports, CountedIds()), shop_on(model, CountedIds())
        made: dict[type, list[UUID]] = {}
        made_in_memory: dict[type, list[UUID]] = {}
        for one in (*opening, *steps):
            assert await outcome(shop, made, one) == await outcome(in_memory, made_in_memory, one)
            assert made == made_in_memory
        assert await everything(ports) == await everything(model)
