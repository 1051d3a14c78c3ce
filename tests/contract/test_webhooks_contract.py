from dataclasses import replace
from datetime import timedelta

import pytest

from application.caller import Caller
from application.errors import Conflict, NotFound
from application.ports.webhooks import WebhookReader
from application.webhooks.models import WEBHOOK_LIST, WebhookRead
from domain.customers.email_address import EmailAddress
from domain.shared.ids import WebhookId
from domain.webhooks.endpoint import WebhookEndpoint
from tests.support.builders import MORNING, minutes, new_id
from tests.support.lists import walked
from tests.support.store_case import StorePorts
from tests.support.webhooks import OTHER_SECRET, a_webhook

CALLER = Caller("bob")
LATER = MORNING + minutes(5)

pytestmark = pytest.mark.needs("writes")


def reader(ports: StorePorts) -> WebhookReader:
    assert ports.webhooks is not None
    return ports.webhooks


async def added(ports: StorePorts, *endpoints: WebhookEndpoint) -> None:
    async with ports.units(CALLER) as uow:
        for one in endpoints:
            uow.webhooks.add(one)
        await uow.commit()


async def saved(ports: StorePorts, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    async with ports.units(CALLER) as uow:
        kept = uow.webhooks.save(endpoint)
        await uow.commit()
    return kept


async def kept(ports: StorePorts, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    async with ports.units(CALLER) as uow:
        return await uow.webhooks.get(endpoint.id)


async def test_every_field_is_read_as_it_was_kept(ports: StorePorts) -> None:
    contact = EmailAddress.parse("hooks@shop.example.org")
    full = a_webhook("book.*", "order.placed", description="Stock; 'levels'", contact_email=contact, enabled=False)
    full, _ = full.rotate(OTHER_SECRET, overlap=timedelta(hours=24), at=LATER, by="bob")
    full = replace(full, failing_since=LATER)
    bare = a_webhook()
    await added(ports, full, bare)
    for one in (full, bare):
        assert await kept(ports, one) == one
        assert await reader(ports).get(one.id) == WebhookRead.of(one)
        assert one.secret.reveal() not in repr(await reader(ports).get(one.id))


async def test_a_save_gives_the_next_version_and_an_old_one_is_a_conflict(ports: StorePorts) -> None:
    endpoint = a_webhook()
    await added(ports, endpoint)
    paused = await saved(ports, endpoint.pause(at=LATER, by="bob")[0])
    assert await kept(ports, endpoint) == paused
    assert paused.lifecycle.version == 2
    with pytest.raises(Conflict):
        await saved(ports, endpoint.give_up(at=LATER, by="bob")[0])


async def test_its_contact_is_replaced_and_taken_away(ports: StorePorts) -> None:
    first, second = EmailAddress.parse("ada@example.org"), EmailAddress.parse("žofie@example.org")
    endpoint = a_webhook(contact_email=first)
    await added(ports, endpoint)
    for contact in (second, None, first):
        edited, _ = endpoint.edit(replace(endpoint.details, contact_email=contact), at=LATER, by="bob")
        endpoint = await saved(ports, edited)
        assert await kept(ports, endpoint) == endpoint
        assert (await reader(ports).get(endpoint.id)).contact_email == (None if contact is None else contact.value)


async def test_what_is_not_there_or_deleted_is_not_found(ports: StorePorts) -> None:
    endpoint = a_webhook()
    await added(ports, endpoint)
    gone = await saved(ports, endpoint.delete(at=LATER, by="bob")[0])
    for one in (endpoint.id, new_id()):
        with pytest.raises(NotFound):
            await reader(ports).get(one)
    assert await reader(ports).get(endpoint.id, include_deleted=True) == WebhookRead.of(gone)
    assert await kept(ports, endpoint) == gone
    async with ports.units(CALLER) as uow:
        with pytest.raises(NotFound):
            await uow.webhooks.get(WebhookId(new_id()))


async def test_an_id_is_of_one_endpoint(ports: StorePorts) -> None:
    endpoint = a_webhook()
    await added(ports, endpoint)
    with pytest.raises(Conflict):
        await added(ports, endpoint)


async def test_those_that_listen_are_active_and_not_deleted(ports: StorePorts) -> None:
    first, paused, off, gone, last = (
        a_webhook(),
        a_webhook().pause(at=LATER, by="job")[0],
        a_webhook(enabled=False),
        a_webhook().delete(at=LATER, by="bob")[0],
        a_webhook("book.*"),
    )
    await added(ports, last, gone, off, paused, first)
    async with ports.units(CALLER) as uow:
        assert await uow.webhooks.listening() == [first, last]


async def test_when_it_began_to_fail_is_kept_without_a_new_version(ports: StorePorts) -> None:
    endpoint, other = a_webhook(), a_webhook()
    await added(ports, endpoint, other)
    for since, expected in ((LATER, LATER), (LATER + minutes(5), LATER), (None, None), (None, None)):
        async with ports.units(CALLER) as uow:
            uow.webhooks.note_failing(endpoint.id, since)
            await uow.commit()
        assert await kept(ports, endpoint) == replace(endpoint, failing_since=expected)
    assert await kept(ports, other) == other
    await saved(ports, (await kept(ports, endpoint)).pause(at=LATER, by="job")[0])


async def test_that_it_fails_and_its_pause_are_kept_together(ports: StorePorts) -> None:
    endpoint = a_webhook()
    await added(ports, endpoint)
    async with ports.units(CALLER) as uow:
        uow.webhooks.note_failing(endpoint.id, LATER)
        paused = uow.webhooks.save(replace(endpoint, failing_since=LATER).pause(at=LATER, by="job")[0])
        await uow.commit()
    assert await kept(ports, endpoint) == paused


async def test_lists(ports: StorePorts) -> None:
    first, second, third = (a_webhook(description=name, at=MORNING + minutes(n)) for n, name in enumerate("abc"))
    await added(ports, first, second, third)
    await saved(ports, second.pause(at=MORNING + minutes(9), by="job")[0])
    await saved(ports, third.delete(at=LATER, by="bob")[0])

    async def found(**asked: str) -> str:
        return "".join([one.description or "" for one in await walked(WEBHOOK_LIST, reader(ports).list, **asked)])

    assert await found() == "ba"
    assert await found(include_deleted="true") == "cba"
    assert await found(sort="created_at") == "ab"
    assert await found(sort="-updated_at") == "ba"
    assert await found(state="paused") == "b"
    assert await found(created_at__gt="2026-03-01T09:00:00Z") == "b"
