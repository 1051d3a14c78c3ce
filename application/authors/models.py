"""What callers send and get of authors."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.fields import given, line
from application.listing import FilterField, ListSpec, SortKey, as_kept, moment
from domain.books.author import (
    AUTHOR_NAME_LENGTH,
    MAX_OTHER_NAMES,
    SORT_NAME_LENGTH,
    Author,
    AuthorDetails,
    clean_names,
    sort_name_of,
)
from domain.books.publication_date import PublicationDate
from domain.shared.errors import Invalid, Problems

AuthorName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=AUTHOR_NAME_LENGTH,
        examples=["George Eliot"],
        extra={"value": line(AUTHOR_NAME_LENGTH)},
    ),
]
SortName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SORT_NAME_LENGTH,
        description="By which a list is sorted: the last word of the name first, unless it is given.",
        examples=["Eliot, George"],
        extra={"value": line(SORT_NAME_LENGTH)},
    ),
]
OtherNames = Annotated[
    list[AuthorName],
    Meta(max_length=MAX_OTHER_NAMES, examples=[["Mary Ann Evans"]], extra={"value": clean_names}),
]
LifeDate = Annotated[
    str,
    Meta(
        pattern="^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
        description="A day, a month or a year, kept as precise as given.",
        examples=["1819-11-22"],
        extra={"value": PublicationDate.parse},
    ),
]


class AuthorCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new author."""

    name: AuthorName
    sort_name: SortName | None = None
    other_names: OtherNames = []
    born: LifeDate | None = None
    died: LifeDate | None = None

    def details(self) -> AuthorDetails:
        """As the domain knows it. Raises Invalid that names each bad field."""
        problems = Problems()
        name = problems.take("/name", line(AUTHOR_NAME_LENGTH), self.name)
        sort_name = problems.take_given("/sort_name", line(SORT_NAME_LENGTH), self.sort_name)
        others = problems.take("/other_names", clean_names, self.other_names)
        born = problems.take_given("/born", PublicationDate.parse, self.born)
        died = problems.take_given("/died", PublicationDate.parse, self.died)
        if problems.found or name is None or others is None:
            raise Invalid(problems.found)
        return AuthorDetails(
            name=name,
            sort_name=sort_name_of(name) if sort_name is None else sort_name,
            other_names=others,
            born=born,
            died=died,
        )


class AuthorUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of an author: a field not given stays, null takes an optional value away.

    A sort name that was made from the name follows the name; null has it made anew.
    """

    name: AuthorName | UnsetType = UNSET
    sort_name: SortName | None | UnsetType = UNSET
    other_names: OtherNames | UnsetType = UNSET
    born: LifeDate | None | UnsetType = UNSET
    died: LifeDate | None | UnsetType = UNSET

    def over(self, present: AuthorDetails) -> AuthorDetails:
        """The whole new details. Raises Invalid that names each bad field."""
        made = present.sort_name == sort_name_of(present.name)
        return AuthorCreate(
            name=given(self.name, present.name),
            sort_name=given(self.sort_name, None if made else present.sort_name),
            other_names=given(self.other_names, list(present.other_names)),
            born=given(self.born, present.born and present.born.value),
            died=given(self.died, present.died and present.died.value),
        ).details()


class AuthorMerge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which author was found to be the same person."""

    from_id: Annotated[UUID, Meta(description="The one that goes; its books are those of the author in the path.")]


class AuthorRead(Struct, frozen=True, kw_only=True):
    """An author as callers see it. `merged_into` is who it was found to be, null for everybody else."""

    id: UUID
    name: str
    sort_name: str
    other_names: list[str]
    born: str | None
    died: str | None
    merged_into: UUID | None
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None

    @classmethod
    def of(cls, author: Author) -> "AuthorRead":
        """The read model of an aggregate."""
        details, lifecycle = author.details, author.lifecycle
        return cls(
            id=author.id,
            name=details.name,
            sort_name=details.sort_name,
            other_names=list(details.other_names),
            born=None if details.born is None else details.born.value,
            died=None if details.died is None else details.died.value,
            merged_into=author.merged_into,
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            deleted_at=lifecycle.deleted_at,
        )


def _date_filter() -> FilterField:
    return FilterField(
        read=lambda text: PublicationDate.parse(text).value,
        ranges=True,
        upper=lambda text: PublicationDate.parse(text).last_day,
    )


AUTHOR_LIST = ListSpec(
    name="authors",
    searchable=True,
    beginnings=True,
    ranked=True,
    filters={
        "name": FilterField(read=as_kept),
        "born": _date_filter(),
        "died": _date_filter(),
        "created_at": FilterField(read=moment, ranges=True),
        "updated_at": FilterField(read=moment, ranges=True),
    },
    sorts={"created_at": datetime, "updated_at": datetime, "name": str, "sort_name": str, "born": str, "died": str},
    default_sort=(SortKey("created_at", descending=True),),
)
