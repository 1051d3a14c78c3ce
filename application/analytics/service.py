"""The use cases of analytics."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from application.analytics.answering import ANSWERS, Data
from application.analytics.answers import AnswerObserver, Answers, unobserved
from application.analytics.deferred import Deferred
from application.analytics.freshness import FreshEnough
from application.analytics.lifetime import WithoutModels, fitted_buying, lifetime_answers
from application.analytics.lifetime_reports import CHURN_CUSTOMERS, CUSTOMER_PROFILE
from application.analytics.limits import LimitedFacts, Limits
from application.analytics.models import Answer, AnswerPage, ReportDefinition
from application.analytics.paging import Place, next_cursor, read_cursor
from application.analytics.profile import profile_of
from application.analytics.questions import Question, bad_query, read_question
from application.analytics.reports import REPORTS, RFM_CUSTOMERS, definitions
from application.analytics.specs import ReportSpec
from application.errors import BadQuery, NotFound
from application.ports.cache import Cache
from application.ports.computation import Computation
from application.ports.lifetime_models import LifetimeModels
from application.ports.purchases import PurchaseFacts, PurchaseView, Scores
from application.ports.system import Clock
from domain.analytics.bg_nbd import BgNbd
from domain.analytics.churn import ChurnCustomer, churn_customer
from domain.analytics.digest import answer_digest
from domain.analytics.facts import ScoredBuyer
from domain.analytics.lifetime_facts import IdleBuyer, Late
from domain.analytics.profile import CustomerProfile
from domain.analytics.rfm import Method, RfmCustomer, rfm_customer, scoring, segment_cells
from domain.analytics.scope import Scope
from domain.analytics.segments import PROSPECTS, STANDARD, SegmentTable
from domain.shared.errors import Invalid, Problem

# How many customers are asked for at once where all are wanted.
_AT_ONCE = 100_000
_OF_A_PAGE = frozenset({"limit", "cursor"})

_WITHOUT_MODELS = WithoutModels()

_UNHURRIED = Limits()


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where one store is asked."""

    facts: LimitedFacts
    answers: Answers


class AnalyticsService:
    """Each method is one use case; all parts of an answer are of one view of the store, which is asked within `limits`.

    `fresh` chooses that store where there are two, `facts` is the one where there is one. What takes a processor for
    long is left to `computation`, when the view is over, or to `models`. With a `cache` an answer is kept for who asks
    the same while the store stays the same.
    """

    def __init__(
        self,
        *,
        facts: PurchaseFacts,
        clock: Clock,
        computation: Computation,
        segments: SegmentTable = STANDARD,
        models: LifetimeModels = _WITHOUT_MODELS,
        limits: Limits = _UNHURRIED,
        cache: Cache | None = None,
        observer: AnswerObserver = unobserved,
        fresh: FreshEnough | None = None,
    ) -> None:
        self._desks: dict[str, _Desk] = {}
        for one in (facts,) if fresh is None else fresh.stores:
            limited = LimitedFacts(one, limits)
            answers = Answers(limited, segments=segments, cache=cache, observer=observer)
            self._desks[one.store] = _Desk(limited, answers)
        self._only = self._desks[facts.store]
        self._fresh = fresh
        self._computation = computation
        self._models = models
        self._reports = {**ANSWERS, **lifetime_answers(models)}
        self._clock = clock
        self._segments = segments

    async def ask(self, report: str, parameters: Iterable[tuple[str, str]]) -> Answer[Data]:
        """The answer of one report.

        - `parameters` are pairs of a name and a text, of those that the report takes.
        - One currency an answer: where the shop has several, it must be named.
        - Raises NotFound for a report that does not exist, BadQuery that names every bad parameter.
        - Raises ComputationTooLong when it takes a processor longer than it may.
        - Reports with models raise TooLittleData, FitNotConverged, and NotInstalled without what fits them.
        - Raises TooManyQuestions or QuestionTooLong beyond the limits.
        """
        spec = REPORTS.get(report)
        if spec is None:
            raise NotFound("report", report)
        question = read_question(spec, parameters, self._clock.now())
        desk = await self._desk(question)
        return await desk.answers.give(question, lambda: self._answer(desk.facts, question))

    async def rfm_customers(self, parameters: Iterable[tuple[str, str]]) -> AnswerPage[RfmCustomer]:
        """One page of the customers behind RFM, by key, then by id.

        - `segment` leaves only the customers of that segment.
        - The cursor holds the day and the currency of the first page; each page is of the store as it is by then.
        """
        asked = question = read_question(RFM_CUSTOMERS, parameters, self._clock.now())
        after: Place | None = None
        if "cursor" in question.given:
            question, after = read_cursor(question, question.text("cursor"))
        scores = self._scores(question)
        desk = await self._desk(asked)
        return await desk.answers.give(
            asked, lambda: desk.facts.read(lambda view: self._page(view, question, scores, after, desk.facts.store))
        )

    async def every_rfm_customer(self, parameters: Iterable[tuple[str, str]]) -> Answer[Sequence[RfmCustomer]]:
        """All the customers behind RFM, by key, then by id, of one view of the store.

        As `rfm_customers` otherwise. `limit` and `cursor` are of pages: they are refused, and not among the answer's
        parameters.
        """
        question = self._of_all(RFM_CUSTOMERS, parameters)
        scores = self._scores(question)
        desk = await self._desk(question)
        return await desk.answers.give(
            question, lambda: desk.facts.read(lambda view: self._everybody(view, question, scores, desk.facts.store))
        )

    async def churn_customers(self, parameters: Iterable[tuple[str, str]]) -> AnswerPage[ChurnCustomer]:
        """One page of the customers behind churn, by key, then by id.

        - `late` leaves only the customers who are late, or who are not.
        - The cursor holds the day and the currency of the first page; each page is of the store as it is by then.
        - Raises TooLittleData, FitNotConverged and NotInstalled, as churn does.
        """
        asked = question = read_question(CHURN_CUSTOMERS, parameters, self._clock.now())
        after: Place | None = None
        if "cursor" in question.given:
            question, after = read_cursor(question, question.text("cursor"))
        desk = await self._desk(asked)
        return await desk.answers.give(
            asked, lambda: desk.facts.read(lambda view: self._churn_page(view, question, after, desk.facts.store))
        )

    async def every_churn_customer(self, parameters: Iterable[tuple[str, str]]) -> Answer[Sequence[ChurnCustomer]]:
        """All the customers behind churn, by key, then by id, of one view of the store.

        As `churn_customers` otherwise; `limit` and `cursor` are refused, as for `every_rfm_customer`.
        """
        question = self._of_all(CHURN_CUSTOMERS, parameters)
        desk = await self._desk(question)
        return await desk.answers.give(
            question, lambda: desk.facts.read(lambda view: self._every_idle_buyer(view, question, desk.facts.store))
        )

    async def customer_profile(
        self, customer_id: UUID, parameters: Iterable[tuple[str, str]]
    ) -> Answer[CustomerProfile]:
        """What the reports say of one customer, known or not: of who never bought, nothing.

        - Where no model can be fitted, or none is installed, what needs one is null, with the reason.
        """
        question = read_question(CUSTOMER_PROFILE, parameters, self._clock.now())
        facts = (await self._desk(question)).facts

        async def answer(view: PurchaseView) -> Answer[CustomerProfile]:
            asked = await _in_one_currency(view, question)
            data = await profile_of(customer_id, view, asked, self._segments, self._models)
            return Answer(data=data, answer_digest=answer_digest(data), **await self._head(view, asked, facts.store))

        return await facts.read(answer)

    def definitions(self) -> Sequence[ReportDefinition]:
        """What each report means and takes."""
        return definitions(self._segments)

    async def _desk(self, question: Question) -> _Desk:
        if self._fresh is None:
            return self._only
        limit = question.values["max_lag"]
        chosen = await self._fresh.store(limit if isinstance(limit, int) else None)
        return self._desks[chosen.store]

    async def _answer(self, facts: PurchaseFacts, question: Question) -> Answer[Data]:
        found, head = await facts.read(lambda view: self._found(view, question, facts.store))
        if isinstance(found, Deferred):
            with _asked_otherwise():
                found = found.then(await self._computation.run(found.work, *found.parts))
        return Answer(data=found, answer_digest=answer_digest(found), **head)

    async def _found(
        self, view: PurchaseView, question: Question, store: str
    ) -> tuple[Data | Deferred[Any], dict[str, Any]]:
        question = await _in_one_currency(view, question)
        with _asked_otherwise():
            found = await self._reports[question.spec.name](view, question, self._segments)
        return found, await self._head(view, question, store)

    async def _page(
        self, view: PurchaseView, question: Question, scores: frozenset[Scores], after: Place | None, store: str
    ) -> AnswerPage[RfmCustomer]:
        if after is None:
            question = await _in_one_currency(view, question)
        scope, limit = question.scope, question.number("limit")
        scored, _ = scoring(await view.rfm_histograms(scope), Method(question.text("method")), scope)
        found = await view.rfm_buyers(scope, scored, scores=scores, after=after, limit=limit + 1)
        data = [rfm_customer(one, scope, self._segments) for one in found[:limit]]
        has_more = len(found) > limit
        return AnswerPage(
            data=data,
            answer_digest=answer_digest(data),
            has_more=has_more,
            next_cursor=next_cursor(question, found[limit - 1].buyer) if has_more else None,
            **await self._head(view, question, store),
        )

    async def _everybody(
        self, view: PurchaseView, question: Question, scores: frozenset[Scores], store: str
    ) -> Answer[Sequence[RfmCustomer]]:
        question = await _in_one_currency(view, question)
        scope = question.scope
        scored, _ = scoring(await view.rfm_histograms(scope), Method(question.text("method")), scope)
        data: list[RfmCustomer] = []
        after: Place | None = None
        while True:
            found = await view.rfm_buyers(scope, scored, scores=scores, after=after, limit=_AT_ONCE)
            # Of many customers this takes seconds, in which others are to be answered.
            data += await asyncio.to_thread(self._customers, found, scope)
            if len(found) < _AT_ONCE:
                break
            after = (found[-1].buyer.key, found[-1].buyer.id)
        return await self._whole(view, question, data, store)

    async def _every_idle_buyer(
        self, view: PurchaseView, question: Question, store: str
    ) -> Answer[Sequence[ChurnCustomer]]:
        question = await _in_one_currency(view, question)
        scope = question.scope
        fitted = await fitted_buying(self._models, await view.repeat_buying(scope, scope.as_of))
        data: list[ChurnCustomer] = []
        after: Place | None = None
        while True:
            found = await view.idle_buyers(scope, Late(question.text("late")), after=after, limit=_AT_ONCE)
            data += await asyncio.to_thread(_churning, found, fitted.model, scope)
            if len(found) < _AT_ONCE:
                break
            after = (found[-1].key, found[-1].id)
        return await self._whole(view, question, data, store)

    async def _whole(self, view: PurchaseView, question: Question, data: Sequence[Any], store: str) -> Answer[Any]:
        head = await self._head(view, question, store)
        head["parameters"] = {name: value for name, value in question.parameters.items() if name not in _OF_A_PAGE}
        return Answer(data=data, answer_digest=await asyncio.to_thread(answer_digest, data), **head)

    def _of_all(self, spec: ReportSpec, parameters: Iterable[tuple[str, str]]) -> Question:
        question = read_question(spec, parameters, self._clock.now())
        if given := sorted(question.given & _OF_A_PAGE):
            message = "is of pages, and here is all of the list: leave it out"
            raise BadQuery([Problem(pointer=name, code="not-of-pages", message=message) for name in given])
        return question

    def _customers(self, found: Sequence[ScoredBuyer], scope: Scope) -> list[RfmCustomer]:
        return [rfm_customer(one, scope, self._segments) for one in found]

    async def _churn_page(
        self, view: PurchaseView, question: Question, after: Place | None, store: str
    ) -> AnswerPage[ChurnCustomer]:
        if after is None:
            question = await _in_one_currency(view, question)
        scope, limit = question.scope, question.number("limit")
        fitted = await fitted_buying(self._models, await view.repeat_buying(scope, scope.as_of))
        found = await view.idle_buyers(scope, Late(question.text("late")), after=after, limit=limit + 1)
        data = [churn_customer(one, fitted.model, scope) for one in found[:limit]]
        has_more = len(found) > limit
        return AnswerPage(
            data=data,
            answer_digest=answer_digest(data),
            has_more=has_more,
            next_cursor=next_cursor(question, found[limit - 1]) if has_more else None,
            **await self._head(view, question, store),
        )

    async def _head(self, view: PurchaseView, question: Question, store: str) -> dict[str, Any]:
        return {
            "report": question.spec.name,
            "definition": question.spec.defined(self._segments).definition,
            "parameters": question.parameters,
            "as_of": question.scope.as_of,
            "watermark": await view.watermark(),
            "store": store,
        }

    def _scores(self, question: Question) -> frozenset[Scores]:
        if "segment" not in question.given:
            return frozenset().union(*(segment_cells(self._segments, name) for name in self._segments.names))
        segment = question.text("segment")
        if segment not in self._segments.names:
            names = ", ".join(self._segments.names)
            why = f"must be one of: {names}" + (" (prospects have no scores)" if segment == PROSPECTS else "")
            raise bad_query("segment", "unknown-segment", why)
        return segment_cells(self._segments, segment)


def _churning(found: Sequence[IdleBuyer], model: BgNbd, scope: Scope) -> list[ChurnCustomer]:
    return [churn_customer(one, model, scope) for one in found]


@contextmanager
def _asked_otherwise() -> Iterator[None]:
    """A report that cannot be made of what was asked for is to be asked for otherwise."""
    try:
        yield
    except Invalid as error:
        raise BadQuery(replace(one, pointer=one.pointer.removeprefix("/")) for one in error.problems) from None


async def _in_one_currency(view: PurchaseView, question: Question) -> Question:
    if question.scope.currency is not None:
        return question
    found = await view.currencies()
    if len(found) > 1:
        message = f"must be given, since there are sales in several: {', '.join(found)}"
        raise bad_query("currency", "currency-required", message)
    return question.with_scope(replace(question.scope, currency=found[0] if found else None))
