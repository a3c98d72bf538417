"""The manifest: everything that a pack says, in one place, so that one signature covers all."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from kyc.case import Interview
from kyc.codec import to_plain
from kyc.evidence.canonical import Json, canonical, sha256
from kyc.evidence.signing import Signer, key_id
from kyc.evidence.types import Attachment, CaseEvidence, ParticipantEvidence

FORMAT = "smartbranch-evidence"
FORMAT_VERSION = 1
AUDIT = "audit"


def build_manifest(evidence: CaseEvidence, signers: Sequence[Signer]) -> Json:
    """Return the manifest without the audit line that it is chained to."""
    interview = evidence.interview
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "pack": evidence.pack_id,
        "product_version": evidence.product_version,
        "exported_at": to_plain(evidence.exported_at),
        "case": _case(interview),
        "rules": to_plain(evidence.rules),
        "participants": [_participant(interview, one) for one in evidence.participants],
        "transitions": to_plain(evidence.transitions),
        "reviews": to_plain(interview.reviews),
        "models": to_plain(evidence.models),
        "signing": [{"suite": one.suite, "key_id": key_id(one.public_key)} for one in signers],
        "files": _files(evidence),
    }


def content_hash(manifest: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a manifest without its audit line: what the audit line holds."""
    return sha256(canonical({name: item for name, item in manifest.items() if name != AUDIT}))


def file_name(participant: str, attachment: Attachment) -> str:
    """Return the name of a picture within the pack."""
    return f"participants/{participant}/{attachment.name}.{attachment.suffix}"


def _case(interview: Interview) -> Json:
    left_out = {"participants", "reviews"}
    return {
        one.name: to_plain(getattr(interview, one.name))
        for one in fields(interview)
        if one.name not in left_out
    }


def _participant(interview: Interview, evidence: ParticipantEvidence) -> Json:
    person = interview.participant(evidence.id)
    assert person is not None
    return {
        **to_plain(person),
        **to_plain(evidence.findings),
        "recording": to_plain(evidence.recording),
        "pictures": [file_name(evidence.id, one) for one in evidence.attachments],
    }


def _files(evidence: CaseEvidence) -> list[Json]:
    listed = [
        {
            "name": file_name(participant.id, one),
            "byte_count": one.byte_count,
            "sha256": one.sha256,
        }
        for participant in evidence.participants
        for one in participant.attachments
    ]
    return sorted(listed, key=lambda one: str(one["name"]))
