"""/v1/customers/{id}/profile: one customer, whole."""

from inspect import getdoc

from litestar.types import ASGIApp

from application.analytics.lifetime_reports import CUSTOMER_PROFILE
from application.customers.profiles import CustomerProfileRead, ProfileService
from entrypoints.http.analytics import report_parameters
from entrypoints.http.analytics_examples import example_of
from entrypoints.http.examples import CUSTOMER, ORDER, page_of, plain
from entrypoints.http.handlers import Handlers
from entrypoints.http.operations import Handler, Operation
from entrypoints.http.replies import encode, json_reply
from entrypoints.http.requests import HttpRequest, path_id, query_pairs


def profile_operations(profiles: ProfileService, handlers: Handlers) -> list[Operation]:
    """The operation of profiles."""
    return [
        Operation(
            id="get_customer_profile",
            method="GET",
            path="/v1/customers/{customer_id}/profile",
            handler=_profile(profiles, handlers),
            summary="See a customer whole",
            about=f"{getdoc(profiles.profile)}\n\n{CUSTOMER_PROFILE.definition.words}",
            tag="customers",
            parameters=report_parameters(CUSTOMER_PROFILE),
            counts=True,
            gives=CustomerProfileRead,
            gives_example={
                "customer": plain(CUSTOMER),
                "latest_orders": page_of(ORDER)["data"],
                "analytics": example_of(CUSTOMER_PROFILE.name),
            },
        )
    ]


def _profile(profiles: ProfileService, handlers: Handlers) -> Handler:
    async def handle(request: HttpRequest) -> ASGIApp:
        scope = request.scope
        customer_id = path_id(scope, "customer_id", "customer")
        found = await profiles.profile(customer_id, query_pairs(scope))
        return handlers.packed(json_reply(encode(found)), scope)

    return handle
