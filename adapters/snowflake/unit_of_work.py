"""Units of work on a warehouse: there are none."""

from application.caller import Caller
from application.errors import ReadOnlyStore
from application.ports.unit_of_work import UnitOfWork


class SnowflakeUnitsOfWork:
    """Refuses every change: what is in a warehouse comes from the history of another store."""

    def __call__(self, caller: Caller) -> UnitOfWork:  # noqa: ARG002  # whoever it is
        """Raises ReadOnlyStore."""
        raise ReadOnlyStore(
            "this deployment answers from a Snowflake warehouse, which takes no changes: "
            "make them where the records are kept, and load the warehouse again"
        )
