"""A caller who goes away before the answer is there."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from litestar.types import Receive

T = TypeVar("T")


class CallerGone(Exception):
    """Nobody is there to be answered."""


async def while_wanted(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives; it is cancelled when the caller goes away. Raises CallerGone then.

    For what takes long and is worth stopping: it costs two tasks.
    """
    loop = asyncio.get_running_loop()
    # In tasks of their own, since the server may run this one in a way that knows no cancelling.
    gone, working = loop.create_task(caller_gone(receive)), loop.create_task(work)
    try:
        await asyncio.wait([gone, working], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
    finally:
        gone.cancel()
        working.cancel()
    raise CallerGone


async def caller_gone(receive: Receive) -> None:
    """Returns when the caller has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
