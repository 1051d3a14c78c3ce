"""The same SQL for DuckDB over the Parquet files of the embedded warehouse, with the ids that these have."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

from tests.benchmarks.analytics.peers.duckdb_sql import answers_over
from tests.benchmarks.analytics.peers.figures import Answers, Figures, Given
from tests.benchmarks.analytics.shop import AS_OF


def answers(folder: Path) -> Answers:
    """Over the files of a warehouse that was just rebuilt, so that nothing in them was taken back."""
    over = answers_over(
        {
            "sales": (
                "SELECT order_id AS order_number, customer_id AS customer, placed_at, sku, quantity, amount "
                f"FROM '{folder}/sales-*.parquet' WHERE placed_at < TIMESTAMP '{AS_OF}'"
            ),
            "returned": (
                "SELECT customer_id AS customer, returned_at, sku, quantity, amount "
                f"FROM '{folder}/returns-*.parquet' WHERE returned_at < TIMESTAMP '{AS_OF}'"
            ),
        }
    )
    return {name: partial(_by_id, answer) for name, answer in over.items()}


def _by_id(answer: Callable[[Given], Figures], given: Given) -> Figures:
    return answer({**given, "customer": UUID(given["customer_id"])})
