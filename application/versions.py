"""The version that a caller means to change."""

from application.errors import StaleVersion
from domain.shared.lifecycle import Lifecycle


def expect(lifecycle: Lifecycle, version: int | None) -> None:
    """Raises StaleVersion when `version` is given and is not the present one."""
    expect_number(lifecycle.version, version)


def expect_number(present: int, version: int | None) -> None:
    """As `expect`, for what has a number as its version and no lifecycle."""
    if version is not None and present != version:
        raise StaleVersion(f"version {version} is not the present one: it is version {present} now")
