"""What callers get of analytics. The data of each report is the answer of `domain.analytics`, encoded as it stands."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Generic, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

T = TypeVar("T")

ParameterValue = str | int | None


class SegmentTableRef(Struct, frozen=True, kw_only=True):
    """Which table gave the segments: the standard one or the shop's own. The digest is that of its content."""

    name: Annotated[str, Meta(examples=["standard"])]
    digest: str


class DefinitionRef(Struct, frozen=True, kw_only=True):
    """Which definition an answer follows; the version grows whenever the same facts would give another answer.

    Reports with segments say which table of them was used.
    """

    name: Annotated[str, Meta(examples=["rfm"])]
    version: Annotated[int, Meta(examples=[1])]
    segment_table: SegmentTableRef | UnsetType = UNSET


class Answer(Struct, Generic[T], frozen=True, kw_only=True):
    """A report. Amounts are exact decimal text in the one `currency` of the data, shares and ratios are numbers."""

    report: Annotated[str, Meta(examples=["rfm"])]
    definition: DefinitionRef
    parameters: Annotated[
        Mapping[str, ParameterValue], Meta(description="All that it follows from, with defaults filled in.")
    ]
    as_of: Annotated[date, Meta(description="The exclusive end: nothing of this day or later counts.")]
    watermark: Annotated[int, Meta(description="The position of the last event that the store had when it answered.")]
    store: Annotated[str, Meta(examples=["postgres"])]
    answer_digest: Annotated[str, Meta(description="A hash of the canonical data, equal on every store.")]
    data: T


class AnswerPage(Struct, Generic[T], frozen=True, kw_only=True):
    """A page of a report that is a list. The digest is that of this page; `next_cursor` is null on the last one."""

    report: Annotated[str, Meta(examples=["rfm-customers"])]
    definition: DefinitionRef
    parameters: Annotated[
        Mapping[str, ParameterValue], Meta(description="All that it follows from, with defaults filled in.")
    ]
    as_of: date
    watermark: int
    store: str
    answer_digest: str
    data: Sequence[T]
    has_more: bool
    next_cursor: str | None = None


class Parameter(Struct, frozen=True, kw_only=True):
    """A parameter of a report, given as text. `kind` is date, text, integer, decimal or choice.

    A `default` of null means that there is none, or that `description` says how it is found. With `clamped`, more than
    `maximum` is taken as the maximum.
    """

    name: str
    kind: str
    description: str
    example: str
    default: str | None = None
    choices: Sequence[str] = ()
    minimum: int | None = None
    maximum: int | None = None
    clamped: bool = False


class ReportDefinition(Struct, frozen=True, kw_only=True):
    """What a report means: in words, as a formula, and whence it comes."""

    report: str
    title: str
    definition: DefinitionRef
    words: str
    formula: str
    source: str
    parameters: Sequence[Parameter]
