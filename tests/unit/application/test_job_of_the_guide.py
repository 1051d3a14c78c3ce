"""The job that docs/how-to/jobs.md writes, and its test."""

import asyncio
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from adapters.memory.jobs import MemoryJobQueue
from adapters.memory.unit_of_work import MemoryUnitsOfWork
from adapters.system.system import SystemClock
from application.books.models import BookCreate
from application.caller import Caller
from application.jobs.running import JobRunner
from domain.jobs.job import Job, JobState
from tests.support.pools import eventually
from tests.support.working import a_job
from tests.unit.application.conftest import Shop
from tests.unit.application.test_running import Telling

PAGE = Path(__file__).parents[3] / "docs/how-to/jobs.md"
ADA = Caller("ada")


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    """The module of the job and that of its test."""
    page = PAGE.read_text(encoding="utf-8")
    job, test = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    made = []
    for name, program in (("application.books.withdrawing", job), ("test_withdrawing", test)):
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(program, PAGE, "exec"), module.__dict__)  # it is the page's own
        made.append(module)
    return made[0], made[1]


async def test_its_test_passes(programs: tuple[ModuleType, ModuleType], shop: Shop) -> None:
    await programs[1].test_a_book_is_taken_out_once(shop)


async def test_a_worker_does_it(programs: tuple[ModuleType, ModuleType], shop: Shop) -> None:
    book = await shop.books.create(BookCreate(title="Emma", author="Jane Austen", isbn="0141439580"), ADA)
    kind = programs[0].withdraw_book(shop.books)
    odd = a_job(kind.name, arguments={"book_id": "Emma"})
    sound = a_job(kind.name, arguments={"book_id": str(book.id)})
    async with MemoryUnitsOfWork(shop.store)(ADA) as uow:
        uow.jobs.enqueue(odd, sound)
        await uow.commit()
    queue, stopping = MemoryJobQueue(shop.store, SystemClock()), asyncio.Event()
    runner = JobRunner(queue=queue, kinds=[kind], clock=SystemClock(), chance=lambda: 0.0, telemetry=Telling())
    work = asyncio.create_task(runner.work(queues=["default"], concurrency=1, stopping=stopping, grace=1))

    def kept(job: Job) -> Job:
        return shop.store.jobs[job.id]

    try:
        await eventually(lambda: kept(odd).state.done and kept(sound).state.done)
    finally:
        stopping.set()
        await work
    assert (kept(odd).state, kept(sound).state) == (JobState.FAILED, JobState.SUCCEEDED)
    assert kept(sound).result == {"withdrawn": True}
    assert (await shop.books.get(book.id, include_deleted=True)).deleted_at is not None
