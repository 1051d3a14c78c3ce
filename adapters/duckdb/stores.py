"""The health of the embedded warehouse."""

from pathlib import Path
from time import perf_counter

from adapters.duckdb.manifest import ManifestFile
from application.errors import Unavailable
from application.ports.stores import StoreHealth


class DuckDbHealth:
    """Reads the manifest. A warehouse that was never written is no fault: what is asked is answered elsewhere then."""

    def __init__(self, folder: Path) -> None:
        self._manifest = ManifestFile(folder)

    @property
    def name(self) -> str:
        """Its name in health answers."""
        return "duckdb"

    async def check(self) -> StoreHealth:
        """How it is, at once. Never raises."""
        began = perf_counter()
        try:
            manifest = self._manifest.read()
        except Unavailable as error:
            return StoreHealth(store=self.name, ok=False, detail=error.detail)
        return StoreHealth(
            store=self.name,
            ok=True,
            round_trip_ms=round((perf_counter() - began) * 1000, 3),
            detail="the warehouse was never written: run `daybook warehouse sync`" if manifest is None else None,
        )
