"""Who is asked: servers of Daybook over HTTP, and peers in processes of their own."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol
from urllib.parse import urlencode

from tests.benchmarks.analytics.peers.figures import Figures, Given
from tests.benchmarks.analytics.questions import Question
from tests.benchmarks.servers import ROOT, Contender, Processes, Running, running


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One answer: how many seconds it took, and its figures; or why there is none."""

    seconds: float = 0.0
    figures: Figures | None = None
    why_not: str = ""


class Asked(Protocol):
    """Somebody who answers."""

    @property
    def name(self) -> str:
        """In the tables."""
        ...

    @property
    def processes(self) -> Processes:
        """Whose memory is counted."""
        ...

    def ask(self, question: Question, given: Given) -> Told:
        """The answer."""
        ...


class Store:
    """A server of Daybook: the time is that from the request to the last byte of the answer."""

    def __init__(self, server: Running) -> None:
        self.name = server.name
        self.port = server.port
        self.processes = Processes(server.pid)

    def ask(self, question: Question, given: Given) -> Told:
        """Without figures when the server does not know the report, or refuses the question."""
        path = f"/v1/analytics/{question.report}?{urlencode(question.asked(given))}"
        # One of its own, since the server closes one that is idle while others answer.
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)) as connection:
            connection.connect()
            began = perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            seconds = perf_counter() - began
        if answer.status != 200:
            problem = json.loads(body)
            if answer.status in {404, 503, 504} or problem["code"] in _REFUSED or _refused(problem):
                return Told(seconds=seconds, why_not=f"{answer.status} {problem['code']}")
            raise SystemExit(f"{self.name}: GET {path} answers {answer.status}: {body.decode()[:500]}")
        return Told(seconds=seconds, figures=question.figures(json.loads(body)["data"]))


_REFUSED = {"too-many-pairs", "too-many-basket-items", "too-many-itemsets"}


def _refused(problem: Mapping[str, Any]) -> bool:
    return any(error["code"] in _REFUSED for error in problem.get("errors", ()))


@contextmanager
def store(name: str, environment: Mapping[str, str]) -> Iterator[Store]:
    """A server with these settings, which keeps no answer."""
    daybook = str(Path(sys.executable).with_name("daybook"))
    settings = {"LOG_LEVEL": "warning", "WORKERS": "1", "PERFORMANCE_CACHE_BYTES": "0", **environment}
    contender = Contender(name=name, command=[daybook, "serve"], target=[], environment=settings)
    with running(contender, None) as server:
        yield Store(server)


class Peer:
    """A process of `peers.ask`; the time is that of the library, without the way of the answer to here."""

    def __init__(self, name: str, process: "subprocess.Popen[str]") -> None:
        self.name = name
        self.processes = Processes(process.pid)
        self._process = process

    def ask(self, question: Question, given: Given) -> Told:
        """Without figures when it has no such question."""
        answer = self._exchanged({"question": question.name, "given": dict(given)})
        if "unknown" in answer:
            return Told(why_not="not written")
        return Told(seconds=answer["seconds"], figures=answer["figures"])

    def wait(self) -> None:
        """Until its data is loaded."""
        self._read()

    def _exchanged(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None:
            raise SystemExit(f"{self.name} cannot be asked")
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise SystemExit(f"{self.name} ended with code {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def peer(name: str, kind: str, folder: Path) -> Iterator[Peer]:
    """A peer of this kind over the files in the folder, its data loaded."""
    command = [sys.executable, "-m", "tests.benchmarks.analytics.peers.ask", kind, str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        made = Peer(name, process)
        made.wait()
        yield made
    finally:
        process.terminate()
        process.wait(20)
