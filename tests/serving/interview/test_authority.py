"""An authority's photographs in a folder, compared with the live face on real embeddings."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kyc.case import CheckName, CheckOutcome, DocumentRecord
from media.image import ImageRGB
from media.pictures import DEFAULT_LIMITS, encode_jpeg
from serving.interview.authority import FileAuthority
from tests.support.galleries import ManualClock, lenient
from vision.analysis import FaceReading
from vision.assembly import FacePipeline

NUMBER = "11010519491231002X"


@pytest.fixture
def authority(tmp_path: Path, pipeline: FacePipeline) -> FileAuthority:
    return FileAuthority(tmp_path, lenient(pipeline), DEFAULT_LIMITS, 1e-3, ManualClock())


@pytest.fixture(scope="module")
def read(pipeline: FacePipeline) -> Callable[[ImageRGB], FaceReading]:
    return pipeline.analyzer.read


def document(number: str) -> DocumentRecord:
    return DocumentRecord("CN_RESIDENT_ID", {"number": number}, {"number": 0.99}, ())


@pytest.mark.parametrize(
    ("live", "outcome"),
    [("seat-1", CheckOutcome.PASSED), ("seat-2", CheckOutcome.FAILED)],
    ids=["the person", "somebody else"],
)
def test_the_live_face_is_compared_with_the_photograph_of_the_number(
    authority: FileAuthority,
    tmp_path: Path,
    portraits: Mapping[str, ImageRGB],
    read: Callable[[ImageRGB], FaceReading],
    live: str,
    outcome: CheckOutcome,
) -> None:
    (tmp_path / f"{NUMBER}.jpg").write_bytes(encode_jpeg(portraits["seat-1"], quality=70))
    check = authority.check(document(NUMBER), read(portraits[live]))
    assert (check.name, check.outcome) == (CheckName.AUTHORITY, outcome)
    assert check.model_ids
    assert "0.001" in check.operating_point
    assert NUMBER not in repr(check)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (NUMBER, "NOT_ON_FILE"),
        ("", "NO_DOCUMENT_NUMBER"),
        ("../../etc/passwd", "NO_DOCUMENT_NUMBER"),
        ("A" * 500, "NO_DOCUMENT_NUMBER"),
    ],
)
def test_what_cannot_be_asked_is_no_pass(
    authority: FileAuthority,
    portraits: Mapping[str, ImageRGB],
    read: Callable[[ImageRGB], FaceReading],
    number: str,
    code: str,
) -> None:
    check = authority.check(document(number), read(portraits["seat-1"]))
    assert check.outcome is CheckOutcome.INCONCLUSIVE
    assert check.reasons[0].code == code


def test_a_photograph_that_is_broken_is_no_pass(
    authority: FileAuthority,
    tmp_path: Path,
    portraits: Mapping[str, ImageRGB],
    read: Callable[[ImageRGB], FaceReading],
) -> None:
    (tmp_path / f"{NUMBER}.jpg").write_bytes(b"no picture")
    check = authority.check(document(NUMBER), read(portraits["seat-1"]))
    assert check.outcome is CheckOutcome.INCONCLUSIVE
