"""The stores and the peers of one run: servers on what there is, the warehouse brought to all of it first."""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Final

from rich.console import Console

from tests.benchmarks.analytics.contenders import Asked, peer, store
from tests.benchmarks.analytics.loading import LoadedShop
from tests.benchmarks.analytics.reports import (
    DUCKDB,
    EMBEDDED,
    EVERYBODY,
    PANDAS,
    POLARS,
    POSTGRES,
    SEGMENTS,
    Say,
    ask_everything,
)
from tests.benchmarks.servers import ROOT

MOST_SYNC_SECONDS: Final = 60


def compare_reports(shop: LoadedShop, options: argparse.Namespace, console: Console, say: Say) -> None:
    """Each report on each store, beside the peers."""
    direct, embedded = {"DATABASE_URL": shop.dsn}, with_warehouse(shop)
    stores: dict[str, Mapping[str, str]] = {POSTGRES: {**direct, "ANALYTICS_STORAGE": "postgres", "WORKER": "external"}}
    peers = {DUCKDB: ("duckdb", shop.parquet), PANDAS: ("pandas", shop.parquet), POLARS: ("polars", shop.parquet)}
    if has_warehouse():
        rebuild(shop, options, console, say)
        stores = {EMBEDDED: embedded, **stores}
        peers[SEGMENTS] = ("duckdb-segments", files_of(embedded))
    else:
        console.print("[bold]embedded warehouse[/bold]: not measured, for this Daybook has none")
    console.print("[bold]Snowflake[/bold]: not measured, for there is no account here and an emulator tells no times")
    console.print(
        "[bold]memory[/bold]: not measured, for it is the definition, which a shop of this size is too large for"
    )
    wanted = options.who or EVERYBODY
    with ExitStack() as held:
        everybody: list[Asked] = []
        for name, environment in stores.items():
            if name not in wanted:
                continue
            say(f"a server on the {name}")
            everybody.append(held.enter_context(store(name, environment)))
        for name, (kind, folder) in peers.items():
            if name not in wanted:
                continue
            say(f"{name} loads")
            everybody.append(held.enter_context(peer(name, kind, folder)))
        ask_everything(everybody, shop.given, options, console, say)


def has_warehouse() -> bool:
    """Whether there is the embedded one."""
    return importlib.util.find_spec("adapters.duckdb") is not None


def with_warehouse(shop: LoadedShop) -> Mapping[str, str]:
    """The settings of a server that counts in the embedded warehouse."""
    folder = str(shop.folder / "warehouse")
    return {"DATABASE_URL": shop.dsn, "ANALYTICS_STORAGE": "duckdb", "WAREHOUSE_FOLDER": folder}


def files_of(environment: Mapping[str, str]) -> Path:
    """Where the facts of the one database are."""
    (folder,) = Path(environment["WAREHOUSE_FOLDER"]).iterdir()
    return folder


def rebuild(shop: LoadedShop, options: argparse.Namespace, console: Console, say: Say) -> None:
    """All facts into the warehouse, by its command; a process of its own from start to end."""
    say("daybook warehouse rebuild")
    command = [str(Path(sys.executable).with_name("daybook")), "warehouse", "rebuild", "--format", "json"]
    environment = {**os.environ, **with_warehouse(shop), "LOG_LEVEL": "warning", "PYTHONPATH": str(ROOT)}
    # From nothing, so that its folder holds what is current and no more.
    shutil.rmtree(environment["WAREHOUSE_FOLDER"], ignore_errors=True)
    began = perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = perf_counter() - began
    if done.returncode:
        raise SystemExit(f"daybook warehouse rebuild ended with code {done.returncode}: {done.stderr}")
    verdict = "met" if seconds < MOST_SYNC_SECONDS else "missed"
    size = sum(file.stat().st_size for file in files_of(environment).glob("*.parquet"))
    console.print(
        f"full sync of {options.lines:,} lines: {seconds:.1f} s from command to prompt (goal {MOST_SYNC_SECONDS} at "
        f"5,000,000: {verdict}), {size / 1e6:.1f} MB of Parquet"
    )
