"""Conditional requests (RFC 9110, section 13): ETags, If-None-Match on reading, If-Match on writing.

An ETag is `"<version>"`, or `"<version>-<digest>"` where the answer holds more than the resource itself, so that a
change can always be tied to the version of the aggregate and a copy to its exact content.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable

from litestar.types import Scope

from entrypoints.http.refusals import MalformedPrecondition, PreconditionFailed, PreconditionRequired
from entrypoints.http.replies import NO_STORE, SECURITY_HEADERS, Reply
from entrypoints.http.requests import header

_TAG = rb'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rb"[ \t,]*" + _TAG + rb"(?:[ \t]*,[ \t,]*" + _TAG + rb")*[ \t,]*")
_EACH = re.compile(rb'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_OURS = re.compile(rb"([1-9][0-9]{0,17})(?:-[0-9a-f]+)?")
# Versions count from 1, so this one is never the present one.
_NEVER = 0


def version_tag(version: int) -> bytes:
    """The ETag of a resource."""
    return b'"%d"' % version


def content_tag(version: int, body: bytes) -> bytes:
    """The ETag of a resource together with related ones, or of one that others change without its version."""
    return b'"%d-%s"' % (version, hashlib.blake2b(body, digest_size=8).hexdigest().encode("ascii"))


Tag = Callable[[int, bytes], bytes]
"""The ETag of a version and the JSON that shows it."""


def by_version(version: int, _body: bytes) -> bytes:
    """For what only a new version changes."""
    return version_tag(version)


def has_tag(scope: Scope, etag: bytes) -> bool:
    """Whether `If-None-Match` names this ETag (weak comparison) or is `*`. A malformed one asks for nothing."""
    asked = header(scope, b"if-none-match")
    if asked is None:
        return False
    if asked.strip() == b"*":
        return True
    opaque = etag.removeprefix(b"W/").strip(b'"')
    return _TAGS.fullmatch(asked) is not None and any(tag == opaque for _, tag in _EACH.findall(asked))


def not_modified(etag: bytes, cache_control: tuple[bytes, bytes] = NO_STORE) -> Reply:
    """The caller's copy is still right."""
    return Reply(304, [*SECURITY_HEADERS, cache_control, (b"etag", etag)])


async def expected_version(scope: Scope, present: Callable[[], Awaitable[int]], *, required: bool) -> int | None:
    """The version that a change is meant for, or None when it is meant for whatever there is.

    Raises MalformedPrecondition, PreconditionRequired or PreconditionFailed. `present` tells the version that the
    resource has now; it is asked only where a list of several tags, or If-None-Match, leaves no other way.
    """
    asked = header(scope, b"if-match")
    if (unwanted := header(scope, b"if-none-match")) is not None:
        await _require_other(unwanted, present)
    if asked is None:
        if required:
            raise PreconditionRequired("say with If-Match which version the change is meant for")
        return None
    if asked.strip() == b"*":
        return None
    versions = _versions(asked, "If-Match", weak=False)
    if len(versions) < 2:
        return versions.pop() if versions else _NEVER
    now = await present()
    return now if now in versions else _NEVER


async def _require_other(unwanted: bytes, present: Callable[[], Awaitable[int]]) -> None:
    every = unwanted.strip() == b"*"
    versions = set() if every else _versions(unwanted, "If-None-Match", weak=True)
    now = await present()
    if every or now in versions:
        raise PreconditionFailed(f"If-None-Match names the present version, which is {now}")


def _versions(value: bytes, name: str, *, weak: bool) -> set[int]:
    if not _TAGS.fullmatch(value):
        raise MalformedPrecondition(f'{name} must be * or a list of ETags such as "3"')
    found = set()
    for mark, tag in _EACH.findall(value):
        ours = _OURS.fullmatch(tag)
        if ours is not None and (weak or not mark):
            found.add(int(ours[1]))
    return found
