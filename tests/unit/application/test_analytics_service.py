import base64
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from application.analytics.lifetime_reports import CHURN_CUSTOMERS, CUSTOMER_PROFILE, FITTED
from application.analytics.models import Answer
from application.analytics.reports import REPORTS, RFM_CUSTOMERS
from application.analytics.service import AnalyticsService
from application.errors import BadQuery, NotFound
from domain.analytics.digest import answer_digest
from domain.analytics.history import PurchaseHistory
from domain.analytics.products import TopProducts
from domain.analytics.revenue import RevenueSeries
from domain.analytics.rfm import Rfm
from domain.analytics.segments import SegmentTable
from domain.analytics.summary import Summary
from tests.support.builders import a_customer, a_line, an_order
from tests.support.definition import AtNoon, AtOnce, Definition, analytics
from tests.support.regulars import regulars

JUNE = datetime(2024, 6, 1, 12, tzinfo=UTC)
Pairs = list[tuple[str, str]]


def shop(currency: str = "EUR", many: int = 5) -> PurchaseHistory:
    """Customers C0, C1 ..., who bought once, twice ..., for 10 a time."""
    customers = [a_customer(reference=f"C{number}") for number in range(many)]
    orders = [
        an_order(customer=customer, placed_at=JUNE, currency=currency)
        for number, customer in enumerate(customers, 1)
        for _ in range(number)
    ]
    return PurchaseHistory(customers=[*customers, a_customer()], orders=orders)


def service(history: PurchaseHistory | None = None) -> AnalyticsService:
    return analytics(Definition(shop() if history is None else history))


def problems(refused: pytest.ExceptionInfo[BadQuery]) -> list[tuple[str, str]]:
    return [(one.pointer, one.code) for one in refused.value.problems]


async def test_an_answer_says_what_was_asked_and_by_which_definition() -> None:
    answer = await service().ask("summary", [("returns", "ignore")])
    assert (answer.report, answer.definition.name, answer.definition.version) == ("summary", "summary", 1)
    assert answer.parameters == {
        "from": None,
        "as_of": "2026-11-04",
        "tz": "UTC",
        "currency": "EUR",
        "returns": "ignore",
        "lines": "all",
        "customers": "all",
    }
    assert (answer.as_of, answer.watermark, answer.store) == (date(2026, 11, 4), 0, "definition")
    assert answer.answer_digest == answer_digest(answer.data)
    assert isinstance(answer.data, Summary)
    assert (answer.data.customers, answer.data.orders, answer.data.revenue) == (5, 15, Decimal("150.00"))


async def test_as_of_is_tomorrow_in_the_zone() -> None:
    assert (await service().ask("summary", [("tz", "Pacific/Auckland")])).as_of == date(2026, 11, 5)
    assert (await service().ask("summary", [("tz", "America/Los_Angeles")])).as_of == date(2026, 11, 4)


async def test_every_report_answers_and_can_be_encoded() -> None:
    for name, spec in REPORTS.items():
        answer = await service(regulars()).ask(name, [("period", "month")] if name == "revenue" else [])
        wire = msgspec.json.decode(msgspec.json.encode(answer))
        assert wire["data"]["currency"] == "EUR"
        # Who may answer is no part of what was asked.
        assert {*wire["parameters"], "max_lag"} == spec.parameters.keys()
        assert msgspec.json.schema(spec.answer)
    customers = await service(regulars()).churn_customers([])
    assert msgspec.json.decode(msgspec.json.encode(customers))["data"][0]["key"] == "R000"
    page = await service().rfm_customers([])
    assert msgspec.json.decode(msgspec.json.encode(page))["data"][0]["revenue"] == "10.00"


async def test_amounts_are_exact_text_and_ratios_are_numbers() -> None:
    history = PurchaseHistory(orders=[an_order(a_line(unit_price="0.001", quantity=3))])
    data = msgspec.json.decode(msgspec.json.encode((await service(history).ask("summary", [])).data))
    assert (data["revenue"], data["average_order_value"], data["units_per_order"]) == ("0.003", "0.003", 3.0)


async def test_a_report_that_does_not_exist() -> None:
    with pytest.raises(NotFound, match="there is no report cohort"):
        await service().ask("cohort", [])
    with pytest.raises(NotFound, match="there is no report rfm-customers"):
        await service().ask("rfm-customers", [])


async def test_every_bad_parameter_is_named() -> None:
    asked: Pairs = [
        ("from", "2024-13-01"),
        ("as_of", "20240101"),
        ("tz", "Mars"),
        ("currency", "eur"),
        ("returns", "no"),
        ("period", "year"),
        ("window", "0"),
        ("by", "product"),
        ("lines", "all"),
        ("lines", "paid"),
        ("customers", "\x00"),
    ]
    with pytest.raises(BadQuery) as refused:
        await service().ask("revenue", asked)
    assert problems(refused) == [
        ("from", "bad-date"),
        ("as_of", "bad-date"),
        ("returns", "unknown-choice"),
        ("period", "unknown-choice"),
        ("window", "out-of-range"),
        ("by", "unknown-parameter"),
        ("lines", "repeated-parameter"),
        ("customers", "unknown-choice"),
        ("tz", "unknown-time-zone"),
        ("currency", "unknown-currency"),
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([("as_of", "2024-01-01"), ("from", "2024-01-01")], [("from", "from-not-before-as-of")]),
        ([("from", "2026-11-04")], [("from", "from-not-before-as-of")]),
        ([("as_of", "1899-12-31")], [("as_of", "out-of-range")]),
        ([("as_of", "9999-01-01")], [("as_of", "out-of-range")]),
        ([("as_of", "2024-02-30")], [("as_of", "bad-date")]),
        ([("as_of", "2024-W05-1")], [("as_of", "bad-date")]),
        ([("as_of", "٢٠٢٤-01-01")], [("as_of", "bad-date")]),
        ([("currency", "")], [("currency", "bad-value")]),
        ([("tz", "a" * 3_000)], [("tz", "bad-value"), ("tz", "unknown-time-zone")]),
        ([("limit", "1001")], [("limit", "out-of-range")]),
        ([("limit", "1_0")], [("limit", "out-of-range")]),
        ([("limit", "9" * 5_000)], [("limit", "out-of-range")]),
    ],
)
async def test_a_bad_parameter(asked: Pairs, found: Pairs) -> None:
    with pytest.raises(BadQuery) as refused:
        await service().ask("top-products", asked)
    assert problems(refused) == found


async def test_the_currency_is_needed_where_there_are_several() -> None:
    both = PurchaseHistory(orders=[*shop().orders, *shop("USD").orders])
    with pytest.raises(BadQuery, match="in several: EUR, USD") as refused:
        await service(both).ask("rfm", [])
    assert problems(refused) == [("currency", "currency-required")]
    with pytest.raises(BadQuery):
        await service(both).rfm_customers([])
    assert (await service(both).ask("rfm", [("currency", "USD")])).parameters["currency"] == "USD"


async def test_a_shop_that_sold_nothing_has_no_currency() -> None:
    nothing = service(PurchaseHistory(customers=[a_customer()]))
    for report in REPORTS.keys() - FITTED:
        answer = await nothing.ask(report, [])
        assert answer.parameters["currency"] is None
        assert answer.data.currency is None
    rfm = (await nothing.ask("rfm", [])).data
    assert isinstance(rfm, Rfm)
    assert (rfm.customers, rfm.prospects, rfm.cuts, rfm.cells) == (0, 1, None, [])
    assert (await nothing.rfm_customers([])).data == []


async def test_revenue_takes_a_window_by_its_period() -> None:
    for period, window in (("day", 7), ("week", 4), ("month", 3)):
        answer = await service().ask("revenue", [("period", period)])
        assert isinstance(answer.data, RevenueSeries)
        assert (answer.parameters["window"], answer.data.window) == (window, window)
    answer = await service().ask("revenue", [("period", "month"), ("window", "12")])
    assert answer.parameters["window"] == 12


async def test_revenue_of_today_is_not_finished() -> None:
    data = (await service().ask("revenue", [("from", "2026-11-02")])).data
    assert isinstance(data, RevenueSeries)
    assert [(one.start.day, one.finished) for one in data.periods] == [(2, True), (3, False)]


async def test_too_many_periods_are_a_bad_query() -> None:
    with pytest.raises(BadQuery) as refused:
        await service().ask("revenue", [("from", "1900-01-01")])
    assert problems(refused) == [("period", "too-many-periods")]


async def test_top_products_are_as_many_as_asked_for() -> None:
    lines = [a_line(number, sku=f"S{number:02}") for number in range(1, 13)]
    history = PurchaseHistory(orders=[an_order(*lines)])
    ten = (await service(history).ask("top-products", [])).data
    two = (await service(history).ask("top-products", [("limit", "2"), ("metric", "units")])).data
    assert isinstance(ten, TopProducts)
    assert isinstance(two, TopProducts)
    assert ([one.key for one in two.items], two.count, len(ten.items)) == (["S01", "S02"], 12, 10)


async def walk(asked: AnalyticsService, pairs: Pairs) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: Pairs = []
    while True:
        page = await asked.rfm_customers([*pairs, *cursor])
        found.append([one.key for one in page.data])
        assert page.has_more == (page.next_cursor is not None)
        if page.next_cursor is None:
            return found
        cursor = [("cursor", page.next_cursor)]


async def test_customers_come_in_pages_by_key() -> None:
    assert await walk(service(), [("limit", "2")]) == [["C0", "C1"], ["C2", "C3"], ["C4"]]
    assert await walk(service(), [("limit", "5")]) == [["C0", "C1", "C2", "C3", "C4"]]
    assert await walk(service(), [("limit", "100000"), ("method", "ntile")]) == [["C0", "C1", "C2", "C3", "C4"]]


async def test_customers_of_one_segment() -> None:
    rfm = (await service().ask("rfm", [])).data
    assert isinstance(rfm, Rfm)
    counted = {one.segment: one.customers for one in rfm.segments if one.customers}
    found = {name: sum(map(len, await walk(service(), [("segment", name), ("limit", "1")]))) for name in counted}
    assert found == counted
    assert sum(counted.values()) == 5


@pytest.mark.parametrize("segment", ["champions", "PROSPECTS", "X"])
async def test_an_unknown_segment_is_refused(segment: str) -> None:
    with pytest.raises(BadQuery, match="must be one of: NEW, PROMISING") as refused:
        await service().rfm_customers([("segment", segment)])
    assert problems(refused) == [("segment", "unknown-segment")]


async def test_segments_of_ones_own() -> None:
    table = SegmentTable.read(
        {"name": "ours", "rows": {str(r): ["x", "x", "x", "x", f"best {r}"] for r in range(1, 6)}}
    )
    own = AnalyticsService(facts=Definition(shop()), clock=AtNoon(), computation=AtOnce(), segments=table)
    rfm = (await own.ask("rfm", [])).data
    assert isinstance(rfm, Rfm)
    assert rfm.segment_table == table
    assert [one.segment for one in rfm.segments] == ["x", "best 5", "best 4", "best 3", "best 2", "best 1"]
    assert (await own.rfm_customers([("segment", "x")])).data
    assert (await service().ask("rfm", [])).answer_digest != (await own.ask("rfm", [])).answer_digest


async def first_cursor(pairs: Pairs, history: PurchaseHistory | None = None) -> str:
    page = await service(history).rfm_customers([("limit", "1"), *pairs])
    assert page.next_cursor is not None
    return page.next_cursor


async def test_a_cursor_keeps_the_day_and_the_currency_of_its_first_page() -> None:
    cursor = await first_cursor([])
    both = PurchaseHistory(customers=shop().customers, orders=[*shop().orders, *shop("USD").orders])

    class Later(AtNoon):
        def now(self) -> datetime:
            return datetime(2027, 2, 1, tzinfo=UTC)

    later = AnalyticsService(facts=Definition(both), clock=Later(), computation=AtOnce())
    page = await later.rfm_customers([("cursor", cursor)])
    assert (page.as_of, page.parameters["as_of"], page.parameters["currency"]) == (
        date(2026, 11, 4),
        "2026-11-04",
        "EUR",
    )


@pytest.mark.parametrize(
    "asked",
    [
        [("method", "rank")],
        [("segment", "NEW")],
        [("tz", "Europe/Berlin")],
        [("as_of", "2026-11-05")],
        [("as_of", "2026-11-04")],
        [("currency", "EUR")],
    ],
)
async def test_a_cursor_of_another_question_is_refused(asked: Pairs) -> None:
    with pytest.raises(BadQuery) as refused:
        await service().rfm_customers([("cursor", await first_cursor([])), *asked])
    assert problems(refused) == [("cursor", "bad-cursor")]


def forged(*values: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


async def test_a_cursor_that_was_made_up_is_refused() -> None:
    good = await first_cursor([])
    mark, as_of, currency, key, customer_id = msgspec.json.decode(base64.urlsafe_b64decode(good + "=="))
    assert (await service().rfm_customers([("cursor", forged(mark, as_of, currency, key, customer_id))])).data
    for cursor in (
        "x",
        "é",
        "%",
        good[:-3],
        forged(),
        forged("0" * 12, as_of, currency, key, customer_id),
        forged(mark, "0001-01-01", currency, key, customer_id),
        forged(mark, as_of, "XXQ", key, customer_id),
        forged(mark, as_of, currency, key, "1"),
        forged(mark, as_of, currency, 1, customer_id),
    ):
        with pytest.raises(BadQuery) as refused:
            await service().rfm_customers([("cursor", cursor)])
        assert problems(refused) == [("cursor", "bad-cursor")], cursor


def test_definitions_tell_every_report_and_parameter() -> None:
    told = {one.report: one for one in service().definitions()}
    assert told.keys() == {*REPORTS, RFM_CUSTOMERS.name, CHURN_CUSTOMERS.name, CUSTOMER_PROFILE.name}
    for one in told.values():
        assert all((one.words, one.formula, one.source, one.title))
        names = [parameter.name for parameter in one.parameters]
        assert len(names) == len(set(names)) >= 7
        for parameter in one.parameters:
            assert parameter.kind in ("date", "text", "integer", "decimal", "choice")
            assert parameter.description
            assert parameter.example
            assert (parameter.kind == "choice") == bool(parameter.choices)
    assert msgspec.json.encode(service().definitions())


async def test_every_default_and_example_can_be_given() -> None:
    history = regulars()
    for spec in REPORTS.values():
        for parameter in spec.parameters.values():
            for text in {parameter.default, *parameter.choices, parameter.example} - {None}:
                if parameter.name == "customer":
                    text = str(history.customers[0].id)  # noqa: PLW2901  # an example is of another shop
                asked = [(parameter.name, str(text))]
                asked += [("period", "month")] if spec.name == "revenue" and parameter.name != "period" else []
                answer: Answer[Any] = await service(history).ask(
                    spec.name, asked if text != "2026-01-01" else asked[1:]
                )
                assert answer.report == spec.name


async def test_every_customer_is_what_the_pages_are_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.analytics.service._AT_ONCE", 2)
    for many in (0, 1, 2, 3, 4, 5):
        asked = service(shop(many=many))
        everybody = await asked.every_rfm_customer([("method", "rank")])
        page = await asked.rfm_customers([("method", "rank"), ("limit", "100")])
        assert (everybody.data, everybody.answer_digest) == (page.data, page.answer_digest)
        assert everybody.parameters == {k: v for k, v in page.parameters.items() if k not in ("limit", "cursor")}
    loyal = await service().every_rfm_customer([("segment", "CHAMPIONS")])
    assert {one.segment for one in loyal.data} <= {"CHAMPIONS"}


async def test_where_all_are_asked_for_nothing_is_asked_of_pages() -> None:
    with pytest.raises(BadQuery) as refused:
        await service().every_rfm_customer([("limit", "5"), ("cursor", "abc")])
    assert problems(refused) == [("cursor", "not-of-pages"), ("limit", "not-of-pages")]
