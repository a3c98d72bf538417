"""A made-up case and the pack of it; nobody's data."""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from decision.outcome import Reason
from decision.signal import Signal
from kyc.case import (
    Answer,
    Check,
    CheckName,
    CheckOutcome,
    ConductEvent,
    Consent,
    DocumentRecord,
    Findings,
    Interview,
    Participant,
    Position,
    Review,
    Severity,
    Transition,
    Verdict,
    VerdictOutcome,
)
from kyc.evidence.archive import Content, write_archive
from kyc.evidence.canonical import canonical
from kyc.evidence.pack import Pack, make_pack
from kyc.evidence.signing import Ed25519Signer
from kyc.evidence.types import (
    Attachment,
    CaseEvidence,
    ModelFact,
    ParticipantEvidence,
    RecordedPart,
    RecordingFacts,
)
from kyc.states import STEPS, Move, Role, State

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SIGNER = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER_SIGNER = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))
FACE, SNAPSHOT = b"\xff\xd8 a face \xff\xd9", b"\xff\xd8 a second face \xff\xd9"


def findings() -> Findings:
    """What a short interview may leave: one of everything."""
    return Findings(
        checks=(
            Check(
                CheckName.FACE_MATCH,
                CheckOutcome.PASSED,
                (Reason("MATCH", "The face is the one on the document"),),
                AT,
                (Signal("face_similarity", 0.71, 9.5),),
                "false match rate 1 in 10,000",
                ("sface-r1",),
                41,
            ),
        ),
        events=(
            ConductEvent(1, "SECOND_FACE", Severity.WARNING, "A second face", AT, AT, 52, True),
        ),
        consents=(Consent("1", "I agree to the recording", True, True, AT),),
        answers=(Answer("purpose", "What is the account for?", "", AT, AT, True),),
        position=Position(31.23, 121.47, 20.0, AT),
        document=DocumentRecord(
            "CN_RESIDENT_ID",
            {"name": "样本"},
            {"name": 0.98},
            (("number_check_digit", True, "The check digit is right"),),
        ),
        verdict=Verdict(VerdictOutcome.INCONCLUSIVE, (Reason("SECOND_FACE", "Twice"),), AT),
        attempts={State.LIVENESS: 1},
    )


def interview() -> Interview:
    """A case of one customer that was approved."""
    return Interview(
        "iv-1",
        "bank-a",
        "account",
        "A-7",
        "f00d",
        AT,
        AT,
        (Participant("p-1", Role.CUSTOMER, "Customer", STEPS, State.APPROVED),),
        State.APPROVED,
        "",
        (Review("rita", True, "Looked at both faces", AT),),
        closed_at=AT,
    )


def attachment(name: str, data: bytes) -> Attachment:
    """Return a picture of a pack."""
    digest = hashlib.sha256(data).hexdigest()
    return Attachment(name, "jpg", len(data), zlib.crc32(data), digest, lambda: data)


def evidence() -> CaseEvidence:
    """Everything of the made-up case."""
    recording = RecordingFacts(90, 90, AT, AT, "ab" * 32, (RecordedPart(1, 90, 1, 90, "cd" * 32),))
    pictures = (attachment("face", FACE), attachment("event-1", SNAPSHOT))
    return CaseEvidence(
        "pack-1",
        "0.1",
        AT,
        interview(),
        {"face_fmr": 1e-4},
        (Transition(1, "p-1", State.CREATED, State.CONSENT, Move.BEGIN, "", "system", AT),),
        (ParticipantEvidence("p-1", findings(), recording, pictures),),
        (ModelFact("sface-r1", "ef" * 32, "Apache-2.0", "undisclosed-data", "cpu"),),
    )


def audit_line(content: str) -> Mapping[str, object]:
    """Return the audit line that names a pack, without a log behind it."""
    return {"writer": "main", "sequence": 7, "details": {"content": content}}


def pack(signer: Ed25519Signer = SIGNER) -> Pack:
    """Return the pack of the made-up case."""
    return make_pack(evidence(), signer, audit_line)


def signed_anew(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Change a pack's manifest like somebody who has a key and writes nonsense."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    change(manifest)
    files["manifest.json"] = canonical(manifest)
    signature = json.loads(files["manifest.sig"])
    signature["signatures"][0]["signature"] = SIGNER.sign(files["manifest.json"]).hex()
    files["manifest.sig"] = canonical(signature)
    return b"".join(write_archive([Content.of(name, one) for name, one in files.items()]))


def pack_bytes(signer: Ed25519Signer = SIGNER) -> bytes:
    """Return the pack of the made-up case, written."""
    return b"".join(pack(signer).parts())
