import pytest

from application.caller import ANONYMOUS, Caller
from application.customers.models import CUSTOMER_LIST, CustomerCreate, CustomerUpdate
from application.errors import NotFound, StaleVersion
from application.listing import read_listing
from application.ports.customers import CustomerReferenceExists, EmailExists
from domain.customers.customer import CustomerStatus
from domain.shared.errors import Invalid
from domain.shared.lifecycle import NotDeleted
from tests.support.builders import MORNING, new_id
from tests.unit.application.conftest import Shop

BOB = Caller("bob", request_id="req-1")
EVE = Caller("eve")
ADA = CustomerCreate(name=" Ada ", email="Ada@Example.org", phone="+44 20 7946 0958", tags=["x"], metadata={"b": "2"})


def problems(error: Invalid) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.problems]


async def test_one_is_created_as_the_domain_knows_it(shop: Shop) -> None:
    made = await shop.customers.create(ADA, BOB)
    assert (made.name, made.email, made.phone) == ("Ada", "ada@example.org", "+442079460958")
    assert (made.status, made.tags, made.metadata) == (CustomerStatus.ACTIVE, ["x"], {"b": "2"})
    assert (made.version, made.created_at, made.created_by, made.updated_by) == (1, MORNING, "bob", "bob")
    assert await shop.customers.get(made.id) == made
    assert shop.events == [("customer.created", 1, "bob")]
    assert shop.store.events[0].request_id == "req-1"


async def test_all_that_is_wrong_is_named_and_nothing_is_kept(shop: Shop) -> None:
    with pytest.raises(Invalid) as caught:
        await shop.customers.create(
            CustomerCreate(name="", email="x", phone="1", reference="\n", tags=["", "a"], metadata={"k": ""}), BOB
        )
    assert problems(caught.value) == [
        ("/name", "blank"),
        ("/reference", "control-character"),
        ("/email", "invalid-email"),
        ("/phone", "invalid-phone"),
        ("/tags/0", "blank"),
        ("/metadata/k", "blank"),
    ]
    with pytest.raises(Invalid) as caught:
        await shop.customers.create(CustomerCreate(phone="x"), BOB)
    assert problems(caught.value) == [("/phone", "invalid-phone"), ("", "name-reference-or-email")]
    assert (shop.events, shop.store.customers) == ([], {})


async def test_an_address_is_taken_once(shop: Shop) -> None:
    await shop.customers.create(ADA, BOB)
    with pytest.raises(EmailExists):
        await shop.customers.create(CustomerCreate(email="ADA@example.org"), BOB)
    assert shop.events == [("customer.created", 1, "bob")]


async def test_a_change_leaves_what_is_not_given(shop: Shop) -> None:
    made = await shop.customers.create(ADA, BOB)
    later = shop.clock.pass_by(minutes=5)
    changed = await shop.customers.update(made.id, CustomerUpdate(name="Countess", phone=None, tags=["y"]), EVE)
    assert (changed.name, changed.phone, changed.tags) == ("Countess", None, ["y"])
    assert (changed.email, changed.metadata) == (made.email, made.metadata)
    assert (changed.version, changed.updated_at, changed.updated_by) == (2, later, "eve")
    assert (changed.created_at, changed.created_by) == (MORNING, "bob")
    assert await shop.customers.get(made.id) == changed
    assert shop.store.events[-1].event.changed == ("name", "phone", "tags")


async def test_a_change_to_what_it_is_changes_not_even_the_version(shop: Shop) -> None:
    made = await shop.customers.create(ADA, BOB)
    shop.clock.pass_by(minutes=5)
    same = CustomerUpdate(name="Ada ", email="ADA@example.org", phone="+44 20 79460958", metadata={" b": "2"})
    assert await shop.customers.update(made.id, same, EVE) == made
    assert await shop.customers.update(made.id, CustomerUpdate(), EVE) == made
    assert len(shop.events) == 1


async def test_a_change_may_not_take_the_last_name_away(shop: Shop) -> None:
    made = await shop.customers.create(CustomerCreate(reference="K-1"), BOB)
    with pytest.raises(Invalid) as caught:
        await shop.customers.update(made.id, CustomerUpdate(reference=None), BOB)
    assert problems(caught.value) == [("", "name-reference-or-email")]
    assert (await shop.customers.update(made.id, CustomerUpdate(reference=None, name="Ada"), BOB)).reference is None


async def test_a_version_that_is_expected_must_be_the_present_one(shop: Shop) -> None:
    made = await shop.customers.create(ADA, BOB)
    await shop.customers.update(made.id, CustomerUpdate(name="x"), BOB, version=1)
    with pytest.raises(StaleVersion, match="version 1 is not the present one: it is version 2 now"):
        await shop.customers.update(made.id, CustomerUpdate(name="y"), BOB, version=1)
    with pytest.raises(StaleVersion):
        await shop.customers.delete(made.id, BOB, version=3)
    await shop.customers.delete(made.id, BOB, version=2)
    with pytest.raises(StaleVersion):
        await shop.customers.restore(made.id, BOB, version=2)
    assert (await shop.customers.restore(made.id, BOB, version=3)).version == 4


async def test_one_is_put_away_and_comes_back(shop: Shop) -> None:
    made = await shop.customers.create(ADA, BOB)
    at = shop.clock.pass_by(minutes=1)
    await shop.customers.delete(made.id, EVE)
    with pytest.raises(NotFound):
        await shop.customers.get(made.id)
    gone = await shop.customers.get(made.id, include_deleted=True)
    assert (gone.deleted_at, gone.version, gone.updated_by) == (at, 2, "eve")
    with pytest.raises(NotFound):
        await shop.customers.delete(made.id, EVE)
    with pytest.raises(NotFound):
        await shop.customers.update(made.id, CustomerUpdate(name="x"), EVE)
    back = await shop.customers.restore(made.id, Caller())
    assert (back.deleted_at, back.version, back.updated_by) == (None, 3, ANONYMOUS)
    with pytest.raises(NotDeleted):
        await shop.customers.restore(made.id, BOB)
    assert [kind for kind, _, _ in shop.events] == ["customer.created", "customer.deleted", "customer.restored"]


async def test_one_whose_reference_was_taken_does_not_come_back(shop: Shop) -> None:
    made = await shop.customers.create(CustomerCreate(reference="K-1"), BOB)
    await shop.customers.delete(made.id, BOB)
    heir = await shop.customers.create(CustomerCreate(reference="K-1"), BOB)
    with pytest.raises(CustomerReferenceExists):
        await shop.customers.restore(made.id, BOB)
    await shop.customers.update(heir.id, CustomerUpdate(reference="K-2"), BOB)
    assert (await shop.customers.restore(made.id, BOB)).reference == "K-1"


async def test_what_is_not_there_is_not_found(shop: Shop) -> None:
    nobody = new_id()
    for asked in (
        shop.customers.get(nobody),
        shop.customers.update(nobody, CustomerUpdate(name="x"), BOB),
        shop.customers.delete(nobody, BOB),
        shop.customers.restore(nobody, BOB),
    ):
        with pytest.raises(NotFound, match=f"there is no customer {nobody}"):
            await asked


async def test_a_list_goes_on_from_its_cursor(shop: Shop) -> None:
    for name in "abc":
        await shop.customers.create(CustomerCreate(name=name), BOB)
        shop.clock.pass_by(minutes=1)
    first = await shop.customers.list(read_listing(CUSTOMER_LIST, [("limit", "2"), ("include", "total")]))
    assert ([one.name for one in first.data], first.has_more, first.total) == (["c", "b"], True, 3)
    rest = await shop.customers.list(read_listing(CUSTOMER_LIST, [("cursor", first.next_cursor or "")]))
    assert ([one.name for one in rest.data], rest.has_more, rest.next_cursor) == (["a"], False, None)
