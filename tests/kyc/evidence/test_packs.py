"""An evidence pack is the same bytes each time, and any change in any of them is found."""

import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import EvidenceInvalidError
from kyc.evidence.archive import Content, write_archive
from kyc.evidence.canonical import canonical
from kyc.evidence.pack import make_pack
from kyc.evidence.types import EvidenceReport, SignerStanding
from kyc.evidence.verify import verify_file, verify_pack
from tests.support.evidence import (
    FACE,
    OTHER_SIGNER,
    SIGNER,
    SNAPSHOT,
    attachment,
    audit_line,
    evidence,
    pack,
    pack_bytes,
    signed_anew,
)

PACK = pack_bytes()
TRUSTED = [SIGNER.public_key]


def check(data: bytes, trusted: list[bytes] | None = None) -> EvidenceReport:
    return verify_file(io.BytesIO(data), TRUSTED if trusted is None else trusted)


def is_found(data: bytes) -> bool:
    """Return whether a pack is refused, in a report or as no pack at all."""
    try:
        return not check(data).ok
    except EvidenceInvalidError:
        return True


def contents(data: bytes = PACK) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(files: Mapping[str, bytes]) -> bytes:
    return b"".join(write_archive([Content.of(name, data) for name, data in files.items()]))


def test_a_pack_is_whole_and_says_who_signed_it() -> None:
    report = check(PACK)
    assert (report.ok, report.signer) == (True, SignerStanding.TRUSTED)
    assert [one.name for one in report.checks] == [
        "archive",
        "signature",
        "signer",
        "files",
        "audit_line",
    ]


def test_any_program_reads_a_pack_and_the_same_case_gives_the_same_bytes() -> None:
    assert pack_bytes() == PACK == b"".join(pack().parts())
    assert pack().byte_count == len(PACK)
    with zipfile.ZipFile(io.BytesIO(PACK)) as archive:
        assert archive.testzip() is None
    files = contents()
    assert files["participants/p-1/face.jpg"] == FACE
    assert files["participants/p-1/event-1.jpg"] == SNAPSHOT
    assert sorted(files) == list(files)


def test_the_manifest_holds_everything_of_the_case() -> None:
    manifest = json.loads(contents()["manifest.json"])
    person = manifest["participants"][0]
    assert person["checks"][0]["operating_point"] == "false match rate 1 in 10,000"
    assert person["checks"][0]["model_ids"] == ["sface-r1"]
    assert person["checks"][0]["signals"][0]["score"] == 0.71
    assert person["consents"][0]["text"] == "I agree to the recording"
    assert person["answers"][0]["question"] == "purpose"
    assert person["events"][0]["code"] == "SECOND_FACE"
    assert person["position"]["latitude_deg"] == 31.23
    assert person["document"]["fields"] == {"name": "样本"}
    assert person["recording"]["parts"][0]["sha256"] == "cd" * 32
    assert person["attempts"] == {"LIVENESS": 1}
    assert manifest["case"]["state"] == "APPROVED"
    assert manifest["case"]["created_at"] == "2026-03-01T09:30:00+00:00"
    assert manifest["reviews"][0]["reason"] == "Looked at both faces"
    assert manifest["transitions"][0]["move"] == "BEGIN"
    assert manifest["models"][0]["terms"] == "undisclosed-data"
    assert manifest["rules"] == {"face_fmr": 1e-4}


def test_a_change_of_any_byte_is_found() -> None:
    missed = [
        at
        for at in range(len(PACK))
        if not is_found(PACK[:at] + bytes([PACK[at] ^ 0xFF]) + PACK[at + 1 :])
    ]
    assert missed == []


@given(st.integers(0, len(PACK) - 1), st.integers(0, 7))
@settings(max_examples=300, deadline=None)
def test_a_change_of_any_bit_is_found(at: int, bit: int) -> None:
    assert is_found(PACK[:at] + bytes([PACK[at] ^ (1 << bit)]) + PACK[at + 1 :])


@given(st.integers(0, len(PACK)), st.integers(0, len(PACK)), st.binary(max_size=40))
@settings(max_examples=300, deadline=None)
def test_whatever_is_put_in_place_of_something_is_found(
    first: int, second: int, data: bytes
) -> None:
    begin, end = sorted((first, second))
    changed = PACK[:begin] + data + PACK[end:]
    assert changed == PACK or is_found(changed)


def _without(name: str) -> Callable[[], bytes]:
    return lambda: written({one: data for one, data in contents().items() if one != name})


def _with(**files: bytes) -> Callable[[], bytes]:
    return lambda: written({**contents(), **files})


def _rezipped(**options: Any) -> Callable[[], bytes]:
    def zipped() -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", **options) as archive:
            for name, data in contents().items():
                archive.writestr(name, data)
        return file.getvalue()

    return zipped


def _with_comment() -> bytes:
    file = io.BytesIO(PACK)
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"hello"
    return file.getvalue()


def _twice() -> bytes:
    """The same name twice: programs differ about which one they show."""
    begin = PACK.index(b"PK\3\4", PACK.index(FACE) - 80)
    end = PACK.index(FACE) + len(FACE)
    return PACK[:end] + PACK[begin:]


def _swapped() -> bytes:
    files = contents()
    face, event = "participants/p-1/face.jpg", "participants/p-1/event-1.jpg"
    return written({**files, face: files[event], event: files[face]})


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (_without("participants/p-1/face.jpg"), "participants/p-1/face.jpg is missing"),
        (_without("manifest.sig"), "manifest.sig is missing"),
        (_without("key.pem"), "key.pem is missing"),
        (_without("manifest.json"), "manifest.json is missing"),
        (_with(extra=b"1"), "extra is not in the manifest"),
        (_swapped, "participants/p-1/event-1.jpg was changed"),
        (_rezipped(), "the header of"),
        (_rezipped(compression=zipfile.ZIP_DEFLATED), "the header of"),
        (_with_comment, "list of files was changed"),
        (_twice, "twice or out of order"),
        (lambda: PACK + b"\0", "behind its end"),
        (lambda: PACK[:-1], "its end is missing"),
    ],
)
def test_what_was_done_to_a_pack_is_said_in_words(make: Callable[[], bytes], problem: str) -> None:
    report = check(make())
    assert not report.ok
    assert problem in " ".join(one.text for one in report.checks if one.passed is False)


def test_every_picture_that_was_changed_is_named() -> None:
    report = check(_swapped())
    assert len([one for one in report.checks if one.name == "files"]) == 2


def test_without_a_trusted_key_nobody_is_proven_to_have_signed() -> None:
    report = check(PACK, [])
    assert (report.ok, report.signer) == (True, SignerStanding.UNKNOWN)
    assert "not proven" in next(one.text for one in report.checks if one.name == "signer")


def test_a_recording_that_was_damaged_is_said_and_leaves_the_pack_whole() -> None:
    case = evidence()
    person = case.participants[0]
    assert person.recording is not None
    broken = replace(person, recording=replace(person.recording, problem="RECORDING_DAMAGED"))
    made = make_pack(replace(case, participants=(broken,)), SIGNER, audit_line)
    report = check(b"".join(made.parts()))
    assert report.ok
    said = [(one.name, one.passed) for one in report.checks if "p-1 was damaged" in one.text]
    assert said == [("recordings", None)]


def test_who_signs_a_forged_pack_is_not_trusted() -> None:
    forged = pack_bytes(OTHER_SIGNER)
    assert check(forged, []).ok
    report = check(forged)
    assert (report.ok, report.signer) == (False, SignerStanding.OTHER)
    assert check(forged, [SIGNER.public_key, OTHER_SIGNER.public_key]).ok


def _signature(**changes: object) -> bytes:
    one = json.loads(contents()["manifest.sig"])["signatures"][0]
    return canonical({"signatures": [{**one, **changes}]})


@pytest.mark.parametrize(
    ("signature", "problem"),
    [
        (_signature(suite="sm2-sm3"), "suite that this version does not know"),
        (_signature(key_id="00" * 32), "names another signer"),
        (_signature(signature="00" * 64), "not over this manifest"),
        (_signature(signature="zz"), "holds no signature"),
        (_signature(signature=7), "of another form"),
        (_signature(more="x"), "of another form"),
        (canonical({"signatures": []}), "0 signatures"),
        (canonical({"signatures": "x"}), "no signatures"),
        (b"[1]", "not as it was written"),
        (b"[" * 30_000, "not as it was written"),
        (b'{"signatures":NaN}', "not as it was written"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_signature_of_another_kind_is_refused_in_words(signature: bytes, problem: str) -> None:
    report = check(written({**contents(), "manifest.sig": signature}))
    assert not report.ok
    assert problem in report.checks[-1].text


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.pop("files"),
        lambda manifest: manifest.update(files=7),
        lambda manifest: manifest.update(files=[{"name": []}]),
        lambda manifest: manifest["files"].append(manifest["files"][0]),
        lambda manifest: manifest.pop("audit"),
        lambda manifest: manifest.update(audit=[]),
        lambda manifest: manifest["audit"].update(details={}),
        lambda manifest: manifest["case"].update(state="REJECTED"),
        lambda manifest: manifest.update(format_version=2),
        lambda manifest: manifest.update(signing=[]),
    ],
)
def test_nonsense_in_a_manifest_is_refused_and_never_crashes(
    change: Callable[[dict[str, Any]], object],
) -> None:
    assert not check(signed_anew(PACK, change)).ok


@pytest.mark.parametrize(
    "data",
    [b"", b"P", b"hello", b"\x89PNG\r\n\x1a\n" + bytes(64), b"PK\x05\x06" + bytes(18)],
    ids=["empty", "short", "text", "picture", "empty zip"],
)
def test_what_is_no_pack_is_refused(data: bytes) -> None:
    assert is_found(data)


def test_a_zip_bomb_is_refused_before_it_is_read() -> None:
    """A header that promises 4 GiB costs a look at the header, and no memory."""
    header = bytearray(PACK[:64])
    header[18:26] = struct.pack("<II", 2**32 - 2, 2**32 - 2)
    report = check(bytes(header))
    assert "larger than a file in a pack may be" in report.checks[0].text
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", bytes(50_000_000))
    assert is_found(bomb.getvalue())


def test_a_pack_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.zip", tmp_path):
        with pytest.raises(EvidenceInvalidError, match="cannot be read"):
            verify_pack(path)
    (tmp_path / "pack.zip").write_bytes(PACK)
    assert verify_pack(tmp_path / "pack.zip", TRUSTED).ok


def test_a_key_of_another_kind_is_refused() -> None:
    for pem in (b"", b"no key", bytes(20_000), SIGNER.public_key[:-30]):
        with pytest.raises(EvidenceInvalidError):
            check(PACK, [pem])


def test_a_picture_that_changes_while_a_pack_is_written_fails() -> None:
    content = Content("face.jpg", 4, 0, lambda: b"else")
    with pytest.raises(ValueError, match="changed while"):
        list(write_archive([content]))


def test_what_has_no_place_in_evidence_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes is not JSON"):
        canonical({"template": b"secret"})
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"score": float("nan")})


def test_pictures_hide_themselves() -> None:
    shown = repr(evidence()) + repr(pack()) + repr(check(PACK)) + repr(attachment("face", FACE))
    assert "a face" not in shown
    assert "样本" not in shown
