"""When and by whom an aggregate was made, changed and put away."""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.shared.errors import Refused


class Deleted(Refused):
    """A change was asked of something that is deleted."""

    code = "deleted"


class NotDeleted(Refused):
    """A restore was asked of something that is not deleted."""

    code = "not-deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """Times are aware and in UTC. `version` counts from 1; the store writes the next one when it saves."""

    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None = None

    @classmethod
    def begun(cls, *, at: datetime, by: str) -> "Lifecycle":
        """The lifecycle of something made `at` this moment."""
        return cls(version=1, created_at=at, created_by=by, updated_at=at, updated_by=by)

    @property
    def deleted(self) -> bool:
        """Whether it was put away (and can be restored)."""
        return self.deleted_at is not None

    def touched(self, *, at: datetime, by: str) -> "Lifecycle":
        """After a change. Raises Deleted."""
        if self.deleted:
            raise Deleted("it is deleted: restore it before changing it")
        return replace(self, updated_at=at, updated_by=by)

    def put_away(self, *, at: datetime, by: str) -> "Lifecycle":
        """After a soft delete. Raises Deleted when it already was."""
        return replace(self.touched(at=at, by=by), deleted_at=at)

    def restored(self, *, at: datetime, by: str) -> "Lifecycle":
        """After a restore. Raises NotDeleted."""
        if not self.deleted:
            raise NotDeleted("it is not deleted: there is nothing to restore")
        return replace(self, updated_at=at, updated_by=by, deleted_at=None)

    def ended(self, *, at: datetime, by: str) -> "Lifecycle":
        """After an end that nothing comes back from. What was deleted before stays deleted since then."""
        return replace(self, updated_at=at, updated_by=by, deleted_at=self.deleted_at or at)

    def handed_over(self, *, at: datetime, by: str) -> "Lifecycle":
        """After it went to another owner. What is deleted goes along as it is."""
        return replace(self, updated_at=at, updated_by=by)

    def next_version(self) -> "Lifecycle":
        """As the store has it after a save."""
        return replace(self, version=self.version + 1)
