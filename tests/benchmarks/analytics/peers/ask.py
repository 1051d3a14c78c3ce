"""A peer in a process of its own: a question a line, an answer a line.

    python -m tests.benchmarks.analytics.peers.ask pandas FOLDER

Each line is a JSON object with `question` and `given`; each answer has `seconds` and `figures`, or `unknown`.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Final

from tests.benchmarks.analytics.peers.figures import Answers

# Each in a module of its own, so that the memory of one holds the libraries of no other.
_PEERS: Final = {
    "duckdb": "duckdb_sql",
    "duckdb-segments": "duckdb_segments",
    "pandas": "pandas_frames",
    "polars": "polars_frames",
}


def main() -> None:
    """Answers until its input ends."""
    module = import_module(f"tests.benchmarks.analytics.peers.{_PEERS[sys.argv[1]]}")
    answers: Answers = module.answers(Path(sys.argv[2]))
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = answers.get(asked["question"])
        if answer is None:
            print(json.dumps({"unknown": True}), flush=True)
            continue
        began = perf_counter()
        figures = answer(asked["given"])
        print(json.dumps({"seconds": perf_counter() - began, "figures": figures}), flush=True)


if __name__ == "__main__":
    main()
