"""The handlers, one factory a kind of operation: decode, call one use case, encode.

A factory binds a use case once; per request a handler does no look-up that could have been done before.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar.types import ASGIApp, Scope
from msgspec import Struct

from application.caller import Caller
from application.decoding import decode
from application.errors import BadQuery
from application.listing import Listed, Listing, ListSpec, read_listing
from domain.shared.errors import Problem
from entrypoints.http.conditions import Tag, by_version, content_tag, expected_version, has_tag, not_modified
from entrypoints.http.config import HttpConfig
from entrypoints.http.idempotency import claimant
from entrypoints.http.operations import Handler
from entrypoints.http.parameters import Flag, read_flags
from entrypoints.http.replies import (
    JSON,
    NO_STORE,
    SECURITY_HEADERS,
    Reply,
    compressed,
    empty_reply,
    encode,
    json_reply,
)
from entrypoints.http.requests import (
    JSON_TYPES,
    HttpRequest,
    caller,
    path_id,
    query_pairs,
    read_body,
    read_optional_body,
    refuse_query,
)
from entrypoints.http.sparse import asked_fields, projected

Command = TypeVar("Command", bound=Struct)
# What stands in a path or a query as it stands for itself, so that it can be told again without a second reading.
_PLAIN = re.compile(r"[A-Za-z0-9/=&_.,:~-]*")


class Resource(Protocol):
    """A read model that has an identity and a version."""

    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...


Changed = TypeVar("Changed", bound=Resource)


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a request that needs none: an empty object, where one is sent at all."""


class Handlers:
    """Builds handlers for one configuration.

    In every factory `key` is the name of the id in the path and `kind` what it is an id of, for the one who is told
    that there is none; `tag` makes the ETag of what is answered.
    """

    def __init__(self, config: HttpConfig) -> None:
        self._limit = config.max_body_bytes
        self._required = config.require_if_match
        self._compress_from = config.compress_from

    def read_one(
        self,
        get: Callable[..., Awaitable[Resource]],
        key: str,
        kind: str,
        *,
        flags: tuple[Flag, ...] = (),
        cache_control: tuple[bytes, bytes] = NO_STORE,
        tag: Tag = by_version,
    ) -> Handler:
        """One resource by its id."""

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            item_id = path_id(scope, key, kind)
            if not scope["query_string"]:
                return resource_reply(scope, await get(item_id), tag, cache_control)
            given = read_flags(scope, flags)
            found = await get(item_id, **given)
            return resource_reply(scope, found, content_tag if given.get("expand") else tag, cache_control)

        return handle

    def read_list(self, list_page: Callable[[Listing], Awaitable[Listed[Any]]], spec: ListSpec) -> Handler:
        """A page of a list."""

        async def handle(request: HttpRequest) -> ASGIApp:
            pairs = query_pairs(request.scope)
            page = await list_page(read_listing(spec, pairs))
            return self._page(request.scope, page, pairs)

        return handle

    def read_sublist(
        self,
        list_page: Callable[[Listing], Awaitable[Listed[Any]]],
        spec: ListSpec,
        exists: Callable[[UUID], Awaitable[object]],
        key: str,
        kind: str,
        *,
        field: str | None = None,
    ) -> Handler:
        """A page of what belongs to one resource, which must exist; `field` is the filter that stands for it.

        Without it the filter is called as the id in the path, `key`.
        """
        owned_by = field or key

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            owner = path_id(scope, key, kind)
            pairs = query_pairs(scope)
            if any(name == owned_by for name, _ in pairs):
                raise BadQuery([Problem(pointer=owned_by, code="unknown-parameter", message="is given by the path")])
            listing = read_listing(spec, [*pairs, (owned_by, str(owner))])
            await exists(owner)
            return self._page(scope, await list_page(listing), pairs)

        return handle

    def create(
        self,
        command: type[Command],
        use_case: Callable[[Command, Caller], Awaitable[Resource]],
        place: str,
        *,
        tag: Tag = by_version,
    ) -> Handler:
        """A new resource at `place`/{id}."""
        reply = partial(_created, place=place, tag=tag)

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            body = await read_body(request, self._limit)
            return reply(await use_case(decode(command, body), claimant(request, reply)))

        return handle

    def create_within(
        self,
        command: type[Command],
        use_case: Callable[[UUID, Command, Caller], Awaitable[Resource]],
        key: str,
        kind: str,
        place: str,
    ) -> Handler:
        """A new resource at `place`/{id} that belongs to the one in the path, which stays as it is."""
        reply = partial(_created, place=place)

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            owner = path_id(scope, key, kind)
            body = await read_body(request, self._limit)
            return reply(await use_case(owner, decode(command, body), claimant(request, reply)))

        return handle

    def create_under(
        self,
        command: type[Command],
        use_case: Callable[..., Awaitable[Resource]],
        present: Callable[[UUID], Awaitable[int]],
        key: str,
        kind: str,
        place: str,
    ) -> Handler:
        """A new resource at `place`/{id} that changes the one in the path."""
        reply = partial(_created, place=place)

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            owner = path_id(scope, key, kind)
            version = await self._version(scope, owner, present)
            body = await read_body(request, self._limit)
            return reply(await use_case(owner, decode(command, body), claimant(request, reply), version=version))

        return handle

    def change(
        self,
        command: type[Command],
        use_case: Callable[..., Awaitable[Changed]],
        present: Callable[[UUID], Awaitable[int]],
        key: str,
        kind: str,
        media_types: tuple[str, ...] = JSON_TYPES,
        *,
        tag: Tag = by_version,
    ) -> Handler:
        """A partial change."""

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            item_id = path_id(scope, key, kind)
            version = await self._version(scope, item_id, present)
            body = await read_body(request, self._limit, media_types)
            changed = await use_case(item_id, decode(command, body), caller(scope), version=version)
            return _changed(changed, tag)

        return handle

    def act(
        self,
        use_case: Callable[..., Awaitable[Changed]],
        present: Callable[[UUID], Awaitable[int]],
        key: str,
        kind: str,
        *,
        tag: Tag = by_version,
        place: str | None = None,
    ) -> Handler:
        """A verb that needs no body: restore, cancel. One with a `place` makes a new resource at `place`/{id}."""
        reply = partial(_changed, tag=tag) if place is None else partial(_created, place=place, tag=tag)

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            item_id = path_id(scope, key, kind)
            version = await self._version(scope, item_id, present)
            if body := await read_optional_body(request, self._limit):
                decode(Nothing, body)
            return reply(await use_case(item_id, claimant(request, reply), version=version))

        return handle

    def decide(
        self,
        command: type[Command],
        use_case: Callable[..., Awaitable[Changed]],
        present: Callable[[UUID], Awaitable[int]],
        key: str,
        kind: str,
        *,
        tag: Tag = by_version,
    ) -> Handler:
        """A verb whose body may be left out, which then is an empty object: reject."""
        reply = partial(_changed, tag=tag)

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            item_id = path_id(scope, key, kind)
            version = await self._version(scope, item_id, present)
            body = await read_optional_body(request, self._limit)
            given = decode(command, body or b"{}")
            return reply(await use_case(item_id, given, claimant(request, reply), version=version))

        return handle

    def run(self, command: type[Command], use_case: Callable[[Command, Caller], Awaitable[Struct]]) -> Handler:
        """Something that makes no resource, and is answered with what became of it."""

        async def handle(request: HttpRequest) -> ASGIApp:
            refuse_query(request.scope)
            body = await read_body(request, self._limit)
            result = await use_case(decode(command, body), claimant(request, _result))
            return self.packed(_result(result), request.scope)

        return handle

    def run_on(
        self,
        command: type[Command],
        use_case: Callable[[UUID, Command, Caller], Awaitable[Struct]],
        key: str,
        kind: str,
    ) -> Handler:
        """As `run`, with the resource in the path, and a body that may be left out."""

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            item_id = path_id(scope, key, kind)
            given = decode(command, await read_optional_body(request, self._limit) or b"{}")
            result = await use_case(item_id, given, claimant(request, _result))
            return self.packed(_result(result), scope)

        return handle

    def delete(
        self, use_case: Callable[..., Awaitable[None]], present: Callable[[UUID], Awaitable[int]], key: str, kind: str
    ) -> Handler:
        """Puts a resource away."""

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            item_id = path_id(scope, key, kind)
            version = await self._version(scope, item_id, present)
            await use_case(item_id, caller(scope), version=version)
            return empty_reply(204)

        return handle

    def packed(self, reply: Reply, scope: Scope) -> Reply:
        """`reply`, compressed where that is worth it and wanted."""
        return compressed(reply, scope, self._compress_from)

    async def _version(self, scope: Scope, item_id: UUID, present: Callable[[UUID], Awaitable[int]]) -> int | None:
        return await expected_version(scope, lambda: present(item_id), required=self._required)

    def _page(self, scope: Scope, page: Listed[Any], pairs: Sequence[tuple[str, str]]) -> Reply:
        extra = [] if page.next_cursor is None else [next_link(scope, pairs, page.next_cursor)]
        return self.packed(json_reply(encode(projected(scope, page)), extra=extra), scope)


def representation(scope: Scope, found: object, etag: bytes, cache_control: tuple[bytes, bytes] = NO_STORE) -> Reply:
    """`found` as JSON with its ETag, or the word that the caller's copy is still right."""
    if has_tag(scope, etag):
        return not_modified(etag, cache_control)
    return _represented(encode(found), etag, cache_control)


def resource_reply(
    scope: Scope, found: Resource, tag: Tag = by_version, cache_control: tuple[bytes, bytes] = NO_STORE
) -> Reply:
    """As `representation`, with the ETag that `tag` makes; that of some fields only is of what they hold."""
    shown = projected(scope, found)
    body = encode(shown)
    etag = tag(found.version, body) if shown is found else content_tag(found.version, body)
    return not_modified(etag, cache_control) if has_tag(scope, etag) else _represented(body, etag, cache_control)


def _represented(body: bytes, etag: bytes, cache_control: tuple[bytes, bytes]) -> Reply:
    headers = [*SECURITY_HEADERS, JSON, cache_control, (b"etag", etag), (b"content-length", b"%d" % len(body))]
    return Reply(200, headers, body)


def next_link(scope: Scope, pairs: Sequence[tuple[str, str]], cursor: str) -> tuple[bytes, bytes]:
    """The Link header (RFC 8288) to the next page: the same question, from the cursor on."""
    path, asked = scope["path"], scope["query_string"].decode("ascii")
    if _PLAIN.fullmatch(path) and _PLAIN.fullmatch(asked):
        kept = [part for part in asked.split("&") if part and not part.startswith("cursor=")]
        query = "&".join([*kept, f"cursor={cursor}"])
    else:
        path = quote(path)
        query = urlencode([*(pair for pair in pairs if pair[0] != "cursor"), ("cursor", cursor)])
    query += asked_fields(scope)
    return b"link", f'<{path}?{query}>; rel="next"'.encode("ascii")


def _created(made: Resource, place: str, tag: Tag = by_version) -> Reply:
    body = encode(made)
    location = f"{place}/{made.id}".encode("ascii")
    return json_reply(body, 201, ((b"location", location), (b"etag", tag(made.version, body))))


def _result(result: Struct) -> Reply:
    return json_reply(encode(result))


def _changed(changed: Resource, tag: Tag) -> Reply:
    body = encode(changed)
    return json_reply(body, extra=((b"etag", tag(changed.version, body)),))
