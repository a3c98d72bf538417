"""Faces known beyond the attendance, on real embeddings and a real database."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import pytest

from base.ids import InterviewName
from kyc.case import Check, CheckName, CheckOutcome, DocumentRecord
from kyc.policy import Product
from media.image import ImageRGB
from media.pictures import decode_picture
from serving.crypto.key import Key
from serving.galleries.types import LegalBasis
from serving.galleries.vault import Vaults
from serving.interview.face_files import CaseFaceFiles, FaceDeps
from serving.interview.past_faces import PastFaces, Place
from tests.support.galleries import World, lenient, open_world, shots
from vision.analysis import FaceReading
from vision.assembly import FacePipeline

ONE, TWO, THREE = "seat-1", "seat-2", "seat-3"


@pytest.fixture(scope="module")
def readings(
    pipeline: FacePipeline, portraits: Mapping[str, ImageRGB]
) -> Mapping[str, list[FaceReading]]:
    """Two readings of each of three people."""
    read = pipeline.analyzer.read
    return {
        seat: [read(decode_picture(shot)) for shot in islice(shots(portraits[seat]), 2)]
        for seat in (ONE, TWO, THREE)
    }


class Cases:
    """Cases with keys, as the books hold them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys: dict[str, Key] = {}
        self.past = self.restarted()

    def restarted(self) -> PastFaces:
        vaults = Vaults(self.world.keyring, self.world.clock)
        return PastFaces(
            self.world.database, vaults, self.world.clock, lambda _, case: self.keys.get(case)
        )

    def files(self, case: str, participant: str, product: Product) -> CaseFaceFiles:
        key = self.keys.setdefault(case, Key.generate())
        place = Place(InterviewName(self.world.caller.tenant, case), participant, key)
        world, pipeline = self.world, lenient(_pipeline(self.world))
        deps = FaceDeps(world.service, self.past, pipeline, world.audit, world.clock)
        return CaseFaceFiles(deps, place, product)

    def look_up(
        self,
        case: str,
        face: FaceReading,
        number: str | None = None,
        participant: str = "p-1",
        product: Product | None = None,
    ) -> Mapping[str, Check]:
        document = None if number is None else _document(number)
        files = self.files(case, participant, product or Product("account"))
        return {check.name: check for check in files.look_up(face, document)}


def _pipeline(world: World) -> FacePipeline:
    return world.service._deps.pipeline


def _document(number: str) -> DocumentRecord:
    return DocumentRecord("CN_RESIDENT_ID", {"number": number}, {"number": 0.99}, ())


@pytest.fixture
def cases(tmp_path: Path, pipeline: FacePipeline) -> Iterator[Cases]:
    with open_world(tmp_path, lenient(pipeline)) as world:
        yield Cases(world)


def said(checks: Mapping[str, Check], name: str) -> tuple[CheckOutcome, str]:
    return checks[name].outcome, checks[name].reasons[0].code


def test_one_face_under_two_names_is_caught(
    cases: Cases, readings: Mapping[str, list[FaceReading]]
) -> None:
    first = cases.look_up("case-1", readings[ONE][0], "110101199003078515")
    assert said(first, CheckName.PAST_CASES) == (CheckOutcome.PASSED, "NEW_FACE")
    again = cases.look_up("case-2", readings[ONE][1], "440106198511119034")
    assert said(again, CheckName.PAST_CASES) == (CheckOutcome.FAILED, "FACE_UNDER_ANOTHER_NAME")
    assert "case-1" in again[CheckName.PAST_CASES].reasons[0].text
    other = cases.look_up("case-3", readings[TWO][0], "320106199203040029")
    assert said(other, CheckName.PAST_CASES) == (CheckOutcome.PASSED, "NEW_FACE")


def test_who_comes_again_with_the_same_document_is_known(
    cases: Cases, readings: Mapping[str, list[FaceReading]]
) -> None:
    cases.look_up("case-1", readings[ONE][0], "110101199003078515")
    again = cases.look_up("case-2", readings[ONE][1], "110101199003078515")
    assert said(again, CheckName.PAST_CASES) == (CheckOutcome.PASSED, "KNOWN_FROM_EARLIER")


def test_a_document_that_came_with_another_face_is_for_a_person(
    cases: Cases, readings: Mapping[str, list[FaceReading]]
) -> None:
    cases.look_up("case-1", readings[ONE][0], "110101199003078515")
    checks = cases.look_up("case-2", readings[TWO][0], "110101199003078515")
    assert said(checks, CheckName.PAST_CASES) == (
        CheckOutcome.INCONCLUSIVE,
        "DOCUMENT_WITH_ANOTHER_FACE",
    )


def test_a_known_face_without_a_document_is_no_pass(
    cases: Cases, readings: Mapping[str, list[FaceReading]]
) -> None:
    cases.look_up("case-1", readings[ONE][0], "110101199003078515")
    checks = cases.look_up("case-2", readings[ONE][1])
    assert said(checks, CheckName.PAST_CASES) == (
        CheckOutcome.INCONCLUSIVE,
        "FACE_KNOWN_WITHOUT_DOCUMENT",
    )


def test_the_same_person_in_two_roles_is_caught(
    cases: Cases, readings: Mapping[str, list[FaceReading]]
) -> None:
    alone = cases.look_up("case-1", readings[ONE][0], participant="customer")
    assert said(alone, CheckName.OTHER_PARTICIPANTS) == (CheckOutcome.PASSED, "NOBODY_TO_COMPARE")
    spouse = cases.look_up("case-1", readings[TWO][0], participant="spouse")
    assert said(spouse, CheckName.OTHER_PARTICIPANTS) == (CheckOutcome.PASSED, "OTHER_PEOPLE")
    guarantor = cases.look_up("case-1", readings[ONE][1], participant="guarantor")
    assert said(guarantor, CheckName.OTHER_PARTICIPANTS) == (
        CheckOutcome.FAILED,
        "SAME_PERSON_IN_TWO_ROLES",
    )
    # The case's own participants are no earlier case.
    assert guarantor[CheckName.PAST_CASES].reasons[0].code == "NEW_FACE"


def test_a_second_attempt_is_not_compared_with_the_first(
    cases: Cases, readings: Mapping[str, list[FaceReading]]
) -> None:
    for shot in readings[ONE]:
        checks = cases.look_up("case-1", shot, "110101199003078515")
        assert said(checks, CheckName.OTHER_PARTICIPANTS)[1] == "NOBODY_TO_COMPARE"
    assert cases.past.count(cases.world.caller.tenant) == 1


def test_who_is_on_a_list_is_caught_and_a_list_that_is_missing_is_no_pass(
    cases: Cases,
    readings: Mapping[str, list[FaceReading]],
    portraits: Mapping[str, ImageRGB],
) -> None:
    product = Product("account", watchlists=("galleries/fraud",))
    missing = cases.look_up("case-1", readings[ONE][0], product=product)
    assert said(missing, CheckName.WATCHLIST) == (CheckOutcome.INCONCLUSIVE, "LIST_NOT_SEARCHED")
    gallery = cases.world.gallery("fraud", LegalBasis.LEGITIMATE_INTEREST)
    cases.world.service.enrol_subject(
        cases.world.caller, gallery.subject("f-17"), [next(shots(portraits[ONE]))]
    )
    found = cases.look_up("case-1", readings[ONE][1], product=product)
    assert said(found, CheckName.WATCHLIST) == (CheckOutcome.FAILED, "ON_WATCHLIST")
    other = cases.look_up("case-2", readings[TWO][0], product=product)
    assert said(other, CheckName.WATCHLIST) == (CheckOutcome.PASSED, "ON_NO_LIST")


def test_faces_outlive_a_restart_and_go_with_their_case(
    cases: Cases, readings: Mapping[str, list[FaceReading]]
) -> None:
    cases.look_up("case-1", readings[ONE][0], "110101199003078515")
    cases.past = cases.restarted()
    again = cases.look_up("case-2", readings[ONE][1], "440106198511119034")
    assert said(again, CheckName.PAST_CASES)[0] is CheckOutcome.FAILED
    name = InterviewName(cases.world.caller.tenant, "case-1")
    assert cases.past.erase(name) == 1
    assert cases.past.erase(name) == 0
    after = cases.look_up("case-2", readings[ONE][1], "440106198511119034")
    assert said(after, CheckName.PAST_CASES) == (CheckOutcome.PASSED, "NEW_FACE")


def test_another_tenants_cases_are_never_searched(
    cases: Cases, readings: Mapping[str, list[FaceReading]]
) -> None:
    cases.look_up("case-1", readings[ONE][0], "110101199003078515")
    embedding = readings[ONE][1].embedding
    assert embedding is not None
    assert cases.past.most_alike(cases.world.caller.tenant, embedding, 0.3)
    assert not cases.past.most_alike("another", embedding, 0.3)


def test_a_template_whose_key_is_gone_is_found_by_nobody(
    cases: Cases, readings: Mapping[str, list[FaceReading]]
) -> None:
    cases.look_up("case-1", readings[ONE][0], "110101199003078515")
    del cases.keys["case-1"]
    cases.past = cases.restarted()
    checks = cases.look_up("case-2", readings[ONE][1], "440106198511119034")
    assert said(checks, CheckName.PAST_CASES) == (CheckOutcome.PASSED, "NEW_FACE")
