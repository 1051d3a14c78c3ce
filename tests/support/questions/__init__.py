"""What drawn histories are asked, a module for each kind of question.

The `questions` of a module draw a question near what happened in a history: something to be asked of any store, whose
answer names its parts, so that a difference between two stores has a name.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from application.ports.purchases import PurchaseFacts

Answer = Mapping[str, Any]
Question = Callable[[PurchaseFacts], Awaitable[Answer]]

# Those a question may be about, the likely ones more than once; None asks without naming one.
Currencies = Sequence[str | None]
