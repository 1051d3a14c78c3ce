"""The use cases of analytics."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from application.analytics.answering import ANSWERS, Data
from application.analytics.freshness import FreshEnough
from application.analytics.models import Answer, AnswerPage, ReportDefinition
from application.analytics.paging import Place, next_cursor, read_cursor
from application.analytics.questions import Question, bad_query, read_question
from application.analytics.reports import REPORTS, RFM_CUSTOMERS, definitions
from application.errors import BadQuery, NotFound
from application.ports.purchases import PurchaseFacts, PurchaseView, Scores
from application.ports.system import Clock
from domain.analytics.digest import answer_digest
from domain.analytics.rfm import Method, RfmCustomer, rfm_customer, scoring, segment_cells
from domain.analytics.segments import PROSPECTS, STANDARD, SegmentTable
from domain.shared.errors import Invalid


class AnalyticsService:
    """Each method is one use case; all parts of an answer are of one view of the store.

    `fresh` chooses that store where there are two, `facts` is the one where there is one.
    """

    def __init__(
        self,
        *,
        facts: PurchaseFacts,
        clock: Clock,
        segments: SegmentTable = STANDARD,
        fresh: FreshEnough | None = None,
    ) -> None:
        self._facts = facts
        self._fresh = fresh
        self._clock = clock
        self._segments = segments

    async def ask(self, report: str, parameters: Iterable[tuple[str, str]]) -> Answer[Data]:
        """The answer of one report.

        - `parameters` are pairs of a name and a text, of those that the report takes.
        - One currency an answer: where the shop has several, it must be named.
        - Raises NotFound for a report that does not exist, BadQuery that names every bad parameter.
        """
        spec = REPORTS.get(report)
        if spec is None:
            raise NotFound("report", report)
        question = read_question(spec, parameters, self._clock.now())
        facts = await self._store(question)
        return await facts.read(lambda view: self._answer(view, question, facts.store))

    async def rfm_customers(self, parameters: Iterable[tuple[str, str]]) -> AnswerPage[RfmCustomer]:
        """One page of the customers behind RFM, by key, then by id.

        - `segment` leaves only the customers of that segment.
        - The cursor holds the day and the currency of the first page; each page is of the store as it is by then.
        """
        question = read_question(RFM_CUSTOMERS, parameters, self._clock.now())
        after: Place | None = None
        if "cursor" in question.given:
            question, after = read_cursor(question, question.text("cursor"))
        scores = self._scores(question)
        facts = await self._store(question)
        return await facts.read(lambda view: self._page(view, question, scores, after, facts.store))

    def definitions(self) -> Sequence[ReportDefinition]:
        """What each report means and takes."""
        return definitions(self._segments)

    async def _store(self, question: Question) -> PurchaseFacts:
        if self._fresh is None:
            return self._facts
        limit = question.values["max_lag"]
        return await self._fresh.store(limit if isinstance(limit, int) else None)

    async def _answer(self, view: PurchaseView, question: Question, store: str) -> Answer[Data]:
        question = await _in_one_currency(view, question)
        try:
            data = await ANSWERS[question.spec.name](view, question, self._segments)
        except Invalid as error:
            raise BadQuery(replace(one, pointer=one.pointer.removeprefix("/")) for one in error.problems) from None
        return Answer(data=data, answer_digest=answer_digest(data), **await self._head(view, question, store))

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


async def _in_one_currency(view: PurchaseView, question: Question) -> Question:
    if question.scope.currency is not None:
        return question
    found = await view.currencies()
    if len(found) > 1:
        message = f"must be given, since there are sales in several: {', '.join(found)}"
        raise bad_query("currency", "currency-required", message)
    return question.with_scope(replace(question.scope, currency=found[0] if found else None))
