"""Events: hearing that there are new ones."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class EventSignal(Protocol):
    """Says when it is worth while to ask for events. It may be wrong both ways, and is never the only way to know."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Hears, and sees to it that what this process commits is heard of, for the length of an `async with` block.

        Entering it does not wait for a store, and it goes on trying while one cannot be reached.
        """
        ...

    async def wait(self, after: int, *, seconds: float) -> bool:
        """Returns True as soon as there may be events after this sequence, and False when so many seconds are over.

        Inside `running`, in any process on the store, an event is heard of within some 50 ms of its commit in a process
        that runs a signal too, and within some 1.1 s of any other commit. Raises nothing.
        """
        ...
