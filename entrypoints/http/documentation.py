"""/schema: the OpenAPI document and its pages, from assets of our own."""

import asyncio
import hashlib
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from litestar.types import ASGIApp, Scope
from msgspec import Struct

from application.errors import NotFound
from entrypoints.http.conditions import has_tag
from entrypoints.http.config import HttpConfig
from entrypoints.http.openapi import openapi_document
from entrypoints.http.operations import Handler, Operation
from entrypoints.http.replies import SECURITY_HEADERS, HeaderPairs, Reply, encode, see_other_place, takes_gzip
from entrypoints.http.requests import HttpRequest, refuse_query

_ASSETS = Path(__file__).parent / "assets"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
# Both pages set styles from scripts, and ReDoc searches in a worker that it makes from a blob. Nothing comes from
# anywhere else.
_PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"font-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)
_ASK_AGAIN = (b"cache-control", b"public, no-cache")


class Content(Struct, frozen=True):
    """Something that stays as it is while the process lives: plain, compressed, and its ETag."""

    media_type: str
    plain: bytes
    packed: bytes
    etag: bytes


def content(media_type: str, plain: bytes) -> Content:
    """Content from its bytes."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = packer.compress(plain) + packer.flush()
    etag = f'W/"{hashlib.blake2b(plain, digest_size=12).hexdigest()}"'.encode("ascii")
    return Content(media_type, plain, packed, etag)


@cache
def asset(name: str) -> Content:
    """A file of the assets. Raises KeyError when it is none that is served."""
    path = _ASSETS / name
    return content(_MEDIA_TYPES[path.suffix], path.read_bytes())


def asset_names() -> frozenset[str]:
    """The files that are served, as `folder/file`."""
    return frozenset(f"{path.parent.name}/{path.name}" for path in _ASSETS.glob("*/*"))


def documentation_operations(operations: Sequence[Operation], config: HttpConfig) -> list[Operation]:
    """The document of `operations`, and the pages that show it. None of this is in the document."""
    names = asset_names()

    @cache
    def document() -> Content:
        # Made when it is first asked for: most processes are never asked, and all start sooner.
        return content("application/json", encode(openapi_document(operations, config.version)))

    async def get_document(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        return _reply(await asyncio.to_thread(document), request.scope)

    async def get_asset(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        name = "{folder}/{file}".format(**request.scope["path_params"])
        if name not in names:
            raise NotFound("asset", name)
        return _reply(await asyncio.to_thread(asset, name), request.scope)

    async def start(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        return see_other_place("/schema/swagger")

    def hidden(name: str, path: str, handler: Handler) -> Operation:
        return Operation(
            id=name, method="GET", path=path, handler=handler, summary="", about="", tag="service", hidden=True
        )

    return [
        hidden("get_schema", "/schema", start),
        hidden("get_openapi", "/schema/openapi.json", get_document),
        hidden("get_swagger", "/schema/swagger", _page("pages/swagger.html")),
        hidden("get_redoc", "/schema/redoc", _page("pages/redoc.html")),
        hidden("get_schema_asset", "/schema/assets/{folder}/{file}", get_asset),
    ]


def _page(name: str) -> Handler:
    async def handle(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        return _reply(await asyncio.to_thread(asset, name), request.scope)

    return handle


def _reply(found: Content, scope: Scope) -> Reply:
    policy = (b"content-security-policy", _PAGE_POLICY)
    headers: HeaderPairs = [pair for pair in SECURITY_HEADERS if pair[0] != policy[0]]
    headers += [policy, _ASK_AGAIN, (b"etag", found.etag), (b"vary", b"accept-encoding")]
    if has_tag(scope, found.etag):
        return Reply(304, headers)
    packed = takes_gzip(scope)
    body = found.packed if packed else found.plain
    headers += [(b"content-type", found.media_type.encode("ascii")), (b"content-length", b"%d" % len(body))]
    return Reply(200, [*headers, (b"content-encoding", b"gzip")] if packed else headers, body)
