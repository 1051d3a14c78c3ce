"""/v1/analytics: the reports, the customers behind RFM and churn, and what each report means."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from inspect import getdoc
from typing import Any

from litestar.types import ASGIApp
from msgspec import Struct

from application.analytics.exporting import ReportFileService, file_types
from application.analytics.lifetime_reports import CHURN_CUSTOMERS, FITTED
from application.analytics.limits import QuestionTooLong, TooManyQuestions
from application.analytics.models import Answer, AnswerPage, ReportDefinition
from application.analytics.models import Parameter as ReportParameter
from application.analytics.reports import REPORTS, RFM_CUSTOMERS
from application.analytics.service import AnalyticsService
from application.analytics.specs import ReportSpec
from application.errors import NotAcceptable, NotFound, NotInstalled
from application.ports.computation import ComputationTooLong
from domain.analytics.fitted import FitNotConverged, TooLittleData
from entrypoints.http.analytics_examples import example_of
from entrypoints.http.examples import plain
from entrypoints.http.handlers import Handlers, next_link, representation
from entrypoints.http.leaving import while_wanted
from entrypoints.http.operations import Handler, Operation, Parameter
from entrypoints.http.parameters import CURSOR
from entrypoints.http.replies import NO_STORE, REVALIDATE, encode, json_reply
from entrypoints.http.report_files import VARY, ReportFiles
from entrypoints.http.requests import HttpRequest, query_pairs, refuse_query
from entrypoints.http.schemas import LINE

_ANALYTICS = "/v1/analytics"
_MAX_CLAMPED = 999_999_999
_KINDS: Mapping[str, Mapping[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "text": {"type": "string", "minLength": 1, "maxLength": 2_000, "pattern": LINE},
}
_OWN_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "customer": {"type": "string", "format": "uuid"},
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "cursor": CURSOR,
    "tz": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_+/-]*$"},
}


class Definitions(Struct, frozen=True, kw_only=True):
    """What every report means and takes."""

    data: Sequence[ReportDefinition]


def analytics_operations(
    service: AnalyticsService, report_files: ReportFileService, handlers: Handlers
) -> list[Operation]:
    """The operations of analytics."""
    files = ReportFiles(report_files, handlers)
    return [
        *(_report(spec, service, handlers, files) for spec in REPORTS.values()),
        _rfm_customers(service, handlers, files),
        _churn_customers(service, handlers, files),
        *_definitions(service.definitions(), handlers),
    ]


def report_tag(answer: Answer[Any] | AnswerPage[Any]) -> bytes:
    """The ETag of an answer: its data by digest, and its day.

    It is weak, since the watermark moves on with every change of the shop while the answer stays the same.
    """
    digest = answer.answer_digest.removeprefix("sha256:")
    return f'W/"{digest}-{answer.as_of.isoformat()}"'.encode("ascii")


def _report(spec: ReportSpec, service: AnalyticsService, handlers: Handlers, files: ReportFiles) -> Operation:
    name = spec.name

    async def ask(pairs: Sequence[tuple[str, str]]) -> Answer[Any]:
        return await service.ask(name, pairs)

    return _asking(spec, f"{_ANALYTICS}/{name}", _answering(spec, ask, handlers, files))


def _rfm_customers(service: AnalyticsService, handlers: Handlers, files: ReportFiles) -> Operation:
    answering = _answering(RFM_CUSTOMERS, service.rfm_customers, handlers, files)
    return _asking(RFM_CUSTOMERS, f"{_ANALYTICS}/rfm/customers", answering)


def _churn_customers(service: AnalyticsService, handlers: Handlers, files: ReportFiles) -> Operation:
    answering = _answering(CHURN_CUSTOMERS, service.churn_customers, handlers, files)
    return _asking(CHURN_CUSTOMERS, f"{_ANALYTICS}/churn/customers", answering)


def _kept(spec: ReportSpec) -> tuple[bytes, bytes]:
    """Whether callers may keep the answer; what names customers is kept by nobody."""
    return NO_STORE if spec.names_customers else REVALIDATE


def _answering(
    spec: ReportSpec,
    ask: Callable[[Sequence[tuple[str, str]]], Coroutine[Any, Any, Answer[Any] | AnswerPage[Any]]],
    handlers: Handlers,
    files: ReportFiles,
) -> Handler:
    cache_control = _kept(spec)

    async def handle(request: HttpRequest) -> ASGIApp:
        scope = request.scope
        pairs = query_pairs(scope)
        if (form := files.wanted(request, spec)) is not None:
            return await files.reply(request, spec, form, pairs, cache_control)
        answer = await while_wanted(request.receive, ask(pairs))
        reply = representation(scope, answer, report_tag(answer), cache_control)
        reply.headers.append(VARY)
        if isinstance(answer, AnswerPage) and answer.next_cursor is not None:
            reply.headers.append(next_link(scope, pairs, answer.next_cursor))
        return handlers.packed(reply, scope)

    return handle


def _asking(spec: ReportSpec, path: str, handler: Handler) -> Operation:
    definition = spec.definition
    return Operation(
        id=f"get_{spec.name.replace('-', '_')}",
        method="GET",
        path=path,
        handler=handler,
        summary=definition.title,
        about=f"{definition.words}\n\n`{definition.formula}`\n\nSource: {definition.source}",
        tag="analytics",
        parameters=report_parameters(spec),
        gives=spec.answer,
        gives_example=example_of(spec.name),
        also_gives=tuple(one.media_type for one in file_types(spec)),
        tagged=True,
        counts=True,
        errors=(
            NotAcceptable,
            TooManyQuestions,
            QuestionTooLong,
            *((ComputationTooLong,) if spec.computed else ()),
            *((TooLittleData, FitNotConverged, NotInstalled) if spec.name in FITTED else ()),
        ),
    )


def report_parameters(spec: ReportSpec) -> tuple[Parameter, ...]:
    """The parameters of a report, as the document describes them."""
    return tuple(_parameter(one) for one in spec.definition.parameters)


def _parameter(given: ReportParameter) -> Parameter:
    schema = dict(_OWN_SHAPES.get(given.name) or _KINDS.get(given.kind, {}))
    if given.kind == "integer":
        most = _MAX_CLAMPED if given.clamped else given.maximum
        schema = {"type": "integer", "minimum": given.minimum, "maximum": most}
    elif given.kind == "decimal":
        schema = {"type": "string", "pattern": _decimals_to(given.maximum or 0)}
    elif given.kind == "choice":
        schema = {"type": "string", "enum": list(given.choices)}
    if given.default is not None:
        schema["default"] = int(given.default) if given.kind == "integer" else given.default
    example = int(given.example) if given.kind == "integer" else given.example
    return Parameter(name=given.name, about=given.description, schema=schema, example=example)


def _decimals_to(most: int) -> str:
    """What plain decimals from 0 to a power of ten look like, with nine digits before the point at most."""
    zeros = len(str(most)) - 1
    below = "0{1,9}" if zeros == 0 else f"0{{0,{9 - zeros}}}[0-9]{{1,{zeros}}}"
    return rf"^({below}(\.[0-9]{{1,12}})?|0{{0,{8 - zeros}}}{most}(\.0{{1,12}})?)$"


def _definitions(definitions: Sequence[ReportDefinition], handlers: Handlers) -> list[Operation]:
    every = encode(Definitions(data=definitions))
    each = {one.report: encode(one) for one in definitions}

    async def list_all(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        return handlers.packed(json_reply(every), request.scope)

    async def get_one(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        name = request.scope["path_params"]["report"]
        if name not in each:
            raise NotFound("report", name)
        return json_reply(each[name])

    return [
        Operation(
            id="get_definitions",
            method="GET",
            path=f"{_ANALYTICS}/definitions",
            handler=list_all,
            summary="What every report means",
            about=getdoc(AnalyticsService.definitions) or "",
            tag="analytics",
            gives=Definitions,
            gives_example={"data": [plain(definitions[0])]},
        ),
        Operation(
            id="get_definition",
            method="GET",
            path=f"{_ANALYTICS}/definitions/{{report}}",
            handler=get_one,
            summary="What a report means",
            about=getdoc(ReportDefinition) or "",
            tag="analytics",
            parameters=(
                Parameter(
                    name="report",
                    place="path",
                    about="The name of a report.",
                    schema={"type": "string", "enum": list(each)},
                    example=definitions[0].report,
                ),
            ),
            gives=ReportDefinition,
            gives_example=plain(definitions[0]),
        ),
    ]
