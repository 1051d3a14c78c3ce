"""Addresses: what one is, and what the addresses of one customer keep together."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.address import MAX_ADDRESSES, AddressBook, AddressType, TooManyAddresses
from domain.customers.country import COUNTRIES, country_code
from domain.shared.errors import Invalid
from domain.shared.ids import AddressId
from tests.support.belongings import a_place, an_address, book_of
from tests.support.builders import MORNING, a_customer, minutes, new_id

LATER = MORNING + minutes(5)
WHEN: dict[str, Any] = {"at": LATER, "by": "bob"}
KINDS = st.sampled_from(AddressType)


def test_countries_are_those_of_the_standard() -> None:
    assert len(COUNTRIES) == 249
    assert {"GB", "DE", "AX", "BQ", "CW", "SS", "SX"} <= COUNTRIES
    # Withdrawn, reserved or of users' own making.
    assert not {"UK", "EU", "XK", "AN", "CS", "YU", "ZR"} & COUNTRIES
    for text in ("UK", "gb", "GBR", ""):
        with pytest.raises(Invalid):
            country_code(text)


def test_an_address_has_lines_and_a_country() -> None:
    with pytest.raises(Invalid) as caught:
        a_place(lines=[], country="XX")
    assert [one.pointer for one in caught.value.problems] == ["/lines", "/country"]
    with pytest.raises(Invalid):
        a_place(lines=["x"] * 6)
    assert a_place(lines=["x"] * 5).lines == ("x",) * 5


def test_one_place_has_one_key_however_it_is_written() -> None:
    home = a_place(lines=["12 St. James's Square"], city="London", postal_code="SW1Y 4JH")
    same = a_place(kind=AddressType.BILLING, lines=["12, ST JAMES'S", "square"], city=None, postal_code="sw1y 4jh")
    assert home.match_key == same.match_key
    assert home.match_key != replace(home, postal_code="SW1Y 4JJ").match_key
    assert home.match_key != replace(home, country="US").match_key
    assert replace(home, postal_code=None).match_key != replace(home, postal_code=None, city="Bath").match_key


def test_events_tell_of_no_place() -> None:
    ada = a_customer()
    book, address, events = book_of(ada).add(AddressId(new_id()), a_place(default=True), at=MORNING, by="bob")
    book, _, more = book.change(address, a_place(lines=["2 Elm Row"], city="Bath"), **WHEN)
    assert [(one.type, one.version, one.changed) for one in (*events, *more)] == [
        ("address.added", 1, ()),
        ("address.updated", 2, ("default", "lines", "city")),
    ]
    _, gone = book.remove(book.addresses[0], **WHEN)
    assert (gone.type, gone.version) == ("address.removed", 3)
    assert not [text for text in ("James", "Elm", "Bath", "London", "SW1Y") if text in repr((events, more, gone))]


def test_a_change_to_what_it_is_changes_nothing() -> None:
    ada = a_customer()
    book = book_of(ada, an_address(ada))
    assert book.change(book.addresses[0], book.addresses[0].details, **WHEN) == (book, book.addresses[0], ())


@given(st.lists(st.tuples(st.sampled_from(["add", "change", "remove"]), st.integers(0, 9), KINDS, st.booleans())))
def test_there_is_never_more_than_one_default_a_type(steps: list[tuple[str, int, AddressType, bool]]) -> None:
    book = AddressBook(customer_id=a_customer().id)
    for step, place, kind, default in steps:
        details = a_place(kind=kind, default=default)
        before = book
        if step == "add":
            book, address, _ = book.add(AddressId(new_id()), details, **WHEN)
        elif not book.addresses:
            continue
        elif step == "remove":
            book, _ = book.remove(book.addresses[place % len(book.addresses)], **WHEN)
            assert len(book.addresses) == len(before.addresses) - 1
            continue
        else:
            book, address, _ = book.change(book.addresses[place % len(book.addresses)], details, **WHEN)
        assert book.find(address.id) == address
        assert address.details == details
        if default:
            assert book.default(kind) == address
        for one in AddressType:
            assert sum(held.details.default and held.details.type is one for held in book.addresses) <= 1
        assert list(book.addresses) == sorted(book.addresses, key=lambda held: held.id)


def test_a_customer_has_so_many_and_no_more() -> None:
    ada = a_customer()
    full = book_of(ada, *(an_address(ada) for _ in range(MAX_ADDRESSES)))
    with pytest.raises(TooManyAddresses):
        full.add(AddressId(new_id()), a_place(), **WHEN)
