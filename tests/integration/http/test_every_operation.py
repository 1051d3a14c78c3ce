"""Every operation of the document does what it is for: called with its own example, of things that are there."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
import pytest

from adapters.memory.store import MemoryStore
from application.caller import Caller
from domain.shared.ids import DeliveryId
from entrypoints.http.app import http_operations
from entrypoints.http.examples import CUSTOMER_ID
from entrypoints.http.openapi import openapi_document
from tests.integration.http.conftest import CONFIG
from tests.support.every_operation import Described, OneOfEach, another, described, one_of_each
from tests.support.http_client import HttpAnswer, HttpClient
from tests.support.loading import put
from tests.support.memory_case import memory_ports
from tests.support.one_application import application
from tests.support.regulars import regulars
from tests.support.services import services_on
from tests.support.store_case import StorePorts

DOCUMENT: dict[str, Any] = json.loads(
    msgspec.json.encode(openapi_document(http_operations(services_on(memory_ports(MemoryStore())), CONFIG), "1"))
)
OPERATIONS = {one.id: one for one in described(DOCUMENT)}


class Shop:
    """A store with two of each thing, and what has to be done before an operation has anything to do."""

    def __init__(self, ports: StorePorts, client: HttpClient, first: OneOfEach, second: OneOfEach) -> None:
        self.ports = ports
        self.client = client
        self.first = first
        self.second = second

    @classmethod
    async def opened(cls) -> "Shop":
        ports = memory_ports(MemoryStore())
        client = HttpClient(application(services_on(ports), CONFIG))
        every = list(OPERATIONS.values())
        first, second = await one_of_each(client, every), await one_of_each(client, every, nth=1)
        # These are there from the start.
        first.places |= {"report": "rfm", "code": "invalid"}
        return cls(ports, client, first, second)

    async def done(self, name: str, **places: str) -> HttpAnswer:
        """The answer to the example of an operation, of the first of each thing, or of `places`."""
        operation = OPERATIONS[name]
        body = operation.example() and self.body(operation)
        there = replace(self.first, places={**self.first.places, **places})
        return await self.client.request(operation.method, there.path(operation), json=body)

    def body(self, operation: Described) -> Any:
        """Its example: the second customer, so that a review is the first of the book; in a merge, the other one."""
        mixed = replace(self.first, ids={**self.first.ids, str(CUSTOMER_ID): self.second.ids[str(CUSTOMER_ID)]})
        body = another(mixed.body(operation), 2)
        if "from_id" in body:
            body["from_id"] = self.second.places[operation.places[0]]
        return body

    async def prepared(self, name: str) -> dict[str, str]:
        """Does what must come before, and says where the operation is to be done."""
        if name.startswith("restore_"):
            assert (await self.done(name.replace("restore", "delete"))).status == 204
        if name in ("unmerge_author", "unmerge_customer"):
            assert (await self.done(name.removeprefix("un"))).status == 200
        if name == "unmerge_author":
            return {"author_id": self.second.places["author_id"]}
        if name == "cancel_order":
            # What came back of an order keeps it from being cancelled.
            return {"order_id": (await self.done("create_order")).json()["id"]}
        if name == "retry_job":
            assert (await self.done("cancel_job")).status == 200
        if name == "replay_webhook_delivery":
            async with self.ports.units(Caller()) as uow:
                delivery = await uow.deliveries.get(DeliveryId(UUID(self.first.places["delivery_id"])))
                uow.deliveries.save([delivery.expire(at=delivery.lifecycle.created_at, by="job")])
                await uow.commit()
        if name in ("get_lifetime_value", "get_churn", "get_churn_customers"):
            await put(self.ports, regulars())
        if name == "remove_group_member":
            assert (await self.done("add_group_members")).status == 200
            return {"customer_id": self.second.places["customer_id"]}
        return {}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
async def test_an_operation_does_what_it_is_for(name: str) -> None:
    shop = await Shop.opened()
    places = await shop.prepared(name)
    answer = await shop.done(name, **places)
    assert answer.status == OPERATIONS[name].status, answer.body
