"""Handlers of who belongs to something: joining, leaving, and a snapshot of who belongs."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from litestar.types import ASGIApp
from msgspec import Struct

from application.caller import Caller
from application.decoding import decode
from entrypoints.http.conditions import expected_version, version_tag
from entrypoints.http.config import HttpConfig
from entrypoints.http.handlers import Nothing, Resource
from entrypoints.http.idempotency import claimant
from entrypoints.http.operations import Handler
from entrypoints.http.replies import Reply, empty_reply, encode, json_reply
from entrypoints.http.requests import HttpRequest, caller, path_id, read_body, read_optional_body, refuse_query

Command = TypeVar("Command", bound=Struct)
Key = tuple[str, str]


class MemberHandlers:
    """Builds handlers for one configuration. A key is the name of an id in the path, and what it is an id of."""

    def __init__(self, config: HttpConfig) -> None:
        self._limit = config.max_body_bytes
        self._required = config.require_if_match

    def change(
        self, command: type[Command], use_case: Callable[[UUID, Command, Caller], Awaitable[Struct]], key: Key
    ) -> Handler:
        """Some join or leave; the answer says how many."""

        def reply(done: Struct) -> Reply:
            return json_reply(encode(done))

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            owner = path_id(scope, *key)
            body = await read_body(request, self._limit)
            return reply(await use_case(owner, decode(command, body), claimant(request, reply)))

        return handle

    def remove(
        self,
        use_case: Callable[..., Awaitable[None]],
        present: Callable[[UUID], Awaitable[int]],
        key: Key,
        member: Key,
    ) -> Handler:
        """One leaves; the version that is compared is that of what is left."""

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            owner, leaving = path_id(scope, *key), path_id(scope, *member)
            version = await expected_version(scope, lambda: present(owner), required=self._required)
            await use_case(owner, leaving, caller(scope), version=version)
            return empty_reply(204)

        return handle

    def capture(
        self,
        use_case: Callable[..., Awaitable[Resource]],
        present: Callable[[UUID], Awaitable[int]],
        key: Key,
        place: str,
    ) -> Handler:
        """A new resource at `place`/{id} made of who belongs; it needs no body."""

        def reply(made: Resource) -> Reply:
            location = f"{place}/{made.id}".encode("ascii")
            return json_reply(encode(made), 201, ((b"location", location), (b"etag", version_tag(made.version))))

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            owner = path_id(scope, *key)
            version = await expected_version(scope, lambda: present(owner), required=self._required)
            if body := await read_optional_body(request, self._limit):
                decode(Nothing, body)
            return reply(await use_case(owner, claimant(request, reply), version=version))

        return handle
