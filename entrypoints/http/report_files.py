"""Reports in other forms than JSON, as the Accept header asks: files streamed as they are made, and pictures."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlencode

from litestar.types import ASGIApp

from application.analytics.exporting import PICTURES, FileType, ReportFile, ReportFileService, file_types
from application.analytics.specs import ReportSpec
from application.errors import NotAcceptable
from entrypoints.http.conditions import has_tag, not_modified
from entrypoints.http.handlers import Handlers
from entrypoints.http.negotiation import preferred
from entrypoints.http.replies import SECURITY_HEADERS, HeaderPairs, Reply
from entrypoints.http.requests import HttpRequest, header
from entrypoints.http.streaming import Streamed

JSON_TYPE: Final = "application/json"
VARY: Final = (b"vary", b"Accept")
# A file is made in a thread; more than two at once would only wait for each other, and keep requests waiting.
_THREADS: Final = 2
# A picture that is opened on its own has its colours for light and dark in a style element.
_STYLED = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")


class ReportFiles:
    """Answers requests for reports in other forms than JSON."""

    def __init__(self, service: ReportFileService, handlers: Handlers) -> None:
        self._service = service
        self._handlers = handlers
        self._threads = ThreadPoolExecutor(_THREADS, "report-files")

    def wanted(self, request: HttpRequest, spec: ReportSpec) -> FileType | None:
        """The form that the request asks for; None for JSON. Raises NotAcceptable that says which there are."""
        accept = header(request.scope, b"accept")
        types = {one.media_type: one for one in file_types(spec)}
        best = preferred(accept, [JSON_TYPE, *types])
        if best is None:
            raise NotAcceptable(f"Accept must name one of the forms of this report: {', '.join((JSON_TYPE, *types))}")
        return types.get(best)

    async def reply(
        self,
        request: HttpRequest,
        spec: ReportSpec,
        type_: FileType,
        pairs: Sequence[tuple[str, str]],
        cache_control: tuple[bytes, bytes],
    ) -> ASGIApp:
        """The answer in that form. Raises as `ReportFileService.export`."""
        file = await self._service.export(spec.name, pairs, type_.name)
        scope, etag = request.scope, _tag(file)
        if has_tag(scope, etag):
            return not_modified(etag, cache_control)
        headers = [*_headers(file), cache_control, VARY, (b"etag", etag)]
        pieces = self._made(file.pieces())
        head = scope["method"] == "HEAD"  # type: ignore[typeddict-item]  # an HTTP scope
        # What goes wrong at its beginning can still be said.
        first = None if head else await anext(pieces, None)
        if type_.name in PICTURES and first is not None:
            return self._handlers.packed(Reply(200, [*headers, (b"content-length", b"%d" % len(first))], first), scope)
        return Reply(200, headers) if first is None else Streamed(200, headers, first, pieces)

    async def _made(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while (piece := await loop.run_in_executor(self._threads, next, pieces, None)) is not None:
            yield piece


def _tag(file: ReportFile) -> bytes:
    digest = file.answer.answer_digest.removeprefix("sha256:")
    return f'W/"{digest}-{file.answer.as_of.isoformat()}.{file.type.name}"'.encode("ascii")


def _headers(file: ReportFile) -> HeaderPairs:
    shown = b"inline" if file.type.name in PICTURES else b"attachment"
    security = dict(SECURITY_HEADERS) | ({_STYLED[0]: _STYLED[1]} if file.type.name == "svg" else {})
    return [
        *security.items(),
        (b"content-type", file.type.media_type.encode("ascii")),
        (b"content-disposition", shown + f'; filename="{file.name}"'.encode("ascii")),
        *about_headers(file.about),
    ]


def about_headers(about: Mapping[str, str]) -> HeaderPairs:
    """What a file says of itself, each in a header of its own; what has parts is one, form-encoded."""
    grouped: dict[str, Any] = {}
    for name, text in about.items():
        group, _, part = name.partition(".")
        if part:
            grouped.setdefault(group, {})[part] = text
        else:
            grouped[group] = text
    return [
        (
            f"daybook-{group.replace('_', '-')}".encode("ascii"),
            (value if isinstance(value, str) else urlencode(value)).encode("ascii"),
        )
        for group, value in grouped.items()
    ]
