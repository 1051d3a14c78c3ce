"""One application for many tests: to make one takes longer than most of them.

It is wired late: what an operation asks of a service, or of the hub of the event stream, it asks of those that were
named last. So one test at a time may use it.
"""

from collections.abc import Callable
from dataclasses import fields
from functools import cache, wraps
from typing import Any

from litestar import Litestar

from entrypoints.http.app import create_app, event_hub
from entrypoints.http.config import HttpConfig
from entrypoints.services import Services

_named: dict[str, Any] = {}


class _Named:
    """Stands for what has this name when it is asked something."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(_named[self._name], attribute)
        if not callable(found):
            return found

        @wraps(found)
        def call(*given: Any, **more: Any) -> Any:
            return getattr(_named[self._name], attribute)(*given, **more)

        return call


def application(services: Services, config: HttpConfig) -> Litestar:
    """The application on these services, until it is asked for on others."""
    _named.update({one.name: getattr(services, one.name) for one in fields(services)}, hub=event_hub(services, config))
    return _made(config)


@cache
def _made(config: HttpConfig) -> Litestar:
    stands_for: Callable[[str], Any] = _Named
    late = Services(**{one.name: stands_for(one.name) for one in fields(Services)})
    return create_app(late, config, hub=stands_for("hub"))
