"""What the HTTP entrypoint must be told; it reads no environment of its own."""

from msgspec import Struct


class HttpConfig(Struct, frozen=True, kw_only=True):
    """Settings of the HTTP entrypoint.

    `allowed_origins` are the web origins that browsers may call from (`*` for all; none by default), `max_body_bytes`
    bounds a request body, `require_if_match` refuses a change of a resource that does not say which version it means,
    `docs` serves the OpenAPI document and its pages under /schema, and answers of `compress_from` bytes and more are
    compressed for clients that take gzip (None: never, where a proxy does it).

    Of the event stream: at most `stream_readers` a process, each with at most `stream_buffer_bytes` that wait for it, a
    sign of life after `stream_heartbeat_seconds` without events, and an end after `stream_lifetime_seconds` at most.
    """

    version: str = "0"
    allowed_origins: tuple[str, ...] = ()
    max_body_bytes: int = 1_048_576
    require_if_match: bool = False
    docs: bool = True
    compress_from: int | None = 4_096
    stream_readers: int = 500
    stream_buffer_bytes: int = 262_144
    stream_heartbeat_seconds: float = 15.0
    stream_lifetime_seconds: float = 3_600.0
