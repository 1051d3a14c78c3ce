"""`fields=`: an answer with these fields only. A request that does not ask for it goes the way it would go without."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any, cast, get_args, get_origin
from urllib.parse import unquote_plus

from litestar.types import ASGIApp, Scope
from msgspec import Struct

from application.errors import BadQuery
from application.listing import Listed
from domain.shared.errors import Problem
from entrypoints.http.operations import Handler, Operation, Parameter
from entrypoints.http.requests import HttpRequest, query_pairs
from entrypoints.projection import Projection, field_names

_NAME = "fields"


def with_fields(operation: Operation) -> Operation:
    """The operation, which also takes `fields` when it reads records: one that has a version, or a list of any."""
    model = _record(operation) if operation.method == "GET" and not operation.hidden else None
    if model is None:
        return operation
    names = field_names(model)
    parameter = Parameter(
        name=_NAME,
        about="Answer with these fields only, with commas between; the others are left out, required or not.",
        schema={"type": "array", "items": {"type": "string", "enum": [*names]}, "minItems": 1, "uniqueItems": True},
        example=[*names[:2]],
    )
    return replace(
        operation,
        handler=_sparse(operation.handler, model),
        parameters=(*operation.parameters, parameter),
    )


def _record(operation: Operation) -> type[Struct] | None:
    gives = operation.gives
    if get_origin(gives) is Listed:
        (model,) = get_args(gives)
        return cast("type[Struct]", model)
    if operation.tagged and isinstance(gives, type) and issubclass(gives, Struct):
        return gives if "version" in gives.__struct_fields__ else None
    return None


def _sparse(handler: Handler, model: type[Struct]) -> Handler:
    async def answer(request: HttpRequest) -> ASGIApp:
        scope = request.scope
        rest = _without_fields(scope)
        try:
            projection = _projection(model, [text for name, text in query_pairs(scope) if name == _NAME])
        except BadQuery as error:
            await _all_wrong(handler, replace(request, scope=rest), error)
            raise
        rest["state"] = {**rest["state"], "projection": projection}
        return await handler(replace(request, scope=rest))

    def handle(request: HttpRequest) -> Awaitable[ASGIApp]:
        return answer(request) if _asked(request.scope) else handler(request)

    return handle


def _projection(model: type[Struct], given: Sequence[str]) -> Projection:
    if len(given) > 1:
        raise BadQuery([Problem(pointer=_NAME, code="repeated-parameter", message="must be given once")])
    return Projection(model, given[0])


def _asked(scope: Scope) -> bool:
    # Most requests have no query, and of those that have few hold the word at all.
    return b"fields" in scope["query_string"] and any(name == _NAME for name, _ in query_pairs(scope))


async def _all_wrong(handler: Handler, request: HttpRequest, error: BadQuery) -> None:
    """Raises BadQuery that names what else is wrong with the query, where something is."""
    try:
        await handler(request)
    except BadQuery as other:
        raise BadQuery([*error.problems, *other.problems]) from None


def _without_fields(scope: Scope) -> Scope:
    parts = scope["query_string"].split(b"&")
    kept = [part for part in parts if unquote_plus(part.partition(b"=")[0].decode("ascii")) != _NAME]
    return cast("Scope", {**scope, "query_string": b"&".join(kept)})


def projected(scope: Scope, answer: Any) -> Any:
    """`answer`, or what was asked for of it."""
    projection: Projection | None = scope["state"].get("projection")
    return answer if projection is None else projection(answer)


def asked_fields(scope: Scope) -> str:
    """What a link to more of the same answer has to say of the fields; "" when all are wanted."""
    projection: Projection | None = scope["state"].get("projection")
    return "" if projection is None else f"&{_NAME}={projection.text}"
