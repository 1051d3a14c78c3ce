"""What is seen of jobs: their logs, their traces, their place in the metrics."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Final

import structlog
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from application.errors import ApplicationError
from application.jobs.running import heals
from application.ports.jobs import JobReader, QueueDepth
from domain.jobs.job import Job, JobState
from entrypoints import correlation
from entrypoints.correlation import Correlation, parent_of

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
_LOOK_EVERY: Final = 5.0
_PROPAGATOR: Final = TraceContextTextMapPropagator()
_log = structlog.get_logger("daybook.jobs")


class JobMetrics:
    """Durations by kind and outcome, and how many wait, run and have failed.

    The numbers of a queue are the same whichever process has looked, so the latest look counts and not the sum.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.durations = Histogram(
            "job_duration_seconds",
            "Time of an attempt at a job, by what became of it; outcome waiting is an attempt that will be repeated.",
            ("kind", "outcome"),
            buckets=_BUCKETS,
            registry=registry,
        )
        self.outcomes = Counter(
            "job_outcomes",
            "Jobs that succeeded, by the outcome that their kind tells, such as what became of a delivery.",
            ("kind", "outcome"),
            registry=registry,
        )
        self._jobs = _latest(registry, "jobs", "Jobs that wait, run, or have failed (the dead letter).", "state")
        self._oldest = _latest(
            registry, "job_oldest_due_seconds", "How long the job that waits the longest could have begun."
        )

    def told(self, depths: Sequence[QueueDepth], at: datetime) -> None:
        """Takes note of the queue as it is."""
        for one in depths:
            self._jobs.labels(one.kind, "waiting").set(one.waiting)
            self._jobs.labels(one.kind, "running").set(one.running)
            self._jobs.labels(one.kind, "failed").set(one.failed)
            self._oldest.labels(one.kind).set(0 if one.oldest_due is None else (at - one.oldest_due).total_seconds())


def _latest(registry: CollectorRegistry, name: str, about: str, *labels: str) -> Gauge:
    return Gauge(name, about, ("kind", *labels), registry=registry, multiprocess_mode="mostrecent")


async def watch_jobs(reader: JobReader, metrics: JobMetrics) -> None:
    """Looks at the queue every few seconds, for as long as it is not cancelled."""
    known: set[str] = set()
    while True:
        with suppress(ApplicationError):
            depths = {one.kind: one for one in await reader.depths()}
            known |= depths.keys()
            nothing = [_empty(kind) for kind in known - depths.keys()]
            metrics.told([*depths.values(), *nothing], datetime.now(UTC))
        await asyncio.sleep(_LOOK_EVERY)


def _empty(kind: str) -> QueueDepth:
    return QueueDepth(kind=kind, waiting=0, running=0, failed=0, oldest_due=None)


class JobTelemetry:
    """Told of each attempt. A job goes on with the trace of the request that asked for it, where that is sampled."""

    def __init__(self, metrics: JobMetrics | None, tracer: trace.Tracer) -> None:
        self._metrics = metrics
        self._tracer = tracer

    @contextmanager
    def running(self, job: Job) -> Iterator[None]:
        """Around an attempt."""
        asked = parent_of((job.traceparent or "").encode())
        # One that nobody's request asked for is a trace of its own, which all its attempts have in common.
        trace_id = job.id.hex if asked is None else asked.trace_id
        told = correlation.current.set(Correlation(job.request_id or str(job.id), trace_id))
        try:
            if asked is None or not asked.sampled:
                yield
                return
            parent = _PROPAGATOR.extract({"traceparent": asked.traceparent}, otel_context.Context())
            with self._tracer.start_as_current_span(
                f"job {job.kind}",
                parent,
                trace.SpanKind.CONSUMER,
                {"job.id": str(job.id), "job.kind": job.kind, "job.attempt": job.attempt},
            ):
                yield
        finally:
            correlation.current.reset(told)

    def ended(self, job: Job, seconds: float, error: BaseException | None) -> None:
        """What became of an attempt."""
        if self._metrics is not None:
            self._metrics.durations.labels(job.kind, str(job.state)).observe(seconds)
            outcome = (job.result or {}).get("outcome")
            if isinstance(outcome, str):
                self._metrics.outcomes.labels(job.kind, outcome).inc()
        about = {"job_id": str(job.id), "kind": job.kind, "state": str(job.state), "attempt": job.attempt}
        said = {**about, "seconds": round(seconds, 3)}
        if job.error is None or job.state in (JobState.SUCCEEDED, JobState.CANCELLED):
            _log.info("job ended", **said)
            return
        # What nobody expected comes with its traceback; a refusal says all there is to say.
        odd = isinstance(error, Exception) and heals(error) and not isinstance(error, ApplicationError | TimeoutError)
        _log.warning(
            "job failed", **said, code=job.error.code, reason=job.error.message, exc_info=error if odd else None
        )

    def handed_back(self, job: Job) -> None:
        """The attempt does not count."""
        _log.info("job handed back", job_id=str(job.id), kind=job.kind)

    def lost(self, job: Job) -> None:
        """The attempt was cut off."""
        _log.warning("job lost", job_id=str(job.id), kind=job.kind, reason="a later attempt had begun")
