"""What enrolment takes, refuses and keeps."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from base.errors import (
    ConsentMissingError,
    DifferentPersonError,
    DuplicateSubjectError,
    InvalidArgumentError,
    NoFaceError,
    PoorPictureError,
    RequestIdReusedError,
    SubjectExistsError,
    SubjectNotFoundError,
    UnsupportedPictureError,
)
from media.image import ImageRGB
from media.pictures import encode_jpeg
from serving.caller import Caller, Role
from serving.galleries.types import Consent, DuplicatePolicy, LegalBasis
from tests.support.galleries import START, World

Pictures = Mapping[str, list[bytes]]


def test_several_pictures_make_several_templates(world: World, pictures: Pictures) -> None:
    name = world.gallery().subject("c-1")
    enrolment = world.service.enrol_subject(world.caller, name, pictures["seat-1"][:3])
    assert [one.picture for one in enrolment.accepted] == [0, 1, 2]
    assert enrolment.rejected == ()
    assert world.service.get_subject(world.caller, name).template_count == 3


def test_a_bad_picture_is_rejected_with_its_reason_and_the_rest_enrolled(
    world: World, pictures: Pictures
) -> None:
    name = world.gallery().subject("c-1")
    mixed = [b"no picture", pictures["seat-1"][0], b""]
    enrolment = world.service.enrol_subject(world.caller, name, mixed)
    assert [one.picture for one in enrolment.accepted] == [1]
    assert [(one.picture, one.reasons[0].code) for one in enrolment.rejected] == [
        (0, "PICTURE_UNSUPPORTED"),
        (2, "PICTURE_EMPTY"),
    ]


def test_nothing_is_stored_if_no_picture_is_good_enough(
    world: World, portraits: Mapping[str, ImageRGB]
) -> None:
    gallery = world.gallery()
    no_face = encode_jpeg(portraits["seat-1"][:40, :40])
    with pytest.raises(NoFaceError):
        world.service.enrol_subject(world.caller, gallery.subject("c-1"), [no_face])
    with pytest.raises(UnsupportedPictureError):
        world.service.enrol_subject(world.caller, gallery.subject("c-1"), [b"text", b"more"])
    with pytest.raises(PoorPictureError) as caught:
        world.service.enrol_subject(world.caller, gallery.subject("c-1"), [b"text", no_face])
    assert caught.value.metadata == {"picture_0": "PICTURE_UNSUPPORTED", "picture_1": "NO_FACE"}
    assert world.service.get_gallery(world.caller, gallery).subject_count == 0


def test_somebody_else_among_the_pictures_is_rejected(world: World, pictures: Pictures) -> None:
    name = world.gallery().subject("c-1")
    mixed = [pictures["seat-2"][0], *pictures["seat-1"][:2]]
    enrolment = world.service.enrol_subject(world.caller, name, mixed)
    assert [one.picture for one in enrolment.accepted] == [1, 2]
    assert [one.reasons[0].code for one in enrolment.rejected] == ["DIFFERENT_PERSON"]


def test_of_two_people_the_first_picture_says_who_is_meant(
    world: World, pictures: Pictures
) -> None:
    name = world.gallery().subject("c-1")
    pair = [pictures["seat-2"][0], pictures["seat-1"][0]]
    enrolment = world.service.enrol_subject(world.caller, name, pair)
    assert [one.picture for one in enrolment.accepted] == [0]


def test_pictures_of_somebody_else_are_not_added(world: World, pictures: Pictures) -> None:
    name = world.gallery().subject("c-1")
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1])
    with pytest.raises(DifferentPersonError):
        world.service.add_pictures(world.caller, name, pictures["seat-2"][:2])
    added = world.service.add_pictures(world.caller, name, pictures["seat-1"][1:3])
    assert added.subject.template_count == 3


def test_the_same_picture_is_not_enrolled_twice(world: World, pictures: Pictures) -> None:
    name = world.gallery().subject("c-1")
    first = pictures["seat-1"][0]
    enrolment = world.service.enrol_subject(world.caller, name, [first, first])
    assert [one.reasons[0].code for one in enrolment.rejected] == ["SAME_PICTURE"]
    again = world.service.add_pictures(world.caller, name, [first])
    assert again.accepted == ()
    assert again.rejected[0].reasons[0].code == "SAME_PICTURE"
    assert again.subject.template_count == 1


def test_pictures_are_added_to_a_subject_that_is_there_only(
    world: World, pictures: Pictures
) -> None:
    name = world.gallery().subject("c-1")
    with pytest.raises(SubjectNotFoundError):
        world.service.add_pictures(world.caller, name, pictures["seat-1"][:1])
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1])
    with pytest.raises(SubjectExistsError):
        world.service.enrol_subject(world.caller, name, pictures["seat-1"][1:2])


def test_a_person_under_a_second_id_is_reported(world: World, pictures: Pictures) -> None:
    gallery = world.gallery()
    world.service.enrol_subject(world.caller, gallery.subject("c-1"), pictures["seat-1"][:1])
    twin = world.service.enrol_subject(
        world.caller, gallery.subject("c-2"), pictures["seat-1"][1:2]
    )
    (found,) = twin.possible_duplicates
    assert (found.subject, found.same_picture) == ("c-1", False)
    assert 0.3 < found.similarity <= 1.0
    copy = world.service.enrol_subject(world.caller, gallery.subject("c-3"), pictures["seat-1"][:1])
    assert ("c-1", True) in [(one.subject, one.same_picture) for one in copy.possible_duplicates]


def test_a_gallery_can_refuse_a_person_under_a_second_id(world: World, pictures: Pictures) -> None:
    gallery = world.gallery(duplicates=DuplicatePolicy.REJECT)
    world.service.enrol_subject(world.caller, gallery.subject("c-1"), pictures["seat-1"][:1])
    with pytest.raises(DuplicateSubjectError) as caught:
        world.service.enrol_subject(world.caller, gallery.subject("c-2"), pictures["seat-1"][1:2])
    assert caught.value.metadata["subject"] == "c-1"
    world.service.enrol_subject(world.caller, gallery.subject("c-3"), pictures["seat-2"][:1])


def test_who_may_not_search_is_not_told_whom_a_face_resembles(
    world: World, pictures: Pictures
) -> None:
    app = Caller(world.caller.tenant, "app", frozenset({Role.INTERVIEW_APP}))
    reporting, refusing = world.gallery("r"), world.gallery("s", duplicates=DuplicatePolicy.REJECT)
    for gallery in (reporting, refusing):
        world.service.enrol_subject(world.caller, gallery.subject("c-1"), pictures["seat-1"][:1])
    twin = pictures["seat-1"][1:2]
    told = world.service.enrol_subject(app, reporting.subject("c-2"), twin)
    assert told.possible_duplicates == ()
    with pytest.raises(DuplicateSubjectError) as caught:
        world.service.enrol_subject(app, refusing.subject("c-2"), twin)
    assert caught.value.metadata == {}
    assert "c-1" not in str(caught.value)


@pytest.mark.parametrize("text", ["a\x1b[2J", "a\nb", "\u202eabc", "a\u2028b", "x" * 201])
def test_a_name_that_hides_something_is_refused(
    world: World, pictures: Pictures, text: str
) -> None:
    name = world.gallery().subject("c-1")
    with pytest.raises(InvalidArgumentError) as caught:
        world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1], display_name=text)
    assert caught.value.metadata["field"] == "display_name"


@pytest.mark.parametrize("text", ["", "李 明\u3000女士", "Zoë O'Neill-Łuk"])
def test_names_of_any_script_are_taken(world: World, pictures: Pictures, text: str) -> None:
    name = world.gallery().subject("c-1")
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1], display_name=text)
    assert world.service.get_subject(world.caller, name).display_name == text


def test_a_retention_beyond_the_calendar_is_refused(world: World) -> None:
    with pytest.raises(InvalidArgumentError, match="retention"):
        world.gallery(retention=timedelta(days=4_000_000))


def test_consent_is_asked_for_where_the_gallery_rests_on_it(
    world: World, pictures: Pictures
) -> None:
    gallery = world.gallery(basis=LegalBasis.CONSENT)
    name = gallery.subject("c-1")
    with pytest.raises(ConsentMissingError):
        world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1])
    tomorrow = Consent("form-7", START + timedelta(days=1))
    with pytest.raises(InvalidArgumentError):
        world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1], tomorrow)
    consent = Consent("form-7", START, keeps_crop=False)
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1], consent)
    assert world.service.get_subject(world.caller, name).consent == consent


@pytest.mark.parametrize(("keeps_crop", "crops"), [(True, 1), (False, 0)])
def test_a_crop_is_kept_with_consent_alone(
    world: World, pictures: Pictures, keeps_crop: bool, crops: int
) -> None:
    gallery = world.gallery()
    consent = Consent("form-7", START, keeps_crop=keeps_crop)
    name = gallery.subject("c-1")
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1], consent)
    with world.database.read() as transaction:
        records = transaction.tenant("bank-a")
        subject = records.subjects.get(records.galleries.get("staff"), "c-1")
        templates = records.templates.of_subject(subject)
    assert sum(template.sealed_crop is not None for template in templates) == crops


def test_the_same_request_gets_the_same_answer(world: World, pictures: Pictures) -> None:
    name = world.gallery().subject("c-1")
    ask = pictures["seat-1"][:2]
    first = world.service.enrol_subject(world.caller, name, ask, request_id="req-1")
    again = world.service.enrol_subject(world.caller, name, ask, request_id="req-1")
    assert again == first
    with pytest.raises(RequestIdReusedError):
        world.service.enrol_subject(world.caller, name, ask[:1], request_id="req-1")


def test_a_request_whose_subject_was_erased_is_not_answered_from_memory(
    world: World, pictures: Pictures
) -> None:
    name = world.gallery().subject("c-1")
    ask = pictures["seat-1"][:1]
    world.service.enrol_subject(world.caller, name, ask, request_id="req-1")
    receipt = world.service.delete_subject(world.caller, name, request_id="req-2")
    assert world.service.delete_subject(world.caller, name, request_id="req-2") == receipt
    with pytest.raises(RequestIdReusedError):
        world.service.enrol_subject(world.caller, name, ask, request_id="req-1")
