"""Handlers of what belongs to a customer: as those of `Handlers`, with the id of the customer in front."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar.types import ASGIApp, Scope
from msgspec import Struct

from application.caller import Caller
from application.decoding import decode
from entrypoints.http.conditions import Tag, by_version, content_tag, expected_version
from entrypoints.http.config import HttpConfig
from entrypoints.http.handlers import resource_reply
from entrypoints.http.idempotency import claimant
from entrypoints.http.operations import Handler
from entrypoints.http.replies import Reply, empty_reply, encode, json_reply
from entrypoints.http.requests import (
    JSON_TYPES,
    HttpRequest,
    caller,
    path_id,
    read_body,
    refuse_query,
)

CUSTOMER_KEY = ("customer_id", "customer")
PartId = Callable[[Scope], Any]


class PartHandlers:
    """Builds handlers for one configuration. `part` reads from the path which of the customer's parts is meant."""

    def __init__(self, config: HttpConfig) -> None:
        self._limit = config.max_body_bytes
        self._required = config.require_if_match

    def read_one(self, get: Callable[[UUID, Any], Awaitable[Any]], part: PartId, *, tag: Tag = by_version) -> Handler:
        """One part."""

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            return resource_reply(scope, await get(path_id(scope, *CUSTOMER_KEY), part(scope)), tag)

        return handle

    def read_all(self, get: Callable[[UUID], Awaitable[Any]]) -> Handler:
        """All parts of a kind as one answer, tagged by what it shows."""

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            return resource_reply(scope, await get(path_id(scope, *CUSTOMER_KEY)), content_tag)

        return handle

    def create(
        self,
        command: type[Struct],
        use_case: Callable[[UUID, Any, Caller], Awaitable[Any]],
        place: Callable[[Any], str],
        *,
        tag: Tag = by_version,
    ) -> Handler:
        """A new part; `place` is the path of what was made."""

        def reply(made: Any) -> Reply:
            body = encode(made)
            return json_reply(
                body, 201, ((b"location", place(made).encode("ascii")), (b"etag", tag(made.version, body)))
            )

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            owner = path_id(scope, *CUSTOMER_KEY)
            body = await read_body(request, self._limit)
            return reply(await use_case(owner, decode(command, body), claimant(request, reply)))

        return handle

    def change(
        self,
        command: type[Struct],
        use_case: Callable[..., Awaitable[Any]],
        present: Callable[[UUID, Any], Awaitable[int]],
        part: PartId,
        *,
        media_types: tuple[str, ...] = JSON_TYPES,
        tag: Tag = by_version,
    ) -> Handler:
        """A change of one part; sent by POST it is done once an idempotency key."""

        def reply(changed: Any) -> Reply:
            body = encode(changed)
            return json_reply(body, extra=((b"etag", tag(changed.version, body)),))

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            owner, item = path_id(scope, *CUSTOMER_KEY), part(scope)
            version = await expected_version(scope, lambda: present(owner, item), required=self._required)
            body = await read_body(request, self._limit, media_types)
            changed = await use_case(owner, item, decode(command, body), claimant(request, reply), version=version)
            return reply(changed)

        return handle

    def delete(
        self, use_case: Callable[..., Awaitable[None]], present: Callable[[UUID, Any], Awaitable[int]], part: PartId
    ) -> Handler:
        """Takes a part away."""

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            owner, item = path_id(scope, *CUSTOMER_KEY), part(scope)
            version = await expected_version(scope, lambda: present(owner, item), required=self._required)
            await use_case(owner, item, caller(scope), version=version)
            return empty_reply(204)

        return handle

    def change_whole(
        self,
        command: type[Struct],
        use_case: Callable[..., Awaitable[Any]],
        present: Callable[[UUID], Awaitable[int]],
    ) -> Handler:
        """A verb on the customer itself with a body: merge, unmerge."""

        def reply(changed: Any) -> Reply:
            body = encode(changed)
            return json_reply(body, extra=((b"etag", by_version(changed.customer.version, body)),))

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            owner = path_id(scope, *CUSTOMER_KEY)
            version = await expected_version(scope, lambda: present(owner), required=self._required)
            body = await read_body(request, self._limit)
            return reply(await use_case(owner, decode(command, body), claimant(request, reply), version=version))

        return handle
