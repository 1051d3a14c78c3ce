"""A store that counts so many pairs and no more says how many there are, and differs from no other by that."""

import pytest

from adapters.memory.history import MemoryHistorySink, MemoryHistorySource
from adapters.memory.purchases import MemoryPurchaseFacts
from adapters.memory.store import MemoryStore
from application.analytics.lifetime import WithoutModels
from application.analytics.verify import Backend, VerificationService
from application.errors import BadQuery
from domain.analytics.history import PurchaseHistory
from tests.support.builders import a_customer, a_line, an_order
from tests.support.definition import AtNoon, AtOnce, analytics
from tests.support.histories import batch
from tests.support.store_case import told

# In baskets: three pairs twice, of which two pairs are of what one basket has only. Of customers: six.
ADA, BOB = a_customer(reference="A"), a_customer(reference="B")
HISTORY = PurchaseHistory(
    customers=[ADA, BOB],
    orders=[
        an_order(*(a_line(n, sku=sku) for n, sku in enumerate(skus, 1)), customer=customer)
        for skus, customer in (("abc", ADA), ("abd", BOB))
    ],
)


async def facts(most_pairs: int) -> MemoryPurchaseFacts:
    store = MemoryStore()
    await MemoryHistorySink(store).write(told(batch(HISTORY), watermark=3))
    return MemoryPurchaseFacts(store, most_pairs=most_pairs)


@pytest.mark.parametrize(
    ("report", "parameters", "pairs"),
    [
        ("affinity", [("min_count", "1")], 6),
        ("affinity", [("min_count", "2")], 2),
        ("affinity", [("min_count", "1"), ("min_support", "0.6")], 2),
        ("affinity", [("unit", "customer"), ("min_count", "1")], 6),
        ("similar-products", [], 6),
        ("similar-products", [("min_count", "2")], 2),
        ("recommendations", [("customer", str(ADA.id))], 2),
    ],
)
async def test_more_pairs_are_refused_with_their_number(
    report: str, parameters: list[tuple[str, str]], pairs: int
) -> None:
    assert (await analytics(await facts(pairs)).ask(report, parameters)).report == report
    with pytest.raises(BadQuery, match=f"count {pairs} pairs or more, and it counts {pairs - 1} at most") as refused:
        await analytics(await facts(pairs - 1)).ask(report, parameters)
    assert [(one.pointer, one.code) for one in refused.value.problems] == [("min_count", "too-many-pairs")]
    assert "ANALYTICS_STORAGE" in str(refused.value)


@pytest.mark.parametrize(
    "sku", ["Mug\N{NO-BREAK SPACE}2", "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}", "x" * 2_000]
)
async def test_what_can_be_sold_can_be_asked_for(sku: str) -> None:
    assert (await analytics(await facts(0)).ask("similar-products", [("product", sku)])).store == "memory"


@pytest.mark.parametrize("text", ["", "  ", "a\u008d", "a\nb", "x" * 2_001])
async def test_what_no_product_can_be_called_is_refused(text: str) -> None:
    with pytest.raises(BadQuery) as refused:
        await analytics(await facts(0)).ask("similar-products", [("product", text)])
    assert [one.pointer for one in refused.value.problems] == ["product"]


async def test_one_product_and_somebody_new_are_never_too_many() -> None:
    none = analytics(await facts(0))
    assert (await none.ask("similar-products", [("product", "a")])).store == "memory"
    assert (await none.ask("recommendations", [])).store == "memory"


async def test_a_refusal_of_one_store_is_no_difference() -> None:
    first, second = await facts(1_000), await facts(0)
    source = MemoryStore()
    await MemoryHistorySink(source).write(told(batch(HISTORY), watermark=3))
    verification = VerificationService(
        source=MemoryHistorySource(source),
        backends={"first": Backend(facts=first), "second": Backend(facts=second)},
        clock=AtNoon(),
        computation=AtOnce(),
        models=WithoutModels(),
    )
    found = await verification.verify()
    assert found.agree
    refused = {one.report for one in found.checks if one.digests["second"] == "refused:too-many-pairs"}
    assert refused == {"affinity", "similar-products"}
