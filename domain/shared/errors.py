"""Errors of the domain.

    DomainError
    ├── Invalid      a value breaks a rule of its own; names every problem at once
    └── Refused      the values are sound, but the state of things forbids it

Subclasses are defined where they are raised. Each carries a stable, kebab-case `code`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

T = TypeVar("T")


class DomainError(Exception):
    """The root of what the domain refuses."""

    code: ClassVar[str] = "domain-error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with one field.

    `pointer` is a JSON Pointer (RFC 6901) into the input, "" for the input as a whole; `code` is stable and
    kebab-case; `message` says what to do about it.
    """

    pointer: str = ""
    code: str
    message: str

    def under(self, prefix: str) -> "Problem":
        """The same problem, seen from the value that holds this one at `prefix`."""
        return Problem(pointer=prefix + self.pointer, code=self.code, message=self.message)


class Invalid(DomainError):
    """One or more values that break a rule of their own; `problems` names all of them."""

    code = "invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.pointer or '/'}: {p.message}" for p in self.problems))

    def __reduce__(self) -> tuple[type["Invalid"], tuple[tuple[Problem, ...]]]:
        """So that another process can send it here: exceptions are pickled by what they tell otherwise."""
        return type(self), (self.problems,)

    @classmethod
    def because(cls, code: str, message: str, pointer: str = "") -> "Invalid":
        """An error of one problem."""
        return cls((Problem(pointer=pointer, code=code, message=message),))


class Refused(DomainError):
    """Sound values, but the state of things forbids it (HTTP 409)."""

    code = "refused"


class Problems:
    """Collects problems so that they can be named all at once.

    problems = Problems()
    isbn = problems.take("/isbn", Isbn.parse, text)     # None when it was refused
    problems.raise_if_any()
    """

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, pointer: str, code: str, message: str) -> None:
        """Notes one problem."""
        self.found.append(Problem(pointer=pointer, code=code, message=message))

    def take(self, pointer: str, build: Callable[..., T], *values: object) -> T | None:
        """`build(*values)`, or None with its problems noted under `pointer`."""
        try:
            return build(*values)
        except Invalid as error:
            self.found.extend(problem.under(pointer) for problem in error.problems)
            return None

    def take_given(self, pointer: str, build: Callable[..., T], value: object | None) -> T | None:
        """As `take`, and None where there is no value."""
        return None if value is None else self.take(pointer, build, value)

    def raise_if_any(self) -> None:
        """Raises Invalid with everything noted so far, if there is any."""
        if self.found:
            raise Invalid(self.found)
