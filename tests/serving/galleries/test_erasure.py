"""What is forgotten is gone: from answers, index, database file, log and snapshot."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from base.errors import (
    GalleryNotFoundError,
    SecretsUnavailableError,
    StorageFailedError,
    SubjectExpiredError,
    SubjectNotFoundError,
)
from base.ids import SubjectName
from serving.galleries.erasable import Erasure
from serving.galleries.types import Consent, Receipt
from serving.galleries.vault import Vaults
from serving.storage.schema import SubjectRow, TemplateRow
from tests.support.galleries import START, ManualClock, World, open_world
from vision.assembly import FacePipeline

Pictures = Mapping[str, list[bytes]]


def counts(receipt: Receipt) -> dict[str, int]:
    return {store.name: store.erased_count for store in receipt.stores}


def rows_of(world: World, name: SubjectName) -> tuple[SubjectRow, list[TemplateRow]]:
    with world.database.read() as transaction:
        records = transaction.tenant(name.tenant)
        subject = records.subjects.get(records.galleries.get(name.gallery), name.subject)
        return subject, records.templates.of_subject(subject)


def test_a_deleted_subject_is_found_no_more(world: World, pictures: Pictures) -> None:
    gallery = world.gallery()
    name = gallery.subject("c-1")
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:2])
    world.service.enrol_subject(world.caller, gallery.subject("c-2"), pictures["seat-2"][:1])
    receipt = world.service.delete_subject(world.caller, name)
    assert receipt.is_complete
    assert counts(receipt) == {"database": 3, "index": 2, "snapshot": 0, "database-log": 2}
    assert world.service.search(world.caller, gallery, pictures["seat-1"][2]).hits == ()
    with pytest.raises(SubjectNotFoundError):
        world.service.get_subject(world.caller, name)
    found = world.service.search(world.caller, gallery, pictures["seat-2"][2])
    assert [hit.subject for hit in found.hits] == ["c-2"]


def test_no_byte_of_an_erased_subject_is_left_on_disk(world: World, pictures: Pictures) -> None:
    """Keys and ciphertext alike: neither database, log nor snapshot keeps them."""
    gallery = world.gallery()
    name = gallery.subject("c-1")
    consent = Consent("form-77-of-c-1", START)
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:2], consent, "Li Wei")
    world.service.enrol_subject(world.caller, gallery.subject("c-2"), pictures["seat-2"][:1])
    subject, templates = rows_of(world, name)
    traces = [subject.wrapped_key, subject.sealed_profile, b"form-77-of-c-1"]
    for template in templates:
        assert template.sealed_crop is not None
        traces += [template.sealed_vector, template.sealed_crop[:64], template.picture_mac]
    before = world.everything_on_disk()
    assert all(trace in before for trace in traces)
    assert b"Li Wei" not in before
    world.service.delete_subject(world.caller, name)
    after = world.everything_on_disk()
    assert not [place for place, trace in enumerate(traces) if trace in after]


def test_a_snapshot_is_written_again_without_the_erased_templates(
    tmp_path: Path, faces: FacePipeline, pictures: Pictures
) -> None:
    with open_world(tmp_path, faces, snapshot_every=1) as world:
        gallery = world.gallery()
        for seat in ("seat-1", "seat-2"):
            world.service.enrol_subject(world.caller, gallery.subject(seat), pictures[seat][:1])
        world.service.search(world.caller, gallery, pictures["seat-1"][1])
        (snapshot,) = tmp_path.rglob("*.snapshot")
        old = snapshot.read_bytes()
        receipt = world.service.delete_subject(world.caller, gallery.subject("seat-1"))
        assert counts(receipt)["snapshot"] == 1
        assert len(snapshot.read_bytes()) < len(old)
    with open_world(tmp_path, faces) as world:
        found = world.service.search(world.caller, gallery, pictures["seat-1"][1])
        assert (found.hits, found.gallery_size) == ((), 1)


def test_a_deleted_gallery_takes_everything_with_it(
    tmp_path: Path, faces: FacePipeline, pictures: Pictures
) -> None:
    with open_world(tmp_path, faces, snapshot_every=1) as world:
        gallery = world.gallery()
        for seat in ("seat-1", "seat-2"):
            world.service.enrol_subject(
                world.caller, gallery.subject(seat), pictures[seat][:1], request_id=seat
            )
        world.service.search(world.caller, gallery, pictures["seat-1"][1])
        receipt = world.service.delete_gallery(world.caller, gallery)
        assert counts(receipt)["index"] == counts(receipt)["snapshot"] == 2
        assert list(tmp_path.rglob("*.snapshot")) == []
        with pytest.raises(GalleryNotFoundError):
            world.service.search(world.caller, gallery, pictures["seat-1"][1])
        world.gallery()
        assert world.service.get_gallery(world.caller, gallery).subject_count == 0


def test_the_receipt_stands_in_the_audit_log(world: World, pictures: Pictures) -> None:
    name = world.gallery().subject("c-1")
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1])
    receipt = world.service.delete_subject(world.caller, name)
    line = list(world.audit.lines("bank-a"))[-1]
    assert (line.event.action, line.event.resource) == ("erasure.receipt", str(name))
    assert line.event.details["receipt"] == receipt.receipt_id
    assert line.event.details["store.database"] == 2


def test_an_expired_subject_never_matches_even_before_the_sweep(
    world: World, pictures: Pictures
) -> None:
    gallery = world.gallery(retention=timedelta(days=30))
    name = gallery.subject("c-1")
    subject = world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1]).subject
    assert subject.expires_at == START + timedelta(days=30)
    world.clock.advance(30 * 86_400)
    assert world.service.search(world.caller, gallery, pictures["seat-1"][1]).hits == ()
    for call in (
        lambda: world.service.verify_subject(world.caller, name, pictures["seat-1"][1]),
        lambda: world.service.get_subject(world.caller, name),
        lambda: world.service.add_pictures(world.caller, name, pictures["seat-1"][1:2]),
    ):
        with pytest.raises(SubjectExpiredError):
            call()
    assert world.service.list_subjects(world.caller, gallery).subjects == ()
    (receipt,) = world.service.sweep()
    assert receipt.resource == str(name)
    assert world.service.get_gallery(world.caller, gallery).subject_count == 0
    assert world.service.sweep() == ()


def test_an_id_is_free_again_after_expiry(world: World, pictures: Pictures) -> None:
    name = world.gallery(retention=timedelta(days=1)).subject("c-1")
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1])
    world.clock.advance(2 * 86_400)
    again = world.service.enrol_subject(world.caller, name, pictures["seat-2"][:1])
    assert again.subject.template_count == 1


class _BusyStore:
    """A store that cannot erase at first."""

    name = "spool"

    def __init__(self) -> None:
        self.is_busy = True
        self.seen: list[Erasure] = []

    def erase(self, erasure: Erasure) -> int:
        if self.is_busy:
            raise StorageFailedError("busy")
        self.seen.append(erasure)
        return 7


def test_an_erasure_that_a_store_could_not_finish_is_finished_by_the_sweep(
    world: World, pictures: Pictures
) -> None:
    store = _BusyStore()
    world.service.register(store)
    name = world.gallery().subject("c-1")
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1])
    receipt = world.service.delete_subject(world.caller, name)
    assert not receipt.is_complete
    assert [one.is_complete for one in world.service.sweep()] == [False]
    store.is_busy = False
    (finished,) = world.service.sweep()
    assert finished.is_complete
    assert finished.receipt_id == receipt.receipt_id
    assert counts(finished)["spool"] == 7
    assert store.seen[0].subject == "c-1"
    assert world.service.sweep() == ()


def test_a_stale_snapshot_is_dropped_at_start(
    tmp_path: Path, faces: FacePipeline, pictures: Pictures
) -> None:
    """A process killed between the database's erasure and the snapshot's must not leave one."""
    with open_world(tmp_path, faces, snapshot_every=1) as world:
        name = world.gallery().subject("c-1")
        world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1])
        world.service.search(world.caller, name.parent, pictures["seat-1"][1])
        (snapshot,) = tmp_path.rglob("*.snapshot")
        old = snapshot.read_bytes()
        world.service.delete_subject(world.caller, name)
    snapshot.write_bytes(old)
    with open_world(tmp_path, faces) as world:
        assert list(tmp_path.rglob("*.snapshot")) == []
        assert world.service.search(world.caller, name.parent, pictures["seat-1"][1]).hits == ()


def test_a_ciphertext_that_was_moved_to_another_subject_does_not_open(
    world: World, pictures: Pictures
) -> None:
    gallery = world.gallery()
    for seat in ("seat-1", "seat-2"):
        world.service.enrol_subject(world.caller, gallery.subject(seat), pictures[seat][:1])
    first, first_templates = rows_of(world, gallery.subject("seat-1"))
    second, _ = rows_of(world, gallery.subject("seat-2"))
    with world.database.read() as transaction:
        vault = Vaults(world.keyring, ManualClock()).open(transaction.tenant("bank-a"))
    with pytest.raises(SecretsUnavailableError):
        vault.subject(gallery.subject("seat-2"), first.wrapped_key)
    other = vault.subject(gallery.subject("seat-2"), second.wrapped_key)
    template = first_templates[0]
    with pytest.raises(SecretsUnavailableError):
        other.open_vector(template.template, template.model_id, template.sealed_vector)
