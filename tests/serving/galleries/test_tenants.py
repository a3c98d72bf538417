"""One tenant never sees, finds or erases what is another's."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import event

from base.errors import GalleryNotFoundError, InvalidArgumentError
from base.ids import GalleryName
from serving.caller import Caller
from serving.galleries.service import GalleryService
from serving.galleries.types import LegalBasis
from serving.storage.schema import Base
from tests.support.galleries import World

Pictures = Mapping[str, list[bytes]]
Call = Callable[[GalleryService, Caller, GalleryName, bytes], Any]
OTHER = Caller.local("bank-b")

CALLS: dict[str, Call] = {
    "get_gallery": lambda s, c, g, p: s.get_gallery(c, g),
    "list_galleries": lambda s, c, g, p: s.list_galleries(c, g.tenant),
    "create_gallery": lambda s, c, g, p: s.create_gallery(
        c, GalleryName(g.tenant, "new"), "x", LegalBasis.CONTRACT
    ),
    "delete_gallery": lambda s, c, g, p: s.delete_gallery(c, g),
    "enrol_subject": lambda s, c, g, p: s.enrol_subject(c, g.subject("c-9"), [p]),
    "add_pictures": lambda s, c, g, p: s.add_pictures(c, g.subject("c-1"), [p]),
    "get_subject": lambda s, c, g, p: s.get_subject(c, g.subject("c-1")),
    "list_subjects": lambda s, c, g, p: s.list_subjects(c, g),
    "delete_subject": lambda s, c, g, p: s.delete_subject(c, g.subject("c-1")),
    "open_import": lambda s, c, g, p: s.open_import(c, g),
    "search": lambda s, c, g, p: s.search(c, g, p),
    "recognise": lambda s, c, g, p: s.recognise(c, g, s._read(p), 0.01),
    "check_searchable": lambda s, c, g, p: s.check_searchable(c, g),
    "verify_subject": lambda s, c, g, p: s.verify_subject(c, g.subject("c-1"), p),
}


@pytest.mark.parametrize("method", CALLS)
def test_a_gallery_of_another_tenant_is_not_there(
    world: World, pictures: Pictures, method: str
) -> None:
    gallery = world.gallery()
    name = gallery.subject("c-1")
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1])
    with pytest.raises(GalleryNotFoundError):
        CALLS[method](world.service, OTHER, gallery, pictures["seat-1"][1])
    assert world.service.get_subject(world.caller, name).template_count == 1


def test_every_method_that_takes_a_caller_is_in_the_table() -> None:
    methods = {
        name
        for name, member in vars(GalleryService).items()
        if not name.startswith("_") and "caller" in getattr(member, "__annotations__", {})
    }
    assert methods == CALLS.keys()


def test_galleries_of_one_name_are_kept_apart(world: World, pictures: Pictures) -> None:
    ours = world.gallery()
    theirs = GalleryName("bank-b", ours.gallery)
    world.service.create_gallery(OTHER, theirs, "tests", LegalBasis.CONTRACT)
    world.service.enrol_subject(world.caller, ours.subject("c-1"), pictures["seat-1"][:1])
    assert world.service.search(OTHER, theirs, pictures["seat-1"][1]).hits == ()
    world.service.enrol_subject(OTHER, theirs.subject("c-1"), pictures["seat-2"][:1])
    world.service.delete_gallery(OTHER, theirs)
    found = world.service.search(world.caller, ours, pictures["seat-1"][1])
    assert [hit.subject for hit in found.hits] == ["c-1"]


def test_a_page_token_of_another_tenant_or_gallery_is_refused(
    world: World, pictures: Pictures
) -> None:
    gallery, second = world.gallery("one"), world.gallery("two")
    theirs = GalleryName("bank-b", "one")
    world.service.create_gallery(OTHER, theirs, "tests", LegalBasis.CONTRACT)
    for seat in ("seat-1", "seat-2"):
        world.service.enrol_subject(world.caller, gallery.subject(seat), pictures[seat][:1])
    token = world.service.list_subjects(world.caller, gallery, page_size=1).next_page_token
    assert token
    with pytest.raises(InvalidArgumentError):
        world.service.list_subjects(OTHER, theirs, page_token=token)
    with pytest.raises(InvalidArgumentError):
        world.service.list_subjects(world.caller, second, page_token=token)
    with pytest.raises(InvalidArgumentError):
        world.service.list_galleries(world.caller, "bank-a", page_token=token)


def test_every_statement_on_tenant_data_names_the_tenant(world: World, pictures: Pictures) -> None:
    statements: list[str] = []

    @event.listens_for(world.database._engine, "before_cursor_execute")
    def _keep(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(" ".join(statement.split()))

    gallery = world.gallery()
    name = gallery.subject("c-1")
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1], request_id="r-1")
    world.service.add_pictures(world.caller, name, pictures["seat-1"][1:2])
    session = world.service.open_import(world.caller, gallery)
    session.finish()
    world.service.search(world.caller, gallery, pictures["seat-1"][2])
    world.service.verify_subject(world.caller, name, pictures["seat-1"][2])
    world.service.list_subjects(world.caller, gallery)
    world.service.list_galleries(world.caller, "bank-a")
    world.service.sweep()
    world.service.delete_subject(world.caller, name)
    world.service.delete_gallery(world.caller, gallery)
    loose = [one for one in statements if not _names_the_tenant(one)]
    assert len(statements) > 100
    assert loose == []


def _names_the_tenant(statement: str) -> bool:
    """Return whether a statement is bound to a tenant, or to one row that a query with a tenant
    gave (the unit of work updates and deletes by row id)."""
    own = {table for table in Base.metadata.tables if table not in {"audit", "service_keys"}}
    read = re.search(r"\b(?:FROM|UPDATE|INTO) (\w+)", statement)
    if read is None or read[1] not in own:
        return True
    if statement.startswith("INSERT"):
        return "tenant" in statement
    if statement == "SELECT tenants.tenant FROM tenants ORDER BY tenants.tenant":
        return True  # The sweep, which then takes the tenants one by one.
    is_by_row = re.search(r"WHERE \w+\.id = \?$", statement) is not None
    return "tenant = ?" in statement or (is_by_row and not statement.startswith("SELECT"))
