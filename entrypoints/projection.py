"""Sparse answers: of each record only the fields that were asked for."""

from typing import Any, TypeVar

from msgspec import UNSET, Struct
from msgspec.structs import fields, replace

from application.errors import BadQuery
from application.listing import Listed
from domain.shared.errors import Problem

T = TypeVar("T")


class Projection:
    """Leaves of a record, or of each record of a page, the fields that `text` names, with commas between.

    Any field of `model` may be named; one that is not in a record (a related object that was not asked for) is left
    out. Raises BadQuery that says which there are.
    """

    __slots__ = ("_fields", "text")

    def __init__(self, model: type[Struct], text: str) -> None:
        asked, known = set(text.split(",")), field_names(model)
        if asked - set(known):
            message = f"must be of: {', '.join(known)}"
            raise BadQuery([Problem(pointer="fields", code="unknown-field", message=message)])
        # In the order of the model, so that the same question has the same answer, and the same ETag.
        self._fields = [(one.name, one.encode_name) for one in fields(model) if one.encode_name in asked]
        self.text = ",".join(name for _, name in self._fields)

    def __call__(self, answer: Any) -> Any:
        """`answer` as it will be encoded."""
        if isinstance(answer, Listed):
            return replace(answer, data=[self._only(one) for one in answer.data])
        return self._only(answer)

    def _only(self, record: object) -> dict[str, Any]:
        found = ((told, getattr(record, name)) for name, told in self._fields)
        return {told: value for told, value in found if value is not UNSET}


def field_names(model: type[Struct]) -> tuple[str, ...]:
    """The names that its fields have for callers."""
    return tuple(one.encode_name for one in fields(model))
