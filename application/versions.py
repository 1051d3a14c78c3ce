"""The version that a caller means to change."""

from application.errors import StaleVersion
from domain.shared.lifecycle import Lifecycle


def expect(lifecycle: Lifecycle, version: int | None) -> None:
    """Raises StaleVersion when `version` is given and is not the present one."""
    if version is not None and lifecycle.version != version:
        raise StaleVersion(f"version {version} is not the present one: it is version {lifecycle.version} now")
