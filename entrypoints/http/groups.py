"""/v1/groups and their members."""

from inspect import getdoc
from uuid import UUID

from application.customers.models import CustomerRead
from application.groups.models import (
    GROUP_LIST,
    GROUP_MEMBER_LIST,
    GroupCreate,
    GroupRead,
    GroupUpdate,
    MembersChange,
    MembersChanged,
)
from application.groups.service import GroupService
from application.listing import Listed
from application.ports.groups import GroupNameExists
from domain.customers.group import Group
from domain.shared.ids import GroupId
from entrypoints.http.examples import CUSTOMER, CUSTOMER_ID, NOW, page_of, plain
from entrypoints.http.handlers import Handlers
from entrypoints.http.members import MemberHandlers
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import list_parameters
from entrypoints.http.replies import NO_STORE
from entrypoints.http.resources import ResourceKind, resource_operations

_MEMBERS = "/v1/groups/{group_id}/members"
_KEY = ("group_id", "group")
_NEW = GroupCreate(name="Reading circle", description="Meets on the first Monday.")
_GROUP_ID = UUID("01933d10-6d81-7f54-96f8-4b5c6d7e8f06")
_FOUNDED, _ = Group.found(GroupId(_GROUP_ID), _NEW.details(), at=NOW, by="anonymous")
_CHANGE = MembersChange(customer_ids=[CUSTOMER_ID])

GROUPS = ResourceKind(
    noun="group",
    plural="groups",
    create=GroupCreate,
    update=GroupUpdate,
    read=GroupRead,
    listing=GROUP_LIST,
    new_example=_NEW,
    change_example=GroupUpdate(description="Meets on the second Monday."),
    example=GroupRead.of(_FOUNDED),
    unique=(GroupNameExists,),
    cache_control=NO_STORE,
    aliased=False,
)


def group_operations(service: GroupService, handlers: Handlers, members: MemberHandlers) -> list[Operation]:
    """The operations of groups."""

    async def present(group_id: UUID) -> int:
        return (await service.get(group_id, include_deleted=True)).version

    return [
        *resource_operations(GROUPS, service, handlers),
        Operation(
            id="get_group_members",
            method="GET",
            path=_MEMBERS,
            handler=handlers.read_sublist(service.members, GROUP_MEMBER_LIST, service.get, *_KEY),
            summary="List the members of a group",
            about=getdoc(service.members) or "",
            tag="groups",
            parameters=list_parameters(GROUP_MEMBER_LIST, without=frozenset({"group_id"})),
            gives=Listed[CustomerRead],
            gives_example=page_of(CUSTOMER),
        ),
        Operation(
            id="add_group_members",
            method="POST",
            path=_MEMBERS,
            handler=members.change(MembersChange, service.admit, _KEY),
            summary="Put customers into a group",
            about=getdoc(service.admit) or "",
            tag="groups",
            takes=MembersChange,
            takes_example=plain(_CHANGE),
            gives=MembersChanged,
            gives_example=plain(MembersChanged(changed=1, unchanged=0)),
        ),
        Operation(
            id="remove_group_members",
            method="POST",
            path=f"{_MEMBERS}/remove",
            handler=members.change(MembersChange, service.dismiss, _KEY),
            summary="Take customers out of a group",
            about=getdoc(service.dismiss) or "",
            tag="groups",
            takes=MembersChange,
            takes_example=plain(_CHANGE),
            gives=MembersChanged,
            gives_example=plain(MembersChanged(changed=1, unchanged=0)),
        ),
        Operation(
            id="remove_group_member",
            method="DELETE",
            path=f"{_MEMBERS}/{{customer_id}}",
            handler=members.remove(service.dismiss_one, present, _KEY, ("customer_id", "member")),
            summary="Take a customer out of a group",
            about=f"{getdoc(service.dismiss_one)}\n\n`If-Match` names a version of the group.",
            tag="groups",
            status=204,
            guarded=True,
        ),
    ]
