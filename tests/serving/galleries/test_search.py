"""Open-set search: who it is, nobody, or not to be told."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from base.errors import (
    ErrorRateOutOfRangeError,
    GalleryNotFoundError,
    InvalidArgumentError,
    ModelMismatchError,
    NoFaceError,
)
from base.ids import GalleryName
from decision.outcome import MatchOutcome
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tests.support.galleries import World, lenient, open_world
from vision.assembly import FacePipeline
from vision.match import FaceMatcher

Pictures = Mapping[str, list[bytes]]


@pytest.fixture
def enrolled(world: World, pictures: Pictures) -> GalleryName:
    gallery = world.gallery()
    for seat in ("seat-1", "seat-2", "seat-3"):
        world.service.enrol_subject(
            world.caller, gallery.subject(seat), pictures[seat][:2], display_name=f"Name {seat}"
        )
    return gallery


def test_an_enrolled_person_is_found(
    world: World, enrolled: GalleryName, pictures: Pictures
) -> None:
    found = world.service.search(world.caller, enrolled, pictures["seat-2"][3])
    assert found.decision.outcome is MatchOutcome.MATCH
    assert [hit.subject for hit in found.hits] == ["seat-2"]
    assert found.hits[0].display_name == "Name seat-2"
    assert found.gallery_size == 6
    assert found.threshold is not None
    assert found.fpir == pytest.approx(0.01, rel=1e-3)


def test_a_stranger_is_nobody(
    world: World, enrolled: GalleryName, pictures: Pictures, astronaut: ImageRGB
) -> None:
    for stranger in (encode_jpeg(astronaut), pictures["seat-4"][0]):
        found = world.service.search(world.caller, enrolled, stranger)
        assert found.decision.outcome is MatchOutcome.NO_MATCH
        assert found.hits == ()
        assert found.decision.reasons[0].code == "NOBODY_SIMILAR"


def test_an_empty_gallery_holds_nobody(world: World, pictures: Pictures) -> None:
    found = world.service.search(world.caller, world.gallery(), pictures["seat-1"][0])
    assert found.decision.outcome is MatchOutcome.NO_MATCH
    assert found.decision.reasons[0].code == "GALLERY_EMPTY"


def test_a_rate_beyond_the_table_gives_candidates_and_no_decision(
    world: World, enrolled: GalleryName, pictures: Pictures, astronaut: ImageRGB
) -> None:
    found = world.service.search(world.caller, enrolled, pictures["seat-1"][3], target_fpir=1e-7)
    assert found.decision.outcome is MatchOutcome.INCONCLUSIVE
    assert found.decision.reasons[0].code == "RATE_NOT_SUPPORTED"
    assert [hit.subject for hit in found.hits] == ["seat-1"]
    # Who stays below the threshold of a higher rate stays below that of a lower one.
    nobody = world.service.search(world.caller, enrolled, encode_jpeg(astronaut), target_fpir=1e-7)
    assert nobody.decision.outcome is MatchOutcome.NO_MATCH


def test_a_subject_is_one_hit_however_many_templates_it_has(
    world: World, pictures: Pictures
) -> None:
    gallery = world.gallery()
    world.service.enrol_subject(world.caller, gallery.subject("many"), pictures["seat-1"])
    world.service.enrol_subject(world.caller, gallery.subject("few"), pictures["seat-1"][:1])
    found = world.service.search(world.caller, gallery, pictures["seat-1"][0], top_k=2)
    assert {hit.subject for hit in found.hits} == {"many", "few"}
    one = world.service.search(world.caller, gallery, pictures["seat-1"][0], top_k=1)
    assert len(one.hits) == 1


def test_a_poor_probe_decides_nothing(
    tmp_path: Path, pipeline: FacePipeline, pictures: Pictures
) -> None:
    faces = lenient(pipeline)
    with open_world(tmp_path, faces) as world:
        gallery = world.gallery()
        world.service.enrol_subject(world.caller, gallery.subject("c-1"), pictures["seat-1"][:1])
    strict = FaceMatcher(faces.matcher.table, faces.embedding_model_id, min_quality=99.9)
    with open_world(tmp_path, _with(faces, strict)) as world:
        found = world.service.search(world.caller, gallery, pictures["seat-1"][1])
        assert found.decision.outcome is MatchOutcome.INCONCLUSIVE


def test_without_error_rates_nothing_is_decided(
    tmp_path: Path, pipeline: FacePipeline, pictures: Pictures
) -> None:
    with open_world(tmp_path, lenient(pipeline, table=None)) as world:
        gallery = world.gallery()
        world.service.enrol_subject(world.caller, gallery.subject("c-1"), pictures["seat-1"][:1])
        found = world.service.search(world.caller, gallery, pictures["seat-1"][1])
        assert found.decision.outcome is MatchOutcome.INCONCLUSIVE
        assert found.decision.reasons[0].code == "MODEL_NOT_CALIBRATED"
        assert (found.hits, found.threshold, found.fpir) == ((), None, None)


def test_models_are_never_mixed(tmp_path: Path, pipeline: FacePipeline, pictures: Pictures) -> None:
    with open_world(tmp_path, lenient(pipeline)) as world:
        gallery = world.gallery()
        world.service.enrol_subject(world.caller, gallery.subject("c-1"), pictures["seat-1"][:1])
        with world.database.write() as transaction:
            transaction.tenant("bank-a").galleries.get("staff").model_id = "another-model"
        for call in (
            lambda: world.service.search(world.caller, gallery, pictures["seat-1"][1]),
            lambda: world.service.enrol_subject(
                world.caller, gallery.subject("c-2"), pictures["seat-2"][:1]
            ),
            lambda: world.service.verify_subject(
                world.caller, gallery.subject("c-1"), pictures["seat-1"][1]
            ),
        ):
            with pytest.raises(ModelMismatchError):
                call()


def test_bad_questions_are_refused(
    world: World, enrolled: GalleryName, pictures: Pictures, portraits: Mapping[str, ImageRGB]
) -> None:
    probe = pictures["seat-1"][0]
    for fpir in (0.0, 1.0, -0.1, 2.0):
        with pytest.raises(ErrorRateOutOfRangeError):
            world.service.search(world.caller, enrolled, probe, target_fpir=fpir)
    for top_k in (0, 101):
        with pytest.raises(InvalidArgumentError):
            world.service.search(world.caller, enrolled, probe, top_k=top_k)
    with pytest.raises(NoFaceError):
        world.service.search(world.caller, enrolled, encode_jpeg(portraits["seat-1"][:40, :40]))
    with pytest.raises(GalleryNotFoundError):
        world.service.search(world.caller, GalleryName("bank-a", "none"), probe)


def test_nothing_personal_shows_in_a_repr(
    world: World, enrolled: GalleryName, pictures: Pictures
) -> None:
    found = world.service.search(world.caller, enrolled, pictures["seat-2"][3])
    subject = world.service.get_subject(world.caller, enrolled.subject("seat-2"))
    assert "Name seat" not in repr(found)
    assert "Name seat" not in repr(subject)


def _with(faces: FacePipeline, matcher: FaceMatcher) -> FacePipeline:
    return FacePipeline(faces.detector, faces.embedder, faces.analyzer, matcher)
