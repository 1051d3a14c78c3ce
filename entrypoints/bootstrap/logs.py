"""Logs: one JSON object a line, or lines for people on a terminal; never bodies, query strings or personal values.

Every line has `timestamp` (RFC 3339, UTC), `level`, `logger` (the category), `event`, and `request_id` and `trace_id`
when it belongs to a request. Whatever logs through the standard library comes out in the same form.
"""

import json
import logging
import os
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

import msgspec
import structlog

from entrypoints import correlation
from entrypoints.bootstrap.settings import LoggingConfig

ACCESS: Final = "http.access"
# These tell of each step at a level that is meant for whether the whole works.
_QUIET: Final = {"_granian": "warning", "asyncio": "warning", "alembic": "warning", "sqlalchemy": "warning"}
_STANDARD_ERROR: Final = 2

Event = MutableMapping[str, Any]


def configure(config: LoggingConfig, *, stream: TextIO | None = None) -> None:
    """Sends the logs of this process to `stream` (standard error). Calling it again replaces what was."""
    stream = sys.stderr if stream is None else stream
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        _add_correlation,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.types.Processor]
    if is_json(config, stream):
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
    else:
        plain = structlog.dev.plain_traceback
        colors = stream.isatty() and not os.environ.get("NO_COLOR")
        last = [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(config.level.upper())
    for name, level in (_QUIET | config.categories).items():
        logging.getLogger(name).setLevel(level.upper())
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _log_uncaught


def is_json(config: LoggingConfig, stream: TextIO) -> bool:
    """Whether logs to `stream` are JSON."""
    return config.format == "json" or (config.format == "auto" and not stream.isatty())


def trace_wanted() -> bool:
    """Whether who runs this wants to see where an error came from."""
    return logging.getLogger().isEnabledFor(logging.DEBUG)


def granian_config() -> dict[str, Any]:
    """What makes Granian log through the root logger, in the form of everything else."""
    return {"handlers": {}, "formatters": {}, "loggers": {"_granian": {"handlers": [], "propagate": True}}}


class AccessLog:
    """One line a request, written in one go: the path of a logger through all its processors would cost ten times it.

    A line that cannot be written is lost, and the request is none the wiser.
    """

    def __init__(self, config: LoggingConfig, *, stream: TextIO | None = None) -> None:
        stream = sys.stderr if stream is None else stream
        self._json = is_json(config, stream)
        self._target = stream.fileno() if stream is not sys.stderr else _STANDARD_ERROR
        level = (_QUIET | config.categories).get(ACCESS, config.level)
        self.enabled = logging.getLevelNamesMapping()[level.upper()] <= logging.INFO

    def __call__(self, *, method: str, route: str, status: int, seconds: float, about: correlation.Correlation) -> None:
        """Writes the line of one request."""
        at = datetime.now(UTC)
        milliseconds = round(seconds * 1000, 3)
        if self._json:
            line = _encode(
                {
                    "timestamp": at,
                    "level": "info",
                    "logger": ACCESS,
                    "event": "request",
                    "method": method,
                    "route": route,
                    "status": status,
                    "duration_ms": milliseconds,
                    "request_id": about.request_id,
                    "trace_id": about.trace_id,
                }
            )
        else:
            line = f"{at:%H:%M:%S} {status} {method} {route} {milliseconds:.1f} ms  {about.request_id}".encode()
        try:
            os.write(self._target, line + b"\n")
        except OSError:
            return


_encode = msgspec.json.Encoder().encode


def _json(event: Mapping[str, Any], **_: object) -> str:
    try:
        return msgspec.json.encode(event, enc_hook=repr).decode()
    except UnicodeEncodeError:
        return json.dumps(event, default=repr)  # a lone surrogate, from a file name for one


def _add_correlation(_logger: object, _method: str, event: Event) -> Event:
    about = correlation.current.get()
    if about is not None:
        event.setdefault("request_id", about.request_id)
        event.setdefault("trace_id", about.trace_id)
    return event


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("daybook").critical("uncaught error", exc_info=(kind, error, trace))
