"""The services on the ports of a store, with a clock that is set by hand."""

from dataclasses import dataclass

from application.authors.service import AuthorService
from application.books.batch import BookBatchService
from application.books.service import BookService
from application.customers.addresses import AddressService
from application.customers.consents import ConsentService
from application.customers.duplicates import DuplicateService
from application.customers.erasing import ErasureService
from application.customers.merging import MergeService
from application.customers.service import CustomerService
from application.groups.service import GroupService
from application.orders.service import OrderService
from application.ports.system import IdGenerator
from application.reviews.service import ReviewService
from application.segments.service import SegmentService
from tests.support.clocks import AscendingIds, SetClock
from tests.support.store_case import StorePorts


@dataclass(frozen=True, kw_only=True)
class Shop:
    """All services on one store."""

    clock: SetClock
    customers: CustomerService
    addresses: AddressService
    consents: ConsentService
    erasures: ErasureService
    authors: AuthorService
    merges: MergeService
    duplicates: DuplicateService
    books: BookService
    book_batches: BookBatchService
    orders: OrderService
    reviews: ReviewService
    groups: GroupService
    segments: SegmentService


def shop_on(ports: StorePorts, ids: IdGenerator | None = None) -> Shop:
    """A shop on these ports, in the morning."""
    assert ports.authors is not None
    assert ports.orders is not None
    assert ports.returns is not None
    assert ports.reviews is not None
    assert ports.groups is not None
    assert ports.segments is not None
    assert ports.addresses is not None
    assert ports.consents is not None
    assert ports.people is not None
    assert ports.merges is not None
    assert ports.duplicates is not None
    clock, units, ids = SetClock(), ports.units, ids or AscendingIds()
    return Shop(
        clock=clock,
        customers=CustomerService(units=units, reader=ports.customers, clock=clock, ids=ids),
        addresses=AddressService(units=units, reader=ports.addresses, customers=ports.customers, clock=clock, ids=ids),
        consents=ConsentService(units=units, reader=ports.consents, customers=ports.customers, clock=clock, ids=ids),
        erasures=ErasureService(units=units, people=ports.people, clock=clock),
        authors=AuthorService(units=units, reader=ports.authors, clock=clock, ids=ids),
        book_batches=BookBatchService(units=units, clock=clock, ids=ids),
        duplicates=DuplicateService(reader=ports.duplicates, customers=ports.customers),
        merges=MergeService(units=units, reader=ports.merges, clock=clock, ids=ids),
        books=BookService(units=units, reader=ports.books, clock=clock, ids=ids),
        orders=OrderService(
            units=units,
            orders=ports.orders,
            returns=ports.returns,
            customers=ports.customers,
            books=ports.books,
            clock=clock,
            ids=ids,
        ),
        reviews=ReviewService(
            units=units, reader=ports.reviews, books=ports.books, customers=ports.customers, clock=clock, ids=ids
        ),
        groups=GroupService(units=units, reader=ports.groups, customers=ports.customers, clock=clock, ids=ids),
        segments=SegmentService(units=units, reader=ports.segments, clock=clock, ids=ids),
    )
