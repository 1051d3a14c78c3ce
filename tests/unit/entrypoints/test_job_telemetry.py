"""What the log says of jobs."""

from dataclasses import replace

import pytest
from opentelemetry.trace import NoOpTracer
from structlog.testing import capture_logs

from domain.jobs.job import LOST, Job, JobError
from entrypoints import correlation
from entrypoints.bootstrap.job_telemetry import JobTelemetry
from tests.support.working import a_job, now

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("given", [None, "", "nonsense", "00-x-y-z", f"00-{TRACE}-1-01", "00-0-0-00", "-" * 9])
def test_a_job_without_a_trace_or_with_none_that_can_be_read_has_its_own(given: str | None) -> None:
    job = replace(a_job(), traceparent=given)
    with JobTelemetry(None, NoOpTracer()).running(job):
        assert correlation.current.get() == correlation.Correlation(str(job.id), job.id.hex)


def test_one_that_was_asked_for_goes_on_with_the_trace() -> None:
    job = replace(a_job(), traceparent=f"00-{TRACE}-00f067aa0ba902b7-01", request_id="req-1")
    with JobTelemetry(None, NoOpTracer()).running(job):
        assert correlation.current.get() == correlation.Correlation("req-1", TRACE)


def test_what_is_handed_back_has_neither_ended_nor_failed() -> None:
    running = a_job().begin(at=now())
    lost = running.begin(at=now())
    assert lost.error == LOST

    def said(job: Job) -> str:
        with capture_logs() as lines:
            JobTelemetry(None, NoOpTracer()).ended(job, 0.1, None)
        return str(lines[0]["event"])

    assert [said(one.hand_back(at=now())) for one in (running, lost)] == ["job handed back"] * 2
    assert said(running.succeed(None, at=now())) == "job ended"
    assert said(running.put_off(JobError(code="unavailable", message="no"), until=now(), at=now())) == "job failed"
