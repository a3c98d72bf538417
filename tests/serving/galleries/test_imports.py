"""Imports: in step, resumable, and with a report of what needs a look."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from base.errors import ImportStateError
from decision.outcome import MatchOutcome
from serving.galleries.types import DuplicatePolicy, ImportItem, ImportOutcome, LegalBasis
from tests.support.galleries import World, open_world
from vision.assembly import FacePipeline

Pictures = Mapping[str, list[bytes]]


def test_an_import_enrols_and_reports(world: World, pictures: Pictures) -> None:
    gallery = world.gallery()
    session = world.service.open_import(world.caller, gallery)
    items = [
        ImportItem(1, "c-1", pictures["seat-1"][0], "one.jpg"),
        ImportItem(2, "c-1", pictures["seat-1"][1], "two.jpg"),
        ImportItem(3, "c-2", b"no picture", "notes.txt"),
        ImportItem(4, "Not An Id", pictures["seat-2"][0], "four.jpg"),
        ImportItem(5, "c-1", pictures["seat-1"][0], "again.jpg"),
        ImportItem(6, "c-1", pictures["seat-2"][0], "stranger.jpg"),
        ImportItem(7, "c-7", pictures["seat-1"][2], "twin.jpg"),
    ]
    outcomes = [session.accept(item).outcome for item in items]
    assert outcomes == [
        ImportOutcome.ENROLLED,
        ImportOutcome.ENROLLED,
        ImportOutcome.REJECTED,
        ImportOutcome.REJECTED,
        ImportOutcome.DUPLICATE,
        ImportOutcome.REJECTED,
        ImportOutcome.ENROLLED,
    ]
    report = session.finish()
    assert (report.item_count, report.subject_count, report.enrolled_count) == (7, 2, 3)
    assert [(one.sequence, one.filename, one.reasons[0].code) for one in report.rejected] == [
        (3, "notes.txt", "PICTURE_UNSUPPORTED"),
        (4, "four.jpg", "RESOURCE_NAME_INVALID"),
        (6, "stranger.jpg", "DIFFERENT_PERSON"),
    ]
    assert report.rejected[1].subject == ""
    assert [(one.sequence, one.reasons[0].code) for one in report.duplicates] == [
        (5, "SAME_PICTURE"),
        (7, "POSSIBLE_DUPLICATE"),
    ]
    assert report.duplicates[1].other_subject == "c-1"
    assert session.finish() == report


def test_an_import_goes_on_behind_the_last_acknowledged_item(
    tmp_path: Path, faces: FacePipeline, pictures: Pictures
) -> None:
    with open_world(tmp_path, faces) as world:
        gallery = world.gallery()
        session = world.service.open_import(world.caller, gallery)
        session.accept(ImportItem(1, "seat-1", pictures["seat-1"][0]))
        session.accept(ImportItem(2, "seat-2", pictures["seat-2"][0]))
    with open_world(tmp_path, faces) as world:
        resumed = world.service.open_import(world.caller, gallery, session.import_id)
        assert resumed.progress.sequence == 2
        repeated = resumed.accept(ImportItem(2, "seat-2", pictures["seat-2"][0]))
        assert (repeated.sequence, repeated.outcome) == (2, None)
        resumed.accept(ImportItem(3, "seat-3", pictures["seat-3"][0]))
        assert resumed.finish().enrolled_count == 3
        found = world.service.search(world.caller, gallery, pictures["seat-3"][1])
        assert found.decision.outcome is MatchOutcome.MATCH


def test_items_come_in_step(world: World, pictures: Pictures) -> None:
    gallery, other = world.gallery(), world.gallery("other")
    session = world.service.open_import(world.caller, gallery)
    with pytest.raises(ImportStateError):
        session.accept(ImportItem(2, "c-1", pictures["seat-1"][0]))
    rival = world.service.open_import(world.caller, gallery, session.import_id)
    rival.accept(ImportItem(1, "c-1", pictures["seat-1"][0]))
    with pytest.raises(ImportStateError):
        session.accept(ImportItem(1, "c-2", pictures["seat-2"][0]))
    assert world.service.get_gallery(world.caller, gallery).subject_count == 1
    for unknown in ("imp-none", session.import_id):
        with pytest.raises(ImportStateError):
            world.service.open_import(world.caller, other, unknown)
    rival.finish()
    with pytest.raises(ImportStateError):
        rival.accept(ImportItem(2, "c-2", pictures["seat-2"][0]))


def test_an_import_respects_consent_and_the_duplicate_policy(
    world: World, pictures: Pictures
) -> None:
    gallery = world.gallery(basis=LegalBasis.CONSENT)
    session = world.service.open_import(world.caller, gallery)
    refused = session.accept(ImportItem(1, "c-1", pictures["seat-1"][0]))
    assert refused.reasons[0].code == "CONSENT_MISSING"
    strict = world.gallery("strict", duplicates=DuplicatePolicy.REJECT)
    session = world.service.open_import(world.caller, strict)
    session.accept(ImportItem(1, "c-1", pictures["seat-1"][0]))
    twin = session.accept(ImportItem(2, "c-2", pictures["seat-1"][1]))
    assert (twin.outcome, twin.reasons[0].code) == (ImportOutcome.DUPLICATE, "DUPLICATE_SUBJECT")
    assert session.finish().duplicates[0].other_subject == "c-1"


def test_erasing_a_subject_takes_its_entries_out_of_the_report(
    world: World, pictures: Pictures
) -> None:
    gallery = world.gallery()
    session = world.service.open_import(world.caller, gallery)
    session.accept(ImportItem(1, "c-1", pictures["seat-1"][0], "li-wei.jpg"))
    session.accept(ImportItem(2, "c-1", b"broken", "li-wei-2.jpg"))
    assert b"li-wei" not in world.everything_on_disk()
    world.service.delete_subject(world.caller, gallery.subject("c-1"))
    report = session.finish()
    assert (report.rejected, report.rejected_count) == ((), 1)
