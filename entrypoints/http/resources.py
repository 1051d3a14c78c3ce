"""The verbs that customers and books have in common: list, create, get, change, put away, restore."""

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, Protocol
from uuid import UUID

from litestar.types import Method
from msgspec import Struct

from application.caller import Caller
from application.listing import Listed, Listing, ListSpec
from domain.shared.lifecycle import NotDeleted
from entrypoints.http.conditions import Tag, by_version
from entrypoints.http.examples import page_of, plain
from entrypoints.http.handlers import Handlers, Nothing, Resource
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import INCLUDE_DELETED, expand_flag, list_parameters
from entrypoints.http.requests import PATCH_TYPES


class ResourceService(Protocol):
    """The use cases that such a resource has."""

    async def create(self, command: Any, caller: Caller, /) -> Any: ...
    async def get(self, item_id: UUID, /, *, include_deleted: bool = False) -> Any: ...
    async def list(self, listing: Listing, /) -> Any: ...
    async def update(self, item_id: UUID, command: Any, caller: Caller, /, *, version: int | None = None) -> Any: ...
    async def delete(self, item_id: UUID, caller: Caller, /, *, version: int | None = None) -> None: ...
    async def restore(self, item_id: UUID, caller: Caller, /, *, version: int | None = None) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceKind:
    """A resource: its nouns, its types, an example of each, and the rules of uniqueness that a write may break.

    `tag` makes its ETag: `content_tag` where others change what it shows without a version of its own. An `aliased` one
    also answers without /v1. `refusals` are what else forbids to delete and restore it. One that `moves`, by this
    error, may be merged into another. `made_example` is what a create answers with
    where that tells more than what is read.
    """

    noun: str
    plural: str
    create: type[Struct]
    update: type[Struct]
    read: type[Struct]
    listing: ListSpec
    new_example: Struct
    change_example: Struct
    example: Resource
    made_example: Resource | None = None
    unique: tuple[type[Exception], ...]
    cache_control: tuple[bytes, bytes]
    tag: Tag = by_version
    refusals: tuple[type[Exception], ...] = ()
    moves: type[Exception] | None = None
    aliased: bool = True


def resource_operations(kind: ResourceKind, service: ResourceService, handlers: Handlers) -> list[Operation]:
    """The operations of one resource, at /v1/{plural} and, unlisted, where it is aliased, at /{plural}."""
    return [*_collection(kind, service, handlers), *_item(kind, service, handlers)]


def _collection(kind: ResourceKind, service: ResourceService, handlers: Handlers) -> Sequence[Operation]:
    path = f"/v1/{kind.plural}"
    aliases = (f"/{kind.plural}",) if kind.aliased else ()
    return [
        Operation(
            id=f"get_{kind.plural}",
            method="GET",
            path=path,
            aliases=aliases,
            handler=handlers.read_list(service.list, kind.listing),
            summary=f"List {kind.plural}",
            about=getdoc(service.list) or "",
            tag=kind.plural,
            parameters=list_parameters(kind.listing),
            gives=Listed[kind.read],  # type: ignore[name-defined]  # a type made at run time, for the document
            gives_example=page_of(kind.example),
        ),
        Operation(
            id=f"create_{kind.noun}",
            method="POST",
            path=path,
            aliases=aliases,
            handler=handlers.create(kind.create, service.create, path, tag=kind.tag),
            summary=f"Create a {kind.noun}",
            about=getdoc(service.create) or "",
            tag=kind.plural,
            takes=kind.create,
            takes_example=plain(kind.new_example),
            gives=kind.read,
            gives_example=plain(kind.made_example or kind.example),
            status=201,
            tagged=True,
            located=True,
            errors=kind.unique,
        ),
    ]


def _item(kind: ResourceKind, service: ResourceService, handlers: Handlers) -> Sequence[Operation]:
    key = f"{kind.noun}_id"
    path = f"/v1/{kind.plural}/{{{key}}}"
    aliases = (path.removeprefix("/v1"),) if kind.aliased else ()
    named = (key, kind.noun)
    moved = () if kind.moves is None else (kind.moves,)

    async def present(item_id: UUID) -> int:
        version: int = (await service.get(item_id, include_deleted=True)).version
        return version

    def change(verb: str, method: Method, media_types: tuple[str, ...], note: str) -> Operation:
        return Operation(
            id=f"{verb}_{kind.noun}",
            method=method,
            path=path,
            aliases=aliases,
            handler=handlers.change(
                kind.update, service.update, present, *named, media_types=media_types, tag=kind.tag
            ),
            summary=f"Change a {kind.noun}",
            about=f"{getdoc(service.update)}\n\n{note}",
            tag=kind.plural,
            takes=kind.update,
            takes_example=plain(kind.change_example),
            media_types=media_types,
            gives=kind.read,
            gives_example=plain(kind.example),
            tagged=True,
            guarded=True,
            errors=(*kind.unique, *moved),
        )

    flags = (INCLUDE_DELETED, *([expand_flag(kind.listing.expansions)] if kind.listing.expansions else []))
    return [
        Operation(
            id=f"get_{kind.noun}",
            method="GET",
            path=path,
            aliases=aliases,
            handler=handlers.read_one(service.get, *named, flags=flags, cache_control=kind.cache_control, tag=kind.tag),
            summary=f"Get a {kind.noun}",
            about=getdoc(service.get) or "",
            tag=kind.plural,
            parameters=tuple(flag.parameter for flag in flags),
            gives=kind.read,
            gives_example=plain(kind.example),
            tagged=True,
            moves=bool(moved),
        ),
        change("update", "PUT", ("application/json",), "PATCH is the same use case."),
        change("patch", "PATCH", PATCH_TYPES, "Nested objects are replaced as a whole. PUT is the same use case."),
        Operation(
            id=f"delete_{kind.noun}",
            method="DELETE",
            path=path,
            aliases=aliases,
            handler=handlers.delete(service.delete, present, *named),
            summary=f"Delete a {kind.noun}",
            about=getdoc(service.delete) or "",
            tag=kind.plural,
            status=204,
            guarded=True,
            errors=(*kind.refusals, *moved),
        ),
        Operation(
            id=f"restore_{kind.noun}",
            method="POST",
            path=f"{path}/restore",
            aliases=tuple(f"{alias}/restore" for alias in aliases),
            handler=handlers.act(service.restore, present, *named, tag=kind.tag),
            summary=f"Restore a {kind.noun}",
            about=getdoc(service.restore) or "",
            tag=kind.plural,
            takes=Nothing,
            takes_example={},
            optional_body=True,
            gives=kind.read,
            gives_example=plain(kind.example),
            tagged=True,
            guarded=True,
            errors=(*kind.unique, *kind.refusals, NotDeleted),
        ),
    ]
