"""A bank can show later what happened: signed, chained to the audit log, and nobody else's."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from base.errors import (
    InterviewNotFoundError,
    InvalidArgumentError,
    MoveNotAllowedError,
    SecretsUnavailableError,
    StorageFailedError,
)
from base.ids import InterviewName
from kyc.evidence.types import SignerStanding
from kyc.evidence.verify import verify_file
from kyc.states import Role
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.interview.evidence_export import PART_BYTES
from serving.interview.evidence_keys import EvidenceKeys
from serving.interview.types import Invitation
from tests.support.evidence import FACE, SNAPSHOT
from tests.support.kept_cases import HOST, REVIEWER, STRANGER, CaseWorld, open_cases


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CaseWorld]:
    with open_cases(tmp_path) as world:
        yield world


def export(world: CaseWorld, name: InterviewName) -> bytes:
    return b"".join(world.desk.export(REVIEWER, name).parts())


def manifest_of(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return manifest


def test_a_decided_case_gives_a_pack_that_verifies(world: CaseWorld) -> None:
    name = world.make()
    world.close_case(name)
    exported = world.desk.export(REVIEWER, name)
    data = b"".join(exported.parts())
    assert len(data) == exported.byte_count
    report = verify_file(io.BytesIO(data), [world.desk.public_key(name.tenant)])
    assert (report.ok, report.signer) == (True, SignerStanding.TRUSTED)
    manifest = manifest_of(data)
    person = manifest["participants"][0]
    assert manifest["case"]["state"] == "APPROVED"
    assert manifest["reviews"][0]["reviewer"] == "rita"
    assert manifest["rules"]["face_fmr"] == 1e-4
    assert person["checks"][0]["name"] == "face_match"
    assert person["document"]["fields"] == {"name": "样本"}
    assert person["recording"]["chunk_count"] == 30
    assert person["recording"]["problem"] == ""
    assert manifest["transitions"][0]["move"] == "BEGIN"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read(f"participants/{person['id']}/face.jpg") == FACE
        assert archive.read(f"participants/{person['id']}/event-1.jpg") == SNAPSHOT


def test_the_frames_at_which_checks_were_decided_are_in_the_pack(world: CaseWorld) -> None:
    """Chunk 41 decided on the face; a recording of 30 does not have it."""
    short, long = world.make(), world.make(chunk_count=45)
    assert not [one for one in manifest_of(export(world, short))["files"] if "frame" in one["name"]]
    data = export(world, long)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("participants/p1/frame-41.jpg") == FACE * 41
    assert "participants/p1/frame-41.jpg" in manifest_of(data)["participants"][0]["pictures"]


def test_a_pack_is_chained_to_the_audit_log(world: CaseWorld) -> None:
    name = world.make()
    line = manifest_of(export(world, name))["audit"]
    with world.database.read() as transaction:
        row = transaction.audit.get(line["writer"], line["sequence"])
        assert row is not None
        assert row.hash == line["hash"]
        assert json.loads(row.details) == line["details"]
    assert (line["action"], line["actor"]) == ("evidence.export", "rita")
    assert world.audit.verify().is_intact


def test_a_pack_goes_out_in_small_parts(world: CaseWorld) -> None:
    name, accesses = world.books.create(HOST, "account", [Invitation(Role.CUSTOMER)])
    ticket = world.books.enter(accesses[0].attend_token)
    world.put(ticket, "document_front", b"\x89PNG" + bytes(3 * PART_BYTES))
    world.books.hand_over(HOST, name)
    parts = list(world.desk.export(REVIEWER, name).parts())
    assert max(map(len, parts)) == PART_BYTES
    assert verify_file(io.BytesIO(b"".join(parts))).ok
    assert manifest_of(b"".join(parts))["files"][0]["name"].endswith("document_front.png")


def test_a_case_that_is_going_on_has_no_evidence_yet(world: CaseWorld) -> None:
    name, _ = world.books.create(HOST, "account", [Invitation(Role.CUSTOMER)])
    with pytest.raises(MoveNotAllowedError, match="once it is in review or decided"):
        world.desk.export(REVIEWER, name)


def test_another_tenant_sees_no_case(world: CaseWorld) -> None:
    name = world.make()
    with pytest.raises(InterviewNotFoundError):
        world.desk.export(STRANGER, name)
    with pytest.raises(InterviewNotFoundError):
        world.desk.export(REVIEWER, InterviewName("bank-a", "iv-none"))
    with pytest.raises(InvalidArgumentError):
        world.desk.export(REVIEWER, name, "x" * 65)


def test_each_tenant_signs_with_a_key_of_its_own_that_stays(world: CaseWorld) -> None:
    own = world.desk.public_key("bank-a")
    assert own != world.desk.public_key("bank-b")
    with open_cases(world.folder, world.keyring) as again:
        assert again.desk.public_key("bank-a") == own
    other = EvidenceKeys(world.database, Keyring(Key.generate()), world.clock)
    with pytest.raises(SecretsUnavailableError):
        other.signer("bank-a")


def test_a_damaged_recording_is_said_in_the_pack_and_stops_nothing(world: CaseWorld) -> None:
    name = world.make()
    segment = next(world.folder.glob("interviews/*/*/*/recording/*.seg"))
    segment.write_bytes(segment.read_bytes()[:-1])
    recording = manifest_of(export(world, name))["participants"][0]["recording"]
    assert "was cut" in recording["problem"]
    assert recording["chunk_count"] == 30


def test_a_recording_that_was_removed_is_said_in_the_pack(world: CaseWorld) -> None:
    name = world.make()
    for path in world.folder.glob("interviews/*/*/*/recording/*"):
        path.unlink()
    recording = manifest_of(export(world, name))["participants"][0]["recording"]
    assert "0 of 30 records" in recording["problem"]


def test_a_picture_that_was_changed_is_no_evidence(world: CaseWorld) -> None:
    name = world.make()
    picture = next(world.folder.glob("interviews/*/*/*/files/face.sealed"))
    picture.write_bytes(picture.read_bytes()[:-1] + b"\0")
    with pytest.raises(SecretsUnavailableError):
        world.desk.export(REVIEWER, name)


def test_a_picture_that_changes_under_way_ends_the_pack(world: CaseWorld) -> None:
    name = world.make()
    exported = world.desk.export(REVIEWER, name)
    view_key = world.books.key_of(name.tenant, name.interview)
    world.files.put(name.tenant, name.interview, "p1", "face", b"another", view_key)
    with pytest.raises(StorageFailedError, match="changed while"):
        list(exported.parts())
