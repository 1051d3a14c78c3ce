"""What application/ports/jobs.py promises."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from application.caller import Caller
from application.errors import Conflict, NotFound
from application.jobs.models import JOB_LIST, JobErrorRead, JobRead, ProgressRead
from application.ports.books import IsbnExists
from application.ports.jobs import Held, JobKeyExists, JobQueue, JobReader, QueueDepth
from domain.jobs.job import Job, JobError, JobFinished, JobNotFailed, JobState, Progress
from domain.shared.ids import JobId
from tests.support.builders import MORNING, a_book, a_customer, minutes, new_id
from tests.support.lists import asked, walked
from tests.support.pools import eventually
from tests.support.store_case import StoreCase, StorePorts
from tests.support.working import Hands, a_job, asked_by, now, seconds, working

CALLER = Caller("bob", request_id="req-1", traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
BROKEN = JobError(code="unavailable", message="nobody there")

pytestmark = pytest.mark.needs("writes")


def reader(ports: StorePorts) -> JobReader:
    assert ports.jobs is not None
    return ports.jobs


def queue(ports: StorePorts) -> JobQueue:
    assert ports.job_queue is not None
    return ports.job_queue


@pytest.fixture
def a_heartbeat(case: StoreCase) -> float:
    """Seconds after which a job would have come back by itself: where its worker is elsewhere, it is missed first."""
    return 2.6 if case.remote else 0.1


async def enqueued(ports: StorePorts, *jobs: Job) -> None:
    async with ports.units(CALLER) as uow:
        uow.jobs.enqueue(*jobs)
        await uow.commit()


async def kept(ports: StorePorts, job_id: JobId) -> Job:
    async with ports.units(CALLER) as uow:
        return await uow.jobs.get(job_id)


async def saved(ports: StorePorts, job: Job) -> Job:
    async with ports.units(CALLER) as uow:
        job = uow.jobs.save(job)
        await uow.commit()
    return job


async def cancelled(ports: StorePorts, job: Job) -> Job:
    return await saved(ports, (await kept(ports, job.id)).cancel(at=now(), by="eve")[0])


async def asked_again(ports: StorePorts, job: Job) -> Job:
    return await saved(ports, (await kept(ports, job.id)).ask_again(at=now(), by="eve")[0])


async def state(ports: StorePorts, job: Job) -> JobState:
    return (await reader(ports).get(job.id)).state


async def are_done(ports: StorePorts, *jobs: Job) -> bool:
    return all([(await reader(ports).get(job.id)).done for job in jobs])


async def is_there(ports: StorePorts, job: Job) -> bool:
    try:
        await reader(ports).get(job.id)
    except NotFound:
        return False
    return True


async def begun_all(ports: StorePorts, *jobs: Job) -> list[Job]:
    """Attempts that were begun, and whose worker has left them as they are."""
    holding, taken = asyncio.Event(), asyncio.Event()

    async def hold(_job: Job) -> None:
        if {job.id for job in jobs} <= set(hands.ids):
            taken.set()
        await holding.wait()

    hands = Hands(queue(ports), hold)
    async with working(hands, queues=[job.queue for job in jobs][:1], concurrency=len(jobs)):
        async with asyncio.timeout(5):
            await taken.wait()
        holding.set()
    return [next(one for one in hands.took if one.id == job.id) for job in jobs]


async def begun(ports: StorePorts, job: Job) -> Job:
    """As `begun_all`."""
    (running,) = await begun_all(ports, job)
    return running


async def nothing_comes(ports: StorePorts, *, within: float = 0.4) -> None:
    hands = Hands(queue(ports))
    async with working(hands):
        await asyncio.sleep(within)
    assert hands.ids == []


class TestAsking:
    async def test_it_is_there_and_delivered_after_the_commit_and_not_before(self, ports: StorePorts) -> None:
        job, book, hands = a_job(), a_book(), Hands(queue(ports))
        async with working(hands), ports.units(CALLER) as uow:
            uow.books.add(book)
            uow.jobs.enqueue(job)
            await asyncio.sleep(0.15)
            assert (await is_there(ports, job), hands.took) == (False, [])
            await uow.commit()
            await hands.until(1)
        assert (await ports.books.get(book.id)).id == book.id
        assert hands.ids == [job.id]

    async def test_without_a_commit_it_never_was(self, ports: StorePorts) -> None:
        job = a_job()
        async with ports.units(CALLER) as uow:
            uow.jobs.enqueue(job)
        assert not await is_there(ports, job)
        await nothing_comes(ports)

    @pytest.mark.needs("transactions", "enforces_unique")
    async def test_with_a_change_that_fails_it_never_was(self, ports: StorePorts) -> None:
        async with ports.units(CALLER) as uow:
            uow.books.add(a_book(number=1))
            await uow.commit()
        jobs = [a_job(), a_job()]
        for asked_first in (True, False):
            with pytest.raises(IsbnExists):
                async with ports.units(CALLER) as uow:
                    if asked_first:
                        uow.jobs.enqueue(*jobs)
                    uow.books.add(a_book(number=1))
                    if not asked_first:
                        uow.jobs.enqueue(*jobs)
                    await uow.commit()
        assert not any([await is_there(ports, job) for job in jobs])
        await nothing_comes(ports)

    @pytest.mark.needs("transactions")
    async def test_with_a_save_that_is_stale_it_never_was(self, ports: StorePorts) -> None:
        customer, job = a_customer(), a_job()
        async with ports.units(CALLER) as uow:
            uow.customers.add(customer)
            await uow.commit()
        gone, event = customer.delete(at=now(), by="bob")
        for wins in (True, False):
            try:
                async with ports.units(CALLER) as uow:
                    uow.customers.save(gone)
                    uow.record(event)
                    uow.jobs.enqueue(job if wins else a_job())
                    await uow.commit()
            except Conflict:
                assert not wins
        assert await is_there(ports, job)
        hands = Hands(queue(ports))
        async with working(hands):
            await hands.until(1)
        assert hands.ids == [job.id]

    async def test_every_field_is_read_as_it_was_asked_for(self, ports: StorePorts) -> None:
        plain = a_job()
        full = a_job(
            "mail",
            arguments={"order_id": 'é"\\', "count": 2**53, "yes": True, "nothing": None},
            run_at=now() + seconds(3600),
            unique_key="mail:1",
            queue="slow",
            priority=-7,
            by="ünal",
        )
        await enqueued(ports, plain)
        async with ports.units(Caller("eve")) as uow:
            uow.jobs.enqueue(full)
            await uow.commit()
        for job in (asked_by(plain, CALLER.request_id, CALLER.traceparent), asked_by(full, None)):
            assert await kept(ports, job.id) == job
            assert await reader(ports).get(job.id) == JobRead.of(job)

    async def test_many_are_asked_for_at_once(self, ports: StorePorts) -> None:
        jobs, hands = [a_job(arguments={"n": n}) for n in range(200)], Hands(queue(ports))
        async with working(hands, concurrency=10):
            await enqueued(ports, *jobs)
            await hands.until(200)
        assert sorted(hands.ids) == [job.id for job in jobs]
        assert [(await state(ports, job)) for job in jobs[:3]] == [JobState.SUCCEEDED] * 3

    async def test_an_id_is_of_one_job(self, ports: StorePorts) -> None:
        job = a_job()
        await enqueued(ports, job)
        with pytest.raises(Conflict):
            await enqueued(ports, replace(job, kind="other"))


class TestUniqueKeys:
    async def test_a_second_one_is_left_out_in_silence_with_all_else_kept(self, ports: StorePorts) -> None:
        first, second, other = (a_job(unique_key=key) for key in ("a", "a", "b"))
        await enqueued(ports, first)
        book = a_book()
        async with ports.units(CALLER) as uow:
            uow.books.add(book)
            uow.jobs.enqueue(second, other)
            await uow.commit()
        assert [await is_there(ports, job) for job in (first, second, other)] == [True, False, True]
        assert (await ports.books.get(book.id)).id == book.id
        hands = Hands(queue(ports))
        async with working(hands):
            await hands.until(2)
            await asyncio.sleep(0.2)
        assert set(hands.ids) == {first.id, other.id}

    async def test_within_one_unit_too(self, ports: StorePorts) -> None:
        jobs = [a_job(unique_key="a") for _ in range(3)]
        await enqueued(ports, *jobs)
        assert [await is_there(ports, job) for job in jobs] == [True, False, False]

    @pytest.mark.parametrize("how", ["succeeds", "fails", "is cancelled"])
    async def test_it_is_free_again_once_the_job_is_done(self, ports: StorePorts, how: str) -> None:
        job, again = a_job(unique_key="a"), a_job(unique_key="a")
        await enqueued(ports, job)
        if how == "is cancelled":
            await cancelled(ports, job)
        else:
            running = await begun(ports, job)
            await enqueued(ports, again)
            assert not await is_there(ports, again)
            ended = running.succeed(None, at=now()) if how == "succeeds" else running.fail(BROKEN, at=now())
            assert await queue(ports).end(ended)
        await enqueued(ports, again)
        assert await is_there(ports, again)

    @pytest.mark.needs("transactions")
    async def test_of_two_at_once_one_is_kept_and_both_commit(self, ports: StorePorts) -> None:
        jobs, all_are_ready = [a_job(unique_key="a") for _ in range(8)], asyncio.Barrier(8)

        async def ask(job: Job) -> None:
            async with ports.units(CALLER) as uow:
                uow.jobs.enqueue(job)
                uow.books.add(a_book(number=jobs.index(job)))
                await all_are_ready.wait()
                await uow.commit()

        await asyncio.gather(*map(ask, jobs))
        assert sum([await is_there(ports, job) for job in jobs]) == 1

    async def test_one_that_is_to_be_run_again_does_not_get_a_key_that_was_taken(self, ports: StorePorts) -> None:
        job, other = a_job(unique_key="a"), a_job(unique_key="a")
        await enqueued(ports, job)
        await cancelled(ports, job)
        await enqueued(ports, other)
        with pytest.raises(JobKeyExists):
            await asked_again(ports, job)
        assert await state(ports, job) is JobState.CANCELLED


class TestReading:
    async def test_what_is_not_there_is_not_found(self, ports: StorePorts) -> None:
        with pytest.raises(NotFound):
            await reader(ports).get(new_id())
        with pytest.raises(NotFound):
            await kept(ports, JobId(new_id()))

    async def test_lists(self, ports: StorePorts) -> None:
        def job(name: str, after: int, **given: Any) -> Job:
            return a_job(at=MORNING + minutes(after), arguments={"name": name}, **given)

        jobs = [
            job("a", 0, unique_key="k", queue="slow"),
            job("b", 1, kind="mail"),
            job("c", 2, unique_key="k2"),
            job("d", 3, kind="mail", unique_key="k"),
            job("e", 4),
        ]
        await enqueued(ports, *jobs[:3])
        await cancelled(ports, jobs[0])
        await enqueued(ports, *jobs[3:])

        async def found(**filters: str) -> str:
            listed = await walked(JOB_LIST, reader(ports).list, **filters)
            return "".join(str(one.arguments["name"]) for one in listed)

        assert await found() == "edcba"
        assert await found(sort="created_at") == "abcde"
        assert await found(kind="mail") == "db"
        assert await found(state="cancelled") == "a"
        assert await found(state="waiting", kind="count") == "ec"
        assert await found(unique_key="k") == "da"
        assert await found(created_at__gt="2026-03-01T09:01:00Z", created_at__lte="2026-03-01T09:03:00Z") == "dc"
        page = await asked(JOB_LIST, reader(ports).list, limit="2", include="total")
        assert (page.has_more, page.total, page.data[0]) == (
            True,
            5,
            JobRead.of(asked_by(jobs[4], CALLER.request_id, CALLER.traceparent)),
        )

    async def test_depths(self, ports: StorePorts) -> None:
        assert list(await reader(ports).depths()) == []
        early, late = now() - seconds(60), now() - seconds(30)
        waiting = [a_job("a", at=at) for at in (late, early)]
        later, bad, running, good = a_job("b", run_at=now() + seconds(600)), a_job("b"), a_job("b"), a_job("c")
        await enqueued(ports, bad, good)
        begun_bad, begun_good = await begun_all(ports, bad, good)
        assert await queue(ports).end(begun_bad.fail(BROKEN, at=now()))
        assert await queue(ports).end(begun_good.succeed(None, at=now()))
        await enqueued(ports, running)
        await begun(ports, running)
        await enqueued(ports, later, *waiting)
        assert list(await reader(ports).depths()) == [
            QueueDepth(kind="a", waiting=2, running=0, failed=0, oldest_due=early),
            QueueDepth(kind="b", waiting=1, running=1, failed=1, oldest_due=None),
        ]


class TestSaving:
    async def test_a_save_gives_the_next_version_and_an_old_one_is_a_conflict(self, ports: StorePorts) -> None:
        job = a_job()
        await enqueued(ports, job)
        loaded = await kept(ports, job.id)
        gone = await saved(ports, loaded.cancel(at=now(), by="eve")[0])
        assert (gone.lifecycle.version, gone.state) == (2, JobState.CANCELLED)
        assert await kept(ports, job.id) == gone
        with pytest.raises(Conflict):
            await saved(ports, loaded.cancel(at=now(), by="bob")[0])
        assert await reader(ports).get(job.id) == JobRead.of(gone)

    async def test_whoever_begins_or_ends_it_changes_it_too(self, ports: StorePorts) -> None:
        job = a_job()
        await enqueued(ports, job)
        loaded = await kept(ports, job.id)
        running = await begun(ports, job)
        with pytest.raises(Conflict):
            await saved(ports, loaded.cancel(at=now(), by="eve")[0])
        assert await queue(ports).end(running.succeed(None, at=now()))
        with pytest.raises(Conflict):
            await saved(ports, running.cancel(at=now(), by="eve")[0])


class TestDelivering:
    async def test_an_attempt_has_begun_and_that_is_kept(self, ports: StorePorts) -> None:
        job, before = a_job("mail", arguments={"n": 1}), now()
        await enqueued(ports, job)
        running = await begun(ports, job)
        assert running.started_at is not None
        assert before <= running.started_at <= now()
        asked_for = asked_by(job, CALLER.request_id, CALLER.traceparent)
        expected = asked_for.begin(at=running.started_at)
        expected = replace(expected, lifecycle=expected.lifecycle.next_version())
        assert (running, running.attempt, running.lease) == (expected, 1, 1)
        assert (running.lifecycle.updated_by, running.state) == ("job:mail", JobState.RUNNING)
        assert await kept(ports, job.id) == running

    async def test_the_highest_priority_goes_first(self, ports: StorePorts) -> None:
        jobs = [a_job(priority=priority) for priority in (0, -5, 100, 3, 3, 0)]
        await enqueued(ports, *jobs)
        hands = Hands(queue(ports))
        async with working(hands, concurrency=1):
            await hands.until(6)
        assert [job.priority for job in hands.took] == [100, 3, 3, 0, 0, -5]
        assert hands.ids == [jobs[n].id for n in (2, 3, 4, 0, 5, 1)]

    async def test_one_whose_time_has_not_come_waits_for_it(self, ports: StorePorts) -> None:
        due = now() + seconds(0.7)
        later, at_once, hands = a_job(run_at=due), a_job(), Hands(queue(ports))
        async with working(hands):
            await enqueued(ports, later, at_once)
            await hands.until(1)
            assert hands.ids == [at_once.id]
            await hands.until(2)
        started = hands.took[1].started_at
        assert started is not None
        assert due <= started <= due + seconds(2)

    async def test_only_what_is_in_these_queues_is_handed_out(self, ports: StorePorts) -> None:
        jobs = [a_job(queue=name) for name in ("a", "b", "c")]
        await enqueued(ports, *jobs)
        hands = Hands(queue(ports))
        async with working(hands, queues=["a", "c"]):
            await hands.until(2)
            await asyncio.sleep(0.2)
        assert set(hands.ids) == {jobs[0].id, jobs[2].id}
        assert await state(ports, jobs[1]) is JobState.WAITING

    @pytest.mark.parametrize("concurrency", [1, 3, 8])
    async def test_no_more_are_at_hand_than_that(self, ports: StorePorts, concurrency: int) -> None:
        async def slowly(job: Job) -> None:
            await asyncio.sleep(0.02)
            await hands.succeed(job)

        hands = Hands(queue(ports), slowly)
        await enqueued(ports, *[a_job() for _ in range(20)])
        async with working(hands, concurrency=concurrency):
            await hands.until(20)
        assert hands.most == concurrency

    async def test_what_comes_back_makes_room_for_the_next(self, ports: StorePorts) -> None:
        """One that takes long keeps no other one from being begun."""
        holding = asyncio.Event()
        slow = a_job(priority=1)

        async def run(job: Job) -> None:
            if job.id == slow.id:
                await holding.wait()
            await hands.succeed(job)

        hands = Hands(queue(ports), run)
        await enqueued(ports, slow, *[a_job() for _ in range(30)])
        async with working(hands, concurrency=2):
            await eventually(lambda: len(hands.took) == 31)
            holding.set()
            await hands.until(31)

    async def test_two_workers_never_run_one_job_at_once_and_each_runs_once(self, ports: StorePorts) -> None:
        jobs = [a_job() for _ in range(150)]

        async def shortly(job: Job) -> None:
            await asyncio.sleep(0.005)
            await hands.succeed(job)

        hands = Hands(queue(ports), shortly)
        async with working(hands, concurrency=5), working(hands, concurrency=5):
            await enqueued(ports, *jobs[:75])
            for job in jobs[75:]:
                await enqueued(ports, job)
            await hands.until(150)
            await asyncio.sleep(0.2)
        assert sorted(hands.ids) == [job.id for job in jobs]
        assert hands.most > 5

    async def test_a_run_that_raises_has_another_attempt(self, ports: StorePorts) -> None:
        async def clumsily(job: Job) -> None:
            if job.attempt == 1:
                raise RuntimeError("it fell")
            await hands.succeed(job)

        job, hands = a_job(), Hands(queue(ports), clumsily)
        await enqueued(ports, job)
        async with working(hands):
            await hands.until(2)
        assert [(one.id, one.attempt, one.lease) for one in hands.took] == [(job.id, 1, 1), (job.id, 2, 2)]
        assert await state(ports, job) is JobState.SUCCEEDED

    async def test_a_run_that_ends_nothing_has_another_attempt(self, ports: StorePorts) -> None:
        async def forgetfully(job: Job) -> None:
            if job.attempt > 1:
                await hands.succeed(job)

        job, hands = a_job(), Hands(queue(ports), forgetfully)
        await enqueued(ports, job)
        async with working(hands):
            await hands.until(2)
        assert hands.ids == [job.id, job.id]

    async def test_runs_that_raise_take_no_room_from_others(self, ports: StorePorts) -> None:
        async def clumsily(job: Job) -> None:
            if job.kind == "bad" and job.attempt == 1:
                raise RuntimeError("it fell")
            await hands.succeed(job)

        hands = Hands(queue(ports), clumsily)
        bad, good = [a_job("bad") for _ in range(6)], a_job()
        async with working(hands, concurrency=2):
            await enqueued(ports, *bad)
            await hands.until(2)
            await enqueued(ports, good)
            await hands.until(13)
        assert {await state(ports, job) for job in (*bad, good)} == {JobState.SUCCEEDED}

    async def test_one_that_takes_longer_than_a_heartbeat_is_run_once(self, ports: StorePorts) -> None:
        async def slowly(job: Job) -> None:
            await asyncio.sleep(3.0)
            await hands.succeed(job)

        hands = Hands(queue(ports), slowly)
        await enqueued(ports, a_job(), a_job())
        async with working(hands), working(hands):
            await hands.until(2)
            await asyncio.sleep(0.3)
        assert (len(hands.took), hands.twice) == (2, [])

    async def test_stopping_waits_for_what_runs_and_hands_nothing_more_out(self, ports: StorePorts) -> None:
        holding = asyncio.Event()

        async def hold(job: Job) -> None:
            await holding.wait()
            await hands.succeed(job)

        jobs, hands = [a_job() for _ in range(5)], Hands(queue(ports), hold)
        await enqueued(ports, *jobs)
        async with working(hands, concurrency=2) as stopping:
            await eventually(lambda: len(hands.took) == 2)
            stopping.set()
            await asyncio.sleep(0.2)
            assert await state(ports, hands.took[0]) is JobState.RUNNING
            holding.set()
        assert len(hands.took) == 2
        assert [await state(ports, job) for job in hands.took] == [JobState.SUCCEEDED] * 2
        rest = Hands(queue(ports))
        async with working(rest):
            await rest.until(3)
        assert {*hands.ids, *rest.ids} == {job.id for job in jobs}
        assert all(job.attempt == 1 for job in rest.took)

    async def test_who_is_told_to_stop_before_it_begins_takes_nothing(self, ports: StorePorts) -> None:
        await enqueued(ports, a_job())
        stopping, hands = asyncio.Event(), Hands(queue(ports))
        stopping.set()
        async with asyncio.timeout(5):
            await hands.queue.work(hands.run, queues=["default"], concurrency=2, stopping=stopping)
        assert hands.took == []


class TestEnding:
    async def test_what_became_of_it_is_kept(self, ports: StorePorts, a_heartbeat: float) -> None:
        good, bad = a_job(), a_job()
        await enqueued(ports, good, bad)
        running = await begun_all(ports, good, bad)
        at = now()
        done = replace(running[0].succeed({"rows": 3, "file": "é"}, at=at), progress=Progress(done=3, total=4))
        assert await queue(ports).end(done)
        failed = running[1].fail(BROKEN, at=at)
        assert await queue(ports).end(failed)
        for ended in (done, failed):
            expected = replace(ended, lifecycle=ended.lifecycle.next_version())
            assert await kept(ports, ended.id) == expected
            assert (await reader(ports).get(ended.id)).done
        assert (await reader(ports).get(good.id)).progress == ProgressRead(done=3, total=4)
        assert (await reader(ports).get(bad.id)).error == JobErrorRead(code="unavailable", message="nobody there")
        await nothing_comes(ports, within=a_heartbeat)

    async def test_put_off_it_is_delivered_again_at_its_time(self, ports: StorePorts) -> None:
        due: list[datetime] = []

        async def put_off_once(job: Job) -> None:
            if job.attempt > 1:
                await hands.succeed(job)
                return
            due.append(now() + seconds(0.5))
            assert await hands.queue.end(job.put_off(BROKEN, until=due[0], at=now()))

        job, hands = a_job(), Hands(queue(ports), put_off_once)
        await enqueued(ports, job)
        async with working(hands):
            await hands.until(1)
            waits = await reader(ports).get(job.id)
            assert (waits.state, waits.run_at, waits.attempt) == (JobState.WAITING, due[0], 1)
            assert waits.error == JobErrorRead(code="unavailable", message="nobody there")
            await hands.until(2)
        started = hands.took[1].started_at
        assert started is not None
        assert due[0] <= started <= due[0] + seconds(0.8)
        assert [(one.attempt, one.lease) for one in hands.took] == [(1, 1), (2, 2)]

    async def test_put_off_until_at_once_it_comes_at_once(self, ports: StorePorts) -> None:
        async def put_off_often(job: Job) -> None:
            if job.attempt == 20:
                await hands.succeed(job)
            else:
                assert await hands.queue.end(job.put_off(BROKEN, until=now(), at=now()))
                # The run has not come back while the next attempt may begin.
                await asyncio.sleep(0.01)

        hands = Hands(queue(ports), put_off_often)
        await enqueued(ports, a_job())
        async with working(hands):
            await hands.until(20, within=5)
        assert [one.attempt for one in hands.took] == list(range(1, 21))

    async def test_handed_back_it_is_taken_by_another_at_once(self, ports: StorePorts) -> None:
        async def hand_back(job: Job) -> None:
            # As it is done: whoever hands back takes nothing more.
            stopping.set()
            await hands.queue.end(job.hand_back(at=now()))

        job, hands, others = a_job(), Hands(queue(ports), hand_back), Hands(queue(ports))
        await enqueued(ports, job)
        async with working(hands) as stopping:
            await hands.until(1)
        async with working(others):
            await others.until(1, within=1.8)
        # A worker that is looking while it is told to stop gives back what it finds, and that takes a lease, too.
        assert [one.lease for one in hands.took] == [1]
        assert [(one.id, one.attempt) for one in others.took] == [(job.id, 1)]
        assert others.took[0].lease > 1

    async def test_with_a_lost_lease_nothing_is_kept(self, ports: StorePorts, a_heartbeat: float) -> None:
        job = a_job()
        await enqueued(ports, job)
        first = await begun(ports, job)
        second = await begun(ports, job)
        assert (first.lease, second.lease, second.attempt) == (1, 2, 2)
        for end in (
            first.succeed({"by": "the dead"}, at=now()),
            first.put_off(BROKEN, until=now(), at=now()),
            first.hand_back(at=now()),
        ):
            assert not await queue(ports).end(end)
        assert await kept(ports, job.id) == second
        assert await queue(ports).end(second.succeed({"by": "the living"}, at=now()))
        assert (await reader(ports).get(job.id)).result == {"by": "the living"}
        assert not await queue(ports).end(second.fail(BROKEN, at=now()))
        assert await state(ports, job) is JobState.SUCCEEDED
        await nothing_comes(ports, within=a_heartbeat)

    async def test_what_was_never_begun_or_is_not_there_cannot_be_ended(self, ports: StorePorts) -> None:
        job = a_job(run_at=now() + seconds(60))
        await enqueued(ports, job)
        for one in (job, a_job()):
            assert not await queue(ports).end(one.succeed(None, at=now()))
        assert await state(ports, job) is JobState.WAITING


class TestCancelling:
    async def test_one_that_waits_is_never_begun(self, ports: StorePorts) -> None:
        soon, later = a_job(), a_job(run_at=now() + seconds(0.3))
        await enqueued(ports, soon, later)
        for job in (soon, later):
            await cancelled(ports, job)
        await nothing_comes(ports, within=0.8)
        assert await state(ports, soon) is JobState.CANCELLED

    async def test_who_runs_it_sees_it_and_keeps_how_far_it_is(self, ports: StorePorts) -> None:
        jobs = [a_job() for _ in range(3)]
        await enqueued(ports, *jobs)
        running = await begun_all(ports, *jobs)

        def held(*progress: Progress | None) -> list[Held]:
            return [
                Held(job_id=one.id, lease=one.lease, progress=reached)
                for one, reached in zip(running, progress, strict=True)
            ]

        assert await queue(ports).watch([]) == set()
        assert await queue(ports).watch(held(Progress(done=1), Progress(done=2, total=5), None)) == set()
        before = await kept(ports, jobs[1].id)
        assert (before.progress, before.lifecycle.version) == (Progress(done=2, total=5), 2)
        asked_to_stop = await cancelled(ports, jobs[1])
        assert (asked_to_stop.state, asked_to_stop.cancel_requested_at is None) == (JobState.RUNNING, False)
        assert await queue(ports).watch(held(None, Progress(done=3, total=5), None)) == {jobs[1].id}
        assert (await reader(ports).get(jobs[1].id)).progress == ProgressRead(done=3, total=5)
        assert (await reader(ports).get(jobs[0].id)).progress == ProgressRead(done=1, total=None)
        assert (await reader(ports).get(jobs[2].id)).progress is None

    async def test_who_lost_it_sees_that(self, ports: StorePorts) -> None:
        job, other = a_job(), a_job()
        await enqueued(ports, job, other)
        first, done = await begun_all(ports, job, other)
        await queue(ports).end(done.succeed(None, at=now()))
        second = await begun(ports, job)
        held = [Held(job_id=one.id, lease=one.lease, progress=Progress(done=9)) for one in (first, done)]
        nowhere = Held(job_id=JobId(new_id()), lease=1, progress=None)
        assert await queue(ports).watch([*held, nowhere]) == {job.id, other.id, nowhere.job_id}
        assert await queue(ports).watch([Held(job_id=job.id, lease=second.lease, progress=None)]) == set()
        assert (await reader(ports).get(job.id)).progress is None

    async def test_the_end_keeps_that_it_was_asked_for(self, ports: StorePorts) -> None:
        stopped, done = a_job(), a_job()
        await enqueued(ports, stopped, done)
        running = await begun_all(ports, stopped, done)
        wishes = [(await cancelled(ports, job)).cancel_requested_at for job in (stopped, done)]
        assert await queue(ports).end(running[0].stop(at=now()))
        assert await queue(ports).end(running[1].succeed(None, at=now()))
        for job, wish, became in zip((stopped, done), wishes, ("cancelled", "succeeded"), strict=True):
            read = await reader(ports).get(job.id)
            assert (read.cancel_requested_at, read.state, read.finished_at is None) == (wish, became, False)

    @pytest.mark.parametrize("how", ["put off", "handed back"])
    async def test_an_attempt_that_ends_in_another_is_the_last(
        self, ports: StorePorts, a_heartbeat: float, how: str
    ) -> None:
        job = a_job(unique_key="a")
        await enqueued(ports, job)
        running = await begun(ports, job)
        await cancelled(ports, job)
        at = now()
        end = running.hand_back(at=at) if how == "handed back" else running.put_off(BROKEN, until=at, at=at)
        assert await queue(ports).end(end)
        read = await reader(ports).get(job.id)
        assert (read.state, read.finished_at) == (JobState.CANCELLED, at)
        await nothing_comes(ports, within=a_heartbeat)


class TestRetrying:
    async def test_one_that_failed_is_run_again_once(self, ports: StorePorts, a_heartbeat: float) -> None:
        async def fail_at_first(job: Job) -> None:
            await (hands.succeed(job) if job.lease > 1 else hands.queue.end(job.fail(BROKEN, at=now())))

        job, hands = a_job(), Hands(queue(ports), fail_at_first)
        await enqueued(ports, job)
        async with working(hands):
            await hands.until(1)
            await asked_again(ports, job)
            await hands.until(2, within=1.8)
            await asyncio.sleep(a_heartbeat)
        assert [(one.attempt, one.lease) for one in hands.took] == [(1, 1), (1, 2)]
        read = await reader(ports).get(job.id)
        assert (read.state, read.result, read.error) == (JobState.SUCCEEDED, {"attempt": 1}, None)

    @pytest.mark.parametrize("due", [0, 0.5, 600])
    async def test_one_that_was_cancelled_is_run_again_once(
        self, ports: StorePorts, a_heartbeat: float, due: float
    ) -> None:
        job = a_job(run_at=now() + seconds(due))
        await enqueued(ports, job)
        await cancelled(ports, job)
        await asked_again(ports, job)
        hands = Hands(queue(ports))
        async with working(hands):
            await hands.until(1, within=1.8)
            await asyncio.sleep(a_heartbeat)
        assert hands.ids == [job.id]

    async def test_one_whose_run_has_not_come_back_is_run_again_once(
        self, ports: StorePorts, a_heartbeat: float
    ) -> None:
        job, holding = a_job(), asyncio.Event()

        async def linger(one: Job) -> None:
            await hands.queue.end(one.fail(BROKEN, at=now()) if one.lease == 1 else one.succeed(None, at=now()))
            if one.lease == 1:
                await holding.wait()

        hands = Hands(queue(ports), linger)
        await enqueued(ports, job)
        async with working(hands):
            await eventually(lambda: are_done(ports, job))
            await asked_again(ports, job)
            await asyncio.sleep(0.2)
            holding.set()
            await hands.until(2, within=1.8)
            await asyncio.sleep(a_heartbeat)
        assert [one.lease for one in hands.took] == [1, 2]

    async def test_cancelled_and_asked_again_while_workers_take_it_each_run_is_the_only_one(
        self, ports: StorePorts, a_heartbeat: float
    ) -> None:
        async def shortly(job: Job) -> None:
            await asyncio.sleep(0.003)
            await hands.succeed(job)

        jobs, hands = [a_job() for _ in range(40)], Hands(queue(ports), shortly)

        async def meddle(job: Job) -> None:
            for _ in range(4):
                # Whoever runs it is quicker at times, and then it is done.
                with suppress(Conflict, JobFinished, JobNotFailed):
                    await cancelled(ports, job)
                    await asked_again(ports, job)

        async with working(hands, concurrency=5), working(hands, concurrency=5):
            await enqueued(ports, *jobs)
            await asyncio.gather(*map(meddle, jobs))
            await eventually(lambda: are_done(ports, *jobs), within=10)
            await asyncio.sleep(a_heartbeat)
        assert hands.twice == []
        assert len({(one.id, one.lease) for one in hands.took}) == len(hands.took)
        assert {await state(ports, job) for job in jobs} <= {JobState.SUCCEEDED, JobState.CANCELLED}


class TestForgetting:
    async def test_those_that_went_well_or_were_cancelled_are_forgotten(self, ports: StorePorts) -> None:
        good = [a_job() for _ in range(3)]
        bad, fresh = a_job(), a_job()
        gone, waiting = a_job(run_at=now() + seconds(600)), a_job(run_at=now() + seconds(600))
        await enqueued(ports, *good, bad, gone, fresh)
        long_ago = now() - seconds(3600)
        *running, begun_bad, begun_fresh = await begun_all(ports, *good, bad, fresh)
        for place, one in enumerate(running):
            assert await queue(ports).end(one.succeed(None, at=long_ago + seconds(place)))
        assert await queue(ports).end(begun_bad.fail(BROKEN, at=long_ago))
        assert await queue(ports).end(begun_fresh.succeed(None, at=now()))
        await saved(ports, (await kept(ports, gone.id)).stop(at=long_ago + seconds(60)))
        given_up = a_job()
        await enqueued(ports, given_up)
        assert await queue(ports).end((await begun(ports, given_up)).fail(BROKEN, at=long_ago + seconds(70)))
        was = await cancelled(ports, given_up)
        assert (was.state, was.error) == (JobState.CANCELLED, BROKEN)
        assert await kept(ports, given_up.id) == was
        assert [one.failed for one in await reader(ports).depths()] == [1]
        await enqueued(ports, waiting)
        assert await queue(ports).forget(finished_before=long_ago, many=10) == 0
        # The oldest first.
        assert await queue(ports).forget(finished_before=now() - seconds(60), many=2) == 2
        assert [await is_there(ports, job) for job in good] == [False, False, True]
        assert await queue(ports).forget(finished_before=now() - seconds(60), many=10) == 3
        assert await queue(ports).forget(finished_before=now() - seconds(60), many=10) == 0
        there = [await is_there(ports, job) for job in (*good, gone, given_up, bad, waiting, fresh)]
        assert there == [False] * 5 + [True] * 3
