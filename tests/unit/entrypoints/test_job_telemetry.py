"""What is seen of an attempt at a job."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from domain.jobs.job import JobError
from entrypoints import correlation
from entrypoints.bootstrap import job_telemetry
from entrypoints.bootstrap.job_telemetry import JobMetrics, JobTelemetry
from tests.support.working import a_job, now

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
MALFORMED = ("", "x", "00-trace", "00-1-2-3-4-5", f"00-{TRACE}-{PARENT}-zz", f"00-{'0' * 32}-{PARENT}-01", "\xe4")


class Log:
    """Keeps what would be written."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, Mapping[str, Any]]] = []

    def info(self, event: str, **about: Any) -> None:
        self.lines.append((event, about))

    warning = info


class Seen:
    """The telemetry of jobs, and what it shows of them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.exported = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exported))
        self.telemetry = JobTelemetry(JobMetrics(self.registry), provider.get_tracer("test"))

    def counted(self, outcome: str) -> float | None:
        return self.registry.get_sample_value("job_duration_seconds_count", {"kind": "count", "outcome": outcome})


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    made = Log()
    monkeypatch.setattr(job_telemetry, "_log", made)
    return made


@pytest.mark.parametrize(("flags", "spans"), [("00", 0), ("01", 1)])
def test_a_job_goes_on_with_the_trace_that_asked(seen: Seen, flags: str, spans: int) -> None:
    job = replace(a_job(), traceparent=f"00-{TRACE}-{PARENT}-{flags}", request_id="mine")
    with seen.telemetry.running(job):
        assert correlation.current.get() == ("mine", TRACE)
    assert correlation.current.get() is None
    assert [f"{one.context.trace_id:032x}" for one in seen.exported.get_finished_spans()] == [TRACE] * spans


@pytest.mark.parametrize("traceparent", [None, *MALFORMED])
def test_one_without_a_trace_has_its_own(seen: Seen, traceparent: str | None) -> None:
    job = replace(a_job(), traceparent=traceparent)
    with seen.telemetry.running(job):
        assert correlation.current.get() == (str(job.id), job.id.hex)
    assert seen.exported.get_finished_spans() == ()


def test_attempts_are_counted_by_what_became_of_them(seen: Seen, log: Log) -> None:
    job = a_job().begin(at=now())
    broken = JobError(code="unexpected", message="no")
    for ended in (job.succeed(None, at=now()), job.fail(broken, at=now()), job.put_off(broken, until=now(), at=now())):
        seen.telemetry.ended(ended, 0.5, None)
    assert [event for event, _ in log.lines] == ["job ended", "job failed", "job failed"]
    assert [seen.counted(one) for one in ("succeeded", "failed", "waiting", "cancelled")] == [1, 1, 1, None]


def test_what_is_handed_back_has_not_ended(seen: Seen, log: Log) -> None:
    job = a_job().begin(at=now())
    seen.telemetry.handed_back(job.hand_back(at=now()))
    assert log.lines == [("job handed back", {"job_id": str(job.id), "kind": "count"})]
    assert seen.counted("waiting") is None
