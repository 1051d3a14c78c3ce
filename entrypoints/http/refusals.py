"""What HTTP itself refuses, before or beside a use case. Each carries a stable, kebab-case `code`."""

from collections.abc import Sequence
from typing import ClassVar


class HttpRefusal(Exception):
    """The root. `detail` is for the caller to read, `headers` go into the answer."""

    code: ClassVar[str] = "bad-request"

    def __init__(self, detail: str, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = tuple(headers)


class BadRequest(HttpRefusal):
    """The request cannot be understood as HTTP: a malformed header, or a body that broke off."""

    code = "bad-request"


class NoSuchPath(HttpRefusal):
    """Nothing lives at this path."""

    code = "no-such-path"


class MethodNotAllowed(HttpRefusal):
    """The path exists, but not with this method; the `Allow` header names those that it has."""

    code = "method-not-allowed"


class ContentTooLarge(HttpRefusal):
    """The body is longer than this server takes."""

    code = "content-too-large"


class UnsupportedMediaType(HttpRefusal):
    """The body is not of a media type, charset or coding that this path takes."""

    code = "unsupported-media-type"


class MalformedPrecondition(HttpRefusal):
    """`If-Match` or `If-None-Match` is neither `*` nor a list of quoted entity tags."""

    code = "malformed-precondition"


class MalformedIdempotencyKey(HttpRefusal):
    """`Idempotency-Key` is not a text of 1 to 255 printable ASCII characters."""

    code = "malformed-idempotency-key"


class PreconditionFailed(HttpRefusal):
    """`If-None-Match` asked that the present version is another one."""

    code = "precondition-failed"


class PreconditionRequired(HttpRefusal):
    """A change must name the version it is meant for: send the ETag that you read as `If-Match`."""

    code = "precondition-required"


class NotReady(HttpRefusal):
    """A bound store does not answer, or its schema is not at the newest migration."""

    code = "not-ready"


class TooManyReaders(HttpRefusal):
    """As many streams are open in this server process as it takes, or it is about to stop: try again in a moment."""

    code = "too-many-readers"


class InternalError(HttpRefusal):
    """Something went wrong on our side; the request id leads to it in the logs."""

    code = "internal-error"
