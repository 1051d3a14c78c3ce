from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from adapters.memory.history import MemoryHistorySink, MemoryHistorySource
from adapters.memory.purchases import MemoryPurchaseFacts
from adapters.memory.store import MemoryStore
from application.analytics.lifetime import WithoutModels
from application.analytics.lifetime_reports import CHURN_CUSTOMERS, FITTED
from application.analytics.reports import REPORTS, RFM_CUSTOMERS
from application.analytics.verify import Backend, Check, VerificationService, questions
from application.errors import Conflict
from application.ports.purchases import PurchaseView, Told
from domain.analytics.history import PurchaseHistory
from tests.support.builders import a_customer, a_line, an_order
from tests.support.definition import AtNoon, AtOnce
from tests.support.histories import batch
from tests.support.store_case import told

ADA = a_customer(reference="A")
HISTORY = PurchaseHistory(
    customers=[ADA], orders=[an_order(customer=ADA), an_order(a_line(unit_price="7"), currency="USD")]
)


async def a_store(history: PurchaseHistory = HISTORY) -> MemoryStore:
    store = MemoryStore()
    await MemoryHistorySink(store).write(told(batch(history), watermark=3))
    return store


class Other(MemoryPurchaseFacts):
    """A store under another name."""

    @property
    def store(self) -> str:
        return "other"


async def service(first: MemoryStore, second: MemoryStore, *, copy: bool) -> VerificationService:
    sink = MemoryHistorySink(second) if copy else None
    return VerificationService(
        source=MemoryHistorySource(first),
        backends={
            "first": Backend(facts=MemoryPurchaseFacts(first)),
            "second": Backend(facts=Other(second), sink=sink),
        },
        clock=AtNoon(),
        computation=AtOnce(),
        models=WithoutModels(),
    )


async def test_stores_with_the_same_history_agree() -> None:
    heard: list[Check] = []
    found = await (await service(await a_store(), MemoryStore(), copy=True)).verify(heard.append)
    assert found.agree
    assert (found.asked, found.disagreed, found.watermarks) == (len(heard), 0, {"first": 3, "second": 3})
    assert found.checks == heard
    assert found.asked == 2 * len(list(questions()))
    assert {one.parameters["currency"] for one in found.checks} == {"EUR", "USD"}
    assert all(set(one.digests) == {"first", "second"} and one.agree for one in found.checks)
    digests = [(one.report in FITTED, digest) for one in found.checks for digest in one.digests.values()]
    assert all(digest == "refused:too-little-data" if fitted else digest[:7] == "sha256:" for fitted, digest in digests)


async def test_stores_that_differ_are_told_by_report_and_parameters() -> None:
    fewer = PurchaseHistory(customers=HISTORY.customers, orders=HISTORY.orders[:1])
    found = await (await service(await a_store(), await a_store(fewer), copy=False)).verify()
    assert not found.agree
    differing = Counter(one.parameters["currency"] for one in found.checks if not one.agree)
    assert differing["EUR"] == 0
    assert differing["USD"] > 0
    assert found.disagreed == differing.total()
    assert all((len(set(one.digests.values())) == 1) == one.agree for one in found.checks)


async def test_empty_stores_agree() -> None:
    found = await (await service(MemoryStore(), MemoryStore(), copy=True)).verify()
    assert (found.agree, found.asked) == (True, len(list(questions())))


async def test_a_refusal_is_an_answer() -> None:
    old = PurchaseHistory(orders=[an_order(placed_at=AtNoon().now().replace(year=1900))])
    found = await (await service(await a_store(old), MemoryStore(), copy=True)).verify()
    assert found.agree
    refused = [one for one in found.checks if set(one.digests.values()) == {"refused:too-many-periods"}]
    assert {one.parameters["period"] for one in refused} == {"day"}


class Restless(MemoryPurchaseFacts):
    """A store that somebody writes to whenever it is asked."""

    def __init__(self, store: MemoryStore, times: int) -> None:
        super().__init__(store)
        self.rows = store
        self.times = times

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        answer = await super().read(question)
        if self.times:
            self.times -= 1
            self.rows.watermark += 1
        return answer


@pytest.mark.parametrize(("times", "settles"), [(1, True), (10_000, False)])
async def test_a_store_that_changes_meanwhile_is_compared_again(times: int, settles: bool) -> None:
    first, second = await a_store(), MemoryStore()
    verification = VerificationService(
        source=MemoryHistorySource(first),
        backends={
            "first": Backend(facts=Restless(first, times)),
            "second": Backend(facts=MemoryPurchaseFacts(second), sink=MemoryHistorySink(second)),
        },
        clock=AtNoon(),
        computation=AtOnce(),
        models=WithoutModels(),
    )
    if settles:
        assert (await verification.verify()).watermarks == {"first": 4, "second": 4}
    else:
        with pytest.raises(Conflict, match="changed while it was compared"):
            await verification.verify()


def test_the_questions_take_every_choice_of_every_report() -> None:
    asked = [(report, dict(parameters)) for report, parameters in questions()]
    for spec in (*REPORTS.values(), RFM_CUSTOMERS, CHURN_CUSTOMERS):
        for parameter in spec.parameters.values():
            given = {
                parameters.get(parameter.name, parameter.default) for name, parameters in asked if name == spec.name
            }
            missing = set(parameter.choices) - {str(one) for one in given}
            assert not missing or spec in (RFM_CUSTOMERS, CHURN_CUSTOMERS), (spec.name, parameter.name, missing)
