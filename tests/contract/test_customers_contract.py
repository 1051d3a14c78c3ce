"""What application/ports/customers.py promises."""

from dataclasses import replace

import pytest

from application.caller import Caller
from application.customers.models import CUSTOMER_LIST, CustomerRead
from application.errors import Conflict, NotFound
from application.ports.customers import CustomerReferenceExists, EmailExists
from application.ports.history import HistoryBatch
from domain.customers.customer import Customer, CustomerStatus
from domain.customers.email_address import EmailAddress
from domain.shared.ids import CustomerId
from tests.contract.conftest import Load
from tests.support.builders import MORNING, a_customer, minutes, new_id
from tests.support.lists import asked, walked
from tests.support.store_case import StorePorts

pytestmark = pytest.mark.needs("reads_records")

CALLER = Caller("bob")
LATER = MORNING + minutes(5)
FULL = {
    "name": "Żółć Ünal 📚",
    "reference": "K-1815",
    "email": "Ada@Example.org",
    "phone": "+44 20 7946 0958",
    "status": CustomerStatus.INACTIVE,
    "tags": ["newsletter", "B2B", "a,b", '"quoted"', "{braces}"],
    "metadata": {"shelf": "A3", 'k"ey': "va\\lue\n".strip(), "ключ": "значение"},
    "by": "ünal@shop",
}


async def added(ports: StorePorts, *customers: Customer) -> None:
    async with ports.units(CALLER) as uow:
        for customer in customers:
            uow.customers.add(customer)
        await uow.commit()


async def saved(ports: StorePorts, customer: Customer) -> Customer:
    async with ports.units(CALLER) as uow:
        kept = uow.customers.save(customer)
        await uow.commit()
    return kept


async def fetched(ports: StorePorts, customer: Customer) -> Customer:
    async with ports.units(CALLER) as uow:
        return await uow.customers.get(customer.id)


def renamed(customer: Customer, name: str) -> Customer:
    return customer.edit(replace(customer.details, name=name), at=LATER, by="bob")[0]


def deleted(customer: Customer) -> Customer:
    return customer.delete(at=LATER, by="bob")[0]


class TestReading:
    async def test_every_field_is_read_as_it_was_kept(self, ports: StorePorts, load: Load) -> None:
        full = a_customer(**FULL)  # type: ignore[arg-type]  # a dict of its keyword arguments
        bare = a_customer(name=None, email="b@example.org")
        await load(HistoryBatch(customers=[full, bare]))
        assert await ports.customers.get(full.id) == CustomerRead.of(full)
        assert await ports.customers.get(bare.id) == CustomerRead.of(bare)

    async def test_what_is_not_there_is_not_found(self, ports: StorePorts) -> None:
        with pytest.raises(NotFound) as caught:
            await ports.customers.get(new_id())
        assert caught.value.kind == "customer"

    async def test_a_deleted_one_is_found_only_when_asked_for(self, ports: StorePorts, load: Load) -> None:
        gone = deleted(a_customer())
        await load(HistoryBatch(customers=[gone]))
        with pytest.raises(NotFound):
            await ports.customers.get(gone.id)
        assert await ports.customers.get(gone.id, include_deleted=True) == CustomerRead.of(gone)

    async def test_many_are_read_at_once(self, ports: StorePorts, load: Load) -> None:
        one, gone, other = a_customer(), deleted(a_customer()), a_customer()
        await load(HistoryBatch(customers=[one, gone, other]))
        found = await ports.customers.get_many({one.id, gone.id, new_id()})
        assert found == {one.id: CustomerRead.of(one), gone.id: CustomerRead.of(gone)}
        assert await ports.customers.get_many([]) == {}
        assert await ports.customers.get_many(iter([other.id])) == {other.id: CustomerRead.of(other)}


class TestListing:
    async def names(self, ports: StorePorts, **parameters: str) -> list[str | None]:
        return [one.name for one in await walked(CUSTOMER_LIST, ports.customers.list, **parameters)]

    async def test_the_newest_come_first(self, ports: StorePorts, load: Load) -> None:
        customers = [a_customer(name=str(n), at=MORNING + minutes(n)) for n in range(5)]
        await load(HistoryBatch(customers=customers))
        assert await self.names(ports) == ["4", "3", "2", "1", "0"]
        assert await self.names(ports, sort="created_at") == ["0", "1", "2", "3", "4"]

    @pytest.mark.parametrize(
        "sort", ["created_at", "-created_at", "updated_at", "name", "-name", "reference,-name", "id", "-id"]
    )
    async def test_ties_fall_to_the_id_and_pages_lose_and_repeat_none(
        self, ports: StorePorts, load: Load, sort: str
    ) -> None:
        customers = [a_customer(name=name) for name in ["b", "a", "b", "a", "b", "c", "a"]]
        await load(HistoryBatch(customers=customers))
        key = {"name": lambda one: (one.details.name, one.id), "reference,-name": None}.get(
            sort.removeprefix("-"), lambda one: one.id
        )
        found = [one.id for one in await walked(CUSTOMER_LIST, ports.customers.list, sort=sort)]
        if key is None:
            by_id = sorted(customers, key=lambda one: one.id, reverse=True)
            expected = sorted(by_id, key=lambda one: one.details.name or "", reverse=True)
        else:
            expected = sorted(customers, key=key, reverse=sort.startswith("-"))
        assert found == [one.id for one in expected]

    async def test_text_sorts_by_its_bytes_and_what_is_missing_comes_first(self, ports: StorePorts, load: Load) -> None:
        # The last two change places where text is compared by UTF-16 units, the accents where a locale is used.
        names = [None, "Zoe", "_", "adam", "adam b", "adamb", "Émile", "émile", "\uffff", "\U0001f4da"]
        await load(HistoryBatch(customers=[a_customer(name=name, email=f"{n}@x.org") for n, name in enumerate(names)]))
        expected = sorted(names, key=lambda name: (name or "").encode())
        assert await self.names(ports, sort="name") == expected
        assert await self.names(ports, sort="-name") == expected[::-1]

    async def test_what_is_deleted_is_left_out_unless_asked_for(self, ports: StorePorts, load: Load) -> None:
        await load(HistoryBatch(customers=[a_customer(name="here"), deleted(a_customer(name="gone"))]))
        assert await self.names(ports) == ["here"]
        assert await self.names(ports, include_deleted="true") == ["gone", "here"]

    @pytest.mark.parametrize(
        ("parameters", "expected"),
        [
            ({"email": "ADA@example.org"}, ["ada"]),
            ({"phone": "+44 20 7946 0958"}, ["ada"]),
            ({"reference": "K-1"}, ["ada"]),
            ({"reference": "k-1"}, []),
            ({"status": "inactive"}, ["bob"]),
            ({"tag": "gold"}, ["ada", "bob"]),
            ({"tag": "gol"}, []),
            ({"tag": "gold", "status": "active"}, ["ada"]),
            ({"created_at": "2026-03-01T09:05:00Z"}, ["bob"]),
            ({"created_at__gte": "2026-03-01T09:05:00Z"}, ["bob", "eve"]),
            ({"created_at__gt": "2026-03-01T10:05:00+01:00"}, ["eve"]),
            ({"created_at__lte": "2026-03-01T09:05:00Z"}, ["ada", "bob"]),
            ({"created_at__lt": "2026-03-01T09:05:00Z"}, ["ada"]),
            ({"created_at__gt": "2026-03-01T09:00:00Z", "created_at__lt": "2026-03-01T09:10:00Z"}, ["bob"]),
            ({"updated_at__gte": "2026-03-01T09:10:00.000001Z"}, []),
            (
                {"created_at__gte": "0001-01-01T00:00:00Z", "created_at__lt": "9999-12-31T23:59:59Z"},
                ["ada", "bob", "eve"],
            ),
        ],
        ids=str,
    )
    async def test_filters_narrow(
        self, ports: StorePorts, load: Load, parameters: dict[str, str], expected: list[str]
    ) -> None:
        ada = a_customer(
            name="ada", email="ada@example.org", phone="+442079460958", reference="K-1", tags=["new", "gold"]
        )
        bob = a_customer(name="bob", status=CustomerStatus.INACTIVE, tags=["gold"], at=MORNING + minutes(5))
        eve = a_customer(name="eve", reference="K-2", at=MORNING + minutes(10))
        await load(HistoryBatch(customers=[ada, bob, eve]))
        assert await self.names(ports, sort="created_at", **parameters) == expected

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("lovelace", ["Ada Lovelace"]),
            ("LOVELACE ada", ["Ada Lovelace"]),
            ("ada", ["Ada Lovelace", "Ada Żółć-O'Neill"]),
            ("zolc", ["Ada Żółć-O'Neill"]),
            ("żółć neill", ["Ada Żółć-O'Neill"]),
            ("ada bob", []),
            ("love", []),
            ("", ["Ada Lovelace", "Ada Żółć-O'Neill", "Bob"]),
        ],
    )
    async def test_all_words_must_be_there(
        self, ports: StorePorts, load: Load, words: str, expected: list[str]
    ) -> None:
        await load(HistoryBatch(customers=[a_customer(name=n) for n in ["Ada Lovelace", "Ada Żółć-O'Neill", "Bob"]]))
        assert await self.names(ports, q=words, sort="created_at") == expected

    async def test_a_total_is_counted_over_all_pages(self, ports: StorePorts, load: Load) -> None:
        await load(HistoryBatch(customers=[a_customer(tags=["x"] if n % 2 else []) for n in range(7)]))
        first = await asked(CUSTOMER_LIST, ports.customers.list, limit="2", tag="x", include="total")
        assert (len(first.data), first.total, first.has_more) == (2, 3, True)
        last = await asked(
            CUSTOMER_LIST, ports.customers.list, limit="2", tag="x", include="total", cursor=first.next_cursor or ""
        )
        assert (len(last.data), last.total, last.has_more) == (1, 3, False)

    async def test_a_page_that_is_just_full_is_the_last(self, ports: StorePorts, load: Load) -> None:
        await load(HistoryBatch(customers=[a_customer(), a_customer()]))
        page = await asked(CUSTOMER_LIST, ports.customers.list, limit="2")
        assert (len(page.data), page.has_more) == (2, False)

    async def test_an_empty_store_has_an_empty_page(self, ports: StorePorts) -> None:
        page = await asked(CUSTOMER_LIST, ports.customers.list, include="total")
        assert (list(page.data), page.has_more, page.total) == ([], False, 0)

    @pytest.mark.needs("writes")
    async def test_what_is_added_meanwhile_does_not_shift_the_pages(self, ports: StorePorts) -> None:
        customers = [a_customer(name=str(n), at=MORNING + minutes(n)) for n in range(4)]
        await added(ports, *customers)
        first = await asked(CUSTOMER_LIST, ports.customers.list, limit="2")
        await added(ports, a_customer(name="new", at=MORNING + minutes(9)))
        second = await asked(CUSTOMER_LIST, ports.customers.list, limit="2", cursor=first.next_cursor or "")
        assert [one.name for one in [*first.data, *second.data]] == ["3", "2", "1", "0"]


@pytest.mark.needs("writes")
class TestWriting:
    async def test_what_is_added_is_got_back_as_it_was(self, ports: StorePorts) -> None:
        full, bare = a_customer(**FULL), a_customer(name=None, reference="R")  # type: ignore[arg-type]  # as above
        await added(ports, full, bare)
        assert await fetched(ports, full) == full
        assert await fetched(ports, bare) == bare

    async def test_what_is_not_there_is_not_found(self, ports: StorePorts) -> None:
        async with ports.units(CALLER) as uow:
            with pytest.raises(NotFound):
                await uow.customers.get(CustomerId(new_id()))

    async def test_a_save_gives_the_next_version(self, ports: StorePorts) -> None:
        customer = a_customer(**FULL)  # type: ignore[arg-type]  # as above
        await added(ports, customer)
        kept = await saved(ports, renamed(customer, "Countess"))
        assert kept.lifecycle.version == 2
        assert await fetched(ports, customer) == kept
        read = await ports.customers.get(customer.id)
        assert (read.name, read.version, read.updated_at, read.updated_by) == ("Countess", 2, LATER, "bob")
        assert (read.created_at, read.created_by) == (MORNING, "ünal@shop")

    async def test_a_save_of_an_old_version_is_a_conflict(self, ports: StorePorts) -> None:
        customer = a_customer()
        await added(ports, customer)
        await saved(ports, renamed(customer, "first"))
        with pytest.raises(Conflict):
            await saved(ports, renamed(customer, "second"))
        assert (await ports.customers.get(customer.id)).name == "first"

    async def test_a_second_save_of_one_object_is_a_conflict(self, ports: StorePorts) -> None:
        customer = a_customer()
        await added(ports, customer)
        with pytest.raises(Conflict):
            async with ports.units(CALLER) as uow:
                uow.customers.save(renamed(customer, "first"))
                uow.customers.save(renamed(customer, "second"))
                await uow.commit()
        assert (await ports.customers.get(customer.id)).version == 1

    async def test_a_save_of_what_was_never_added_is_a_conflict(self, ports: StorePorts) -> None:
        with pytest.raises(Conflict):
            await saved(ports, renamed(a_customer(), "nobody"))

    async def test_one_unit_may_save_one_after_the_other(self, ports: StorePorts) -> None:
        customer = a_customer()
        await added(ports, customer)
        async with ports.units(CALLER) as uow:
            once = uow.customers.save(renamed(customer, "first"))
            uow.customers.save(renamed(once, "second"))
            await uow.commit()
        read = await ports.customers.get(customer.id)
        assert (read.name, read.version) == ("second", 3)

    async def test_a_deleted_one_is_got_and_can_come_back(self, ports: StorePorts) -> None:
        customer = a_customer()
        await added(ports, customer)
        gone = await saved(ports, deleted(customer))
        assert await fetched(ports, customer) == gone
        assert gone.lifecycle.deleted
        back = await saved(ports, gone.restore(at=LATER, by="bob")[0])
        assert (await ports.customers.get(customer.id)) == CustomerRead.of(back)

    async def test_many_are_added_in_one_go(self, ports: StorePorts) -> None:
        customers = [a_customer(**{**FULL, "email": f"{n}@x.org", "reference": f"R{n}"}) for n in range(30)]  # type: ignore[arg-type]  # as above
        async with ports.units(CALLER) as uow:
            uow.customers.add_many(iter(customers))
            uow.customers.add_many([])
            await uow.commit()
        found = await ports.customers.get_many([one.id for one in customers])
        assert found == {one.id: CustomerRead.of(one) for one in customers}

    async def test_the_living_are_found_by_reference(self, ports: StorePorts) -> None:
        one, other, gone = a_customer(reference="R1"), a_customer(reference="R2"), deleted(a_customer(reference="R3"))
        await added(ports, one, other, gone)
        async with ports.units(CALLER) as uow:
            assert await uow.customers.find_by_references(["R1", "R3", "R4", "R1"]) == {"R1": one}
            assert await uow.customers.find_by_references(["R2", "R1"]) == {"R1": one, "R2": other}
            assert await uow.customers.find_by_references([]) == {}

    async def test_the_living_are_found_by_address(self, ports: StorePorts) -> None:
        one, gone = a_customer(email="one@example.org"), deleted(a_customer(email="gone@example.org"))
        await added(ports, one, gone)
        found, deleted_one, nobody = (EmailAddress.parse(f"{name}@example.org") for name in ("one", "gone", "nobody"))
        async with ports.units(CALLER) as uow:
            assert await uow.customers.find_by_emails([found, deleted_one, nobody]) == {found: one}
            assert await uow.customers.find_by_emails([]) == {}


@pytest.mark.needs("writes", "enforces_unique")
class TestUniqueness:
    async def test_an_address_belongs_to_one_living_customer(self, ports: StorePorts) -> None:
        await added(ports, a_customer(email="ada@example.org"))
        with pytest.raises(EmailExists) as caught:
            await added(ports, a_customer(email="ADA@example.org"))
        assert (caught.value.code, caught.value.field, caught.value.detail) == (
            "email-exists",
            "/email",
            "e-mail exists",
        )

    async def test_a_reference_belongs_to_one_living_customer(self, ports: StorePorts) -> None:
        await added(ports, a_customer(reference="K-1"))
        with pytest.raises(CustomerReferenceExists):
            await added(ports, a_customer(reference="K-1"))
        await added(ports, a_customer(reference="k-1"))

    async def test_two_in_one_unit_collide_as_well(self, ports: StorePorts) -> None:
        with pytest.raises(EmailExists):
            await added(ports, a_customer(email="ada@example.org"), a_customer(email="ada@example.org"))
        with pytest.raises(CustomerReferenceExists):
            async with ports.units(CALLER) as uow:
                uow.customers.add_many([a_customer(reference="K-1"), a_customer(reference="K-1")])
                await uow.commit()
        assert (await asked(CUSTOMER_LIST, ports.customers.list, include="total")).total == 0

    async def test_what_is_missing_collides_with_nothing(self, ports: StorePorts) -> None:
        await added(ports, a_customer(), a_customer())
        assert (await asked(CUSTOMER_LIST, ports.customers.list, include="total")).total == 2

    async def test_a_change_may_not_take_what_another_has(self, ports: StorePorts) -> None:
        ada, bob = (
            a_customer(email="ada@example.org", reference="A"),
            a_customer(email="bob@example.org", reference="B"),
        )
        await added(ports, ada, bob)
        taking = replace(bob.details, email=EmailAddress.parse("ada@example.org"))
        with pytest.raises(EmailExists):
            await saved(ports, bob.edit(taking, at=LATER, by="bob")[0])
        with pytest.raises(CustomerReferenceExists):
            await saved(ports, bob.edit(replace(bob.details, reference="A"), at=LATER, by="bob")[0])
        assert await fetched(ports, bob) == bob

    async def test_what_one_gives_up_another_may_take(self, ports: StorePorts) -> None:
        ada = a_customer(email="ada@example.org", reference="A")
        await added(ports, ada)
        await saved(ports, ada.edit(replace(ada.details, email=None, reference=None), at=LATER, by="bob")[0])
        await added(ports, a_customer(email="ada@example.org", reference="A"))

    async def test_a_deleted_one_gives_up_its_own_until_it_comes_back(self, ports: StorePorts) -> None:
        ada = a_customer(email="ada@example.org", reference="A")
        await added(ports, ada)
        gone = await saved(ports, deleted(ada))
        heir = a_customer(email="ada@example.org")
        await added(ports, heir)
        with pytest.raises(EmailExists):
            await saved(ports, gone.restore(at=LATER, by="bob")[0])
        await saved(ports, deleted(heir))
        await saved(ports, gone.restore(at=LATER, by="bob")[0])
        assert (await ports.customers.get(ada.id)).email == "ada@example.org"
