"""Errors of the use cases, and of the ports: every adapter raises these and no others.

ApplicationError
├── NotFound         no such thing, or none within reach
│   ├── MergedAway       it was merged into another, which answers for both
│   └── Erased           it was a person's, and was erased for good
├── AlreadyExists    a uniqueness rule would be broken (one subclass a rule, in `application.ports`)
├── Conflict         a race was lost, or the store does not take this change
│   ├── StaleVersion     the version the caller named is not the present one
│   └── ReadOnlyStore    this deployment answers questions and keeps no records
├── NotAcceptable    there is no such answer in the form that was asked for
├── BadQuery         a question that cannot be asked; names every problem at once
├── NotInstalled     it needs something that this installation lacks
└── Unavailable      a store cannot be reached now
    └── OutcomeUnknown   the connection died during a commit: it may have happened, or not
"""

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from domain.shared.errors import Problem


class ApplicationError(Exception):
    """The root. `code` is stable and kebab-case, `detail` is for the caller to read."""

    code: ClassVar[str] = "application-error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(ApplicationError):
    """Nothing of this name is within the caller's reach."""

    code = "not-found"

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"there is no {kind} {key}")
        self.kind = kind


class MergedAway(NotFound):
    """It was merged into another, which answers for both: ask for that one."""

    code = "merged-away"

    def __init__(self, kind: str, key: UUID, into: UUID) -> None:
        super().__init__(kind, key)
        self.detail = f"the {kind} {key} was merged into {into}"
        self.args = (self.detail,)
        self.key = key
        self.into = into


class Erased(NotFound):
    """It was a person's, and was erased for good on demand: nothing is kept but that there was one (HTTP 410)."""

    code = "erased"

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(kind, key)
        self.detail = f"the {kind} {key} was erased"
        self.args = (self.detail,)


class AlreadyExists(ApplicationError):
    """A value that must be unique is taken. `field` is its JSON Pointer in the input."""

    code = "already-exists"
    field: ClassVar[str] = ""
    message: ClassVar[str] = "exists"

    def __init__(self) -> None:
        super().__init__(self.message)


class Conflict(ApplicationError):
    """Somebody else changed it in the meantime: read it again and repeat the change."""

    code = "conflict"


class StaleVersion(Conflict):
    """The caller asked to change a version that is no longer the present one (HTTP 412)."""

    code = "stale-version"


class ReadOnlyStore(Conflict):
    """The configured store answers questions and takes no changes."""

    code = "read-only-store"


class BadQuery(ApplicationError):
    """A list or report was asked for in a way that cannot be answered; `problems` point at parameters by name."""

    code = "bad-query"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.pointer}: {p.message}" for p in self.problems))


class NotAcceptable(ApplicationError):
    """The answer is not to be had in the form that was asked for; the detail says in which ones it is (HTTP 406)."""

    code = "not-acceptable"


class NotInstalled(ApplicationError):
    """It needs an optional part that was not installed here; the detail says which (HTTP 501)."""

    code = "not-installed"


class Unavailable(ApplicationError):
    """A store cannot be reached now; nothing was written. `retry_after` is in seconds."""

    code = "unavailable"

    def __init__(self, detail: str, *, retry_after: int = 5) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class OutcomeUnknown(Unavailable):
    """The connection died after the change was sent: read before repeating it."""

    code = "outcome-unknown"
