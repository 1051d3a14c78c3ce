"""Every error as application/problem+json (RFC 9457). One table says which status each kind of error has."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from inspect import getdoc
from typing import Annotated, Any
from urllib.parse import quote

import structlog
from litestar import Request
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.response.base import ASGIResponse, Response
from litestar.types import Scope
from msgspec import Meta, Struct

from application.analytics.limits import QuestionTooLong, TooManyQuestions
from application.decoding import Malformed
from application.errors import (
    AlreadyExists,
    ApplicationError,
    BadQuery,
    Conflict,
    Erased,
    MergedAway,
    NotAcceptable,
    NotFound,
    NotInstalled,
    OutcomeUnknown,
    ReadOnlyStore,
    StaleVersion,
    Unavailable,
)
from application.ports.computation import ComputationTooLong
from application.ports.idempotency import KeyInUse, KeyReused
from application.ports.mailer import MailRefused
from application.ports.warehouse import WarehouseUnreadable
from domain.shared.errors import DomainError, Invalid, Refused
from entrypoints.http.refusals import (
    BadRequest,
    ContentTooLarge,
    HttpRefusal,
    InternalError,
    MalformedIdempotencyKey,
    MalformedPrecondition,
    MethodNotAllowed,
    NoSuchPath,
    NotReady,
    PreconditionFailed,
    PreconditionRequired,
    TooManyReaders,
    UnsupportedMediaType,
)
from entrypoints.http.replies import (
    NO_STORE,
    SECURITY_HEADERS,
    HeaderPairs,
    Reply,
    encode,
    moved_permanently,
)
from entrypoints.http.requests import request_id

PROBLEM_JSON = "application/problem+json"
PROBLEMS_PATH = "/problems"
_LONGEST_DETAIL = 500
_MOST_ERRORS = 1_000
_log = structlog.get_logger("daybook.http")


@dataclass(frozen=True, slots=True)
class Kind:
    """The status and the title that one kind of error has, and its subclasses with it."""

    status: int
    title: str


KINDS: Mapping[type[Exception], Kind] = {
    Invalid: Kind(422, "Some values break a rule"),
    Refused: Kind(409, "The state of things forbids it"),
    Malformed: Kind(400, "The body is not the JSON it should be"),
    BadQuery: Kind(400, "The question cannot be asked"),
    NotFound: Kind(404, "There is no such thing"),
    Erased: Kind(410, "It was erased"),
    NotAcceptable: Kind(406, "There is no such answer in this form"),
    AlreadyExists: Kind(400, "A value that must be unique is taken"),
    Conflict: Kind(409, "Somebody else changed it in the meantime"),
    KeyInUse: Kind(409, "Another request with this idempotency key is under way"),
    KeyReused: Kind(422, "The idempotency key belongs to another request"),
    StaleVersion: Kind(412, "The version is no longer the present one"),
    MailRefused: Kind(409, "The mail is refused for good"),
    ReadOnlyStore: Kind(409, "This deployment has a warehouse only"),
    NotInstalled: Kind(501, "It is not installed here"),
    Unavailable: Kind(503, "A store cannot be reached"),
    WarehouseUnreadable: Kind(503, "The warehouse is damaged or of another version"),
    ComputationTooLong: Kind(504, "The answer takes longer to compute than it may"),
    TooManyQuestions: Kind(503, "More reports are asked for than can be counted"),
    QuestionTooLong: Kind(504, "The report takes longer than it may"),
    OutcomeUnknown: Kind(503, "It is not known whether the change was kept"),
    BadRequest: Kind(400, "The request is malformed"),
    NoSuchPath: Kind(404, "Nothing lives at this path"),
    MethodNotAllowed: Kind(405, "The path does not have this method"),
    ContentTooLarge: Kind(413, "The body is too long"),
    UnsupportedMediaType: Kind(415, "The body is of a type that is not taken"),
    MalformedPrecondition: Kind(400, "A precondition is malformed"),
    MalformedIdempotencyKey: Kind(400, "The idempotency key is malformed"),
    PreconditionFailed: Kind(412, "A precondition does not hold"),
    PreconditionRequired: Kind(428, "A change must name the version it is meant for"),
    NotReady: Kind(503, "Not ready to take requests"),
    TooManyReaders: Kind(503, "No more streams can be opened now"),
    InternalError: Kind(500, "Something went wrong on our side"),
}


class FieldProblem(Struct, frozen=True, kw_only=True):
    """One thing wrong with one field or parameter."""

    pointer: Annotated[
        str, Meta(description="A JSON Pointer (RFC 6901) into the body, or the name of a query parameter.")
    ]
    code: Annotated[str, Meta(description="Stable, kebab-case.")]
    message: Annotated[str, Meta(description="What to do about it.")]


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong (RFC 9457). `errors` names every bad field at once; `request_id` leads to it in the logs."""

    type: Annotated[str, Meta(description="The path of a page that explains this code; stable.")]
    title: Annotated[str, Meta(description="What kind of problem it is; stable.")]
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: Annotated[str, Meta(description="What happened this time.")]
    code: Annotated[str, Meta(description="Stable, kebab-case: what to branch on.")]
    instance: Annotated[str, Meta(description="The path that was asked for, without its query.")]
    request_id: str
    errors: list[FieldProblem]


class ProblemType(Struct, frozen=True, kw_only=True):
    """What a code means."""

    code: str
    type: str
    title: str
    status: int
    explanation: str


def kind_of(error: type[BaseException]) -> Kind | None:
    """The row of the table that this error, or the nearest of its ancestors, has."""
    return next((KINDS[ancestor] for ancestor in error.__mro__ if ancestor in KINDS), None)


def problem_type(error: type[Exception]) -> ProblemType:
    """What the table and its own description say of a class of errors."""
    kind = kind_of(error)
    if kind is None:
        raise LookupError(f"{error.__name__} has no row in the table of problems")
    code: str = error.code  # type: ignore[attr-defined]  # every error of the table has one
    return ProblemType(
        code=code,
        type=f"{PROBLEMS_PATH}/{code}",
        title=kind.title,
        status=kind.status,
        explanation=getdoc(error) or kind.title,
    )


def problem_types() -> list[ProblemType]:
    """Every code that an answer may carry, in alphabetical order."""
    classes = {*KINDS, *(c for c in _descendants((DomainError, ApplicationError, HttpRefusal)) if kind_of(c))}
    found = {one.code: one for one in map(problem_type, sorted(classes, key=lambda c: c.__name__))}
    return [found[code] for code in sorted(found)]


def _descendants(roots: Iterable[type[Exception]]) -> Iterable[type[Exception]]:
    for root in roots:
        yield from root.__subclasses__()
        yield from _descendants(root.__subclasses__())


def problem_reply(error: Exception, scope: Scope, extensions: Mapping[str, Any] | None = None) -> Reply:
    """The answer to an error. What is in no row of the table is answered as an internal error and logged.

    Whoever reads what was merged into something else is sent there.
    """
    known = _known(error, scope)
    if isinstance(known, MergedAway) and scope["method"] in ("GET", "HEAD"):  # type: ignore[typeddict-item]  # an HTTP scope
        return moved_permanently(_elsewhere(known, scope))
    kind = kind_of(type(known)) or KINDS[InternalError]
    code: str = known.code  # type: ignore[attr-defined]  # as above
    problem = Problem(
        type=f"{PROBLEMS_PATH}/{code}",
        title=kind.title,
        status=kind.status,
        detail=_detail(known),
        code=code,
        instance=quote(scope["path"], safe="/:@!$&'()*+,;=~", errors="replace"),
        request_id=request_id(scope),
        errors=_field_problems(known),
    )
    body = encode({**{f: getattr(problem, f) for f in problem.__struct_fields__}, **(extensions or {})})
    headers: HeaderPairs = [
        *SECURITY_HEADERS,
        NO_STORE,
        (b"content-type", PROBLEM_JSON.encode("ascii")),
        (b"content-length", b"%d" % len(body)),
    ]
    if isinstance(known, Unavailable | KeyInUse):
        headers.append((b"retry-after", b"%d" % known.retry_after))
    if isinstance(known, HttpRefusal):
        headers.extend(known.headers)
    return Reply(kind.status, headers, body)


def _elsewhere(error: MergedAway, scope: Scope) -> str:
    # An id may stand in the path in capitals.
    path = re.sub(str(error.key), str(error.into), quote(scope["path"]), flags=re.IGNORECASE)
    query = scope["query_string"].decode("ascii", "replace")
    return f"{path}?{query}" if query else path


def _known(error: Exception, scope: Scope) -> Exception:
    if kind_of(type(error)) is not None:
        return error
    if isinstance(error, NotFoundException):
        return NoSuchPath("nothing lives at this path")
    if isinstance(error, MethodNotAllowedException):
        allow = ", ".join(sorted((error.headers or {}).get("allow", "").split(", ")))
        return MethodNotAllowed(f"the methods of this path are: {allow}", [(b"allow", allow.encode("ascii"))])
    if isinstance(error, HTTPException) and 400 <= error.status_code < 500:
        return BadRequest(error.detail)
    _log.error("unexpected error", request_id=request_id(scope), path=scope["path"], exc_info=error)
    return InternalError("something went wrong on our side; the request id leads to it in the logs")


def _field_problems(error: Exception) -> list[FieldProblem]:
    if isinstance(error, Invalid | BadQuery):
        return [
            FieldProblem(pointer=_printable(p.pointer), code=p.code, message=_printable(p.message))
            for p in error.problems[:_MOST_ERRORS]
        ]
    if isinstance(error, AlreadyExists):
        return [FieldProblem(pointer=error.field, code=error.code, message=error.message)]
    return []


def _detail(error: Exception) -> str:
    detail = _printable(error.detail)  # type: ignore[attr-defined]  # every error of the table has one
    if len(detail) <= _LONGEST_DETAIL:
        return detail
    count = len(error.problems) if isinstance(error, Invalid | BadQuery) else 0
    more = f" ({count} problems in all, of which `errors` names the first {_MOST_ERRORS} at most)" if count else ""
    return f"{detail[:_LONGEST_DETAIL]}…{more}"


def _printable(text: str) -> str:
    # A lone surrogate, which a path or a key may hold, has no UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")


class _ProblemResponse(Response[None]):
    """What Litestar's exception handling asks for, and becomes the reply as it stands."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(None)
        self._reply = reply

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        return self._reply  # type: ignore[return-value]  # it is only called, as ASGI


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[None]:
    """Litestar's exception handler for everything."""
    return _ProblemResponse(problem_reply(error, request.scope))
