from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from domain.jobs.job import LOST, Job, JobError, JobFinished, JobNotFailed, JobState, Progress
from domain.shared.ids import JobId
from tests.support.builders import MORNING, minutes, new_id

WHY = JobError(code="timeout", message="too long")


def at(count: float) -> datetime:
    return MORNING + minutes(count)


def asked(**given: Any) -> Job:
    return Job.ask(JobId(new_id()), **{"kind": "mail", "at": MORNING, "by": "ada", **given})


class TestAsking:
    def test_it_waits_and_may_begin_at_once(self) -> None:
        job = asked()
        assert (job.state, job.run_at, job.attempt, job.lease) == (JobState.WAITING, MORNING, 0, 0)
        assert (job.lifecycle.created_by, job.principal) == ("ada", "job:mail")

    def test_its_time_may_be_later_but_is_never_over(self) -> None:
        assert asked(run_at=at(5)).run_at == at(5)
        assert asked(run_at=at(-5)).run_at == MORNING


class TestAttempts:
    def test_each_has_its_number_and_lease(self) -> None:
        first = asked().begin(at=at(1))
        assert (first.state, first.attempt, first.lease, first.started_at) == (JobState.RUNNING, 1, 1, at(1))
        assert first.lifecycle.updated_by == "job:mail"
        lost = replace(first, progress=Progress(done=3)).begin(at=at(2))
        assert (lost.attempt, lost.lease, lost.progress, lost.error) == (2, 2, None, LOST)
        assert first.error is None
        back = lost.hand_back(at=at(3), until=at(9))
        assert (back.attempt, back.lease, back.run_at, back.begin(at=at(9)).error) == (1, 2, at(9), LOST)

    def test_one_that_succeeds_leaves_no_error(self) -> None:
        job = asked().begin(at=at(1)).put_off(WHY, until=at(3), at=at(2)).begin(at=at(3)).succeed({"n": 1}, at=at(4))
        assert (job.state, job.result, job.error, job.finished_at) == (JobState.SUCCEEDED, {"n": 1}, None, at(4))
        assert job.state.done

    def test_one_that_is_put_off_waits_with_its_error(self) -> None:
        job = asked().begin(at=at(1)).put_off(WHY, until=at(9), at=at(2))
        assert (job.state, job.error, job.run_at, job.attempt, job.finished_at) == (
            JobState.WAITING,
            WHY,
            at(9),
            1,
            None,
        )
        assert not job.state.done

    def test_one_that_is_handed_back_does_not_count(self) -> None:
        job = asked().begin(at=at(1)).hand_back(at=at(2))
        assert (job.state, job.attempt, job.lease, job.run_at) == (JobState.WAITING, 0, 1, at(2))
        assert job.begin(at=at(3)).lease == 2

    def test_one_that_fails_for_good(self) -> None:
        job = asked().begin(at=at(1)).fail(WHY, at=at(2))
        assert (job.state, job.error, job.finished_at) == (JobState.FAILED, WHY, at(2))


class TestCancelling:
    def test_one_that_waits_ends_here(self) -> None:
        job, event = asked().cancel(at=at(1), by="eve")
        assert (job.state, job.finished_at, job.cancel_requested_at) == (JobState.CANCELLED, at(1), at(1))
        assert event is not None
        assert (event.type, event.by, event.version, event.data) == ("job.cancelled", "eve", 2, {"kind": "mail"})

    def test_one_that_runs_is_asked_to_stop_once(self) -> None:
        job, event = asked().begin(at=at(1)).cancel(at=at(2), by="eve")
        assert (job.state, job.cancel_requested_at, event is None) == (JobState.RUNNING, at(2), False)
        assert job.cancel(at=at(3), by="bob") == (job, None)
        stopped = job.stop(at=at(4))
        assert (stopped.state, stopped.cancel_requested_at, stopped.finished_at) == (
            JobState.CANCELLED,
            at(2),
            at(4),
        )

    def test_one_that_has_failed_is_given_up_with_its_error(self) -> None:
        failed = asked().begin(at=at(1)).fail(WHY, at=at(2))
        gone, event = failed.cancel(at=at(3), by="eve")
        assert (gone.state, gone.error, gone.attempt) == (JobState.CANCELLED, WHY, 1)
        assert (gone.finished_at, gone.cancel_requested_at) == (at(2), at(3))
        assert event is not None
        assert (event.type, event.by) == ("job.cancelled", "eve")
        assert gone.ask_again(at=at(4), by="eve")[0].state is JobState.WAITING
        # It was asked to stop, and failed before it heard.
        late = asked().begin(at=at(1)).cancel(at=at(2), by="eve")[0].fail(WHY, at=at(3))
        assert late.cancel(at=at(4), by="bob")[0].state is JobState.CANCELLED

    @pytest.mark.parametrize("how", ["succeed", "cancel"])
    def test_one_that_is_done_cannot_be_cancelled(self, how: str) -> None:
        running = asked().begin(at=at(1))
        done = {
            "succeed": running.succeed(None, at=at(2)),
            "cancel": running.stop(at=at(2)),
        }[how]
        with pytest.raises(JobFinished) as caught:
            done.cancel(at=at(3), by="eve")
        assert caught.value.code == "job-finished"


class TestAskingAgain:
    def test_it_begins_from_its_first_attempt_under_a_new_lease(self) -> None:
        failed = asked().begin(at=at(1)).put_off(WHY, until=at(3), at=at(2)).begin(at=at(3)).fail(WHY, at=at(4))
        again, event = failed.ask_again(at=at(5), by="eve")
        assert (again.state, again.attempt, again.lease, again.run_at, again.finished_at) == (
            JobState.WAITING,
            0,
            2,
            at(5),
            None,
        )
        assert again.error == WHY
        assert (event.type, event.by) == ("job.retried", "eve")
        assert (again.begin(at=at(6)).attempt, again.begin(at=at(6)).lease) == (1, 3)

    def test_one_that_was_cancelled_is_not_asked_to_stop_any_more(self) -> None:
        again, _ = asked().cancel(at=at(1), by="eve")[0].ask_again(at=at(2), by="eve")
        assert (again.state, again.cancel_requested_at) == (JobState.WAITING, None)

    def test_what_waits_runs_or_went_well_is_not_asked_for_again(self) -> None:
        running = asked().begin(at=at(1))
        done = running.succeed(None, at=at(2))
        for job, told in ((asked(), "is waiting"), (running, "is running"), (done, "has succeeded")):
            with pytest.raises(JobNotFailed, match=f"the job {told}: only") as caught:
                job.ask_again(at=at(3), by="eve")
            assert caught.value.code == "job-not-failed"
