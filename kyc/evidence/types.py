"""What an evidence pack is made of, and what is found about one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from kyc.case import Findings, Interview, Transition

MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "key.pem"


@dataclass(frozen=True, slots=True)
class RecordedPart:
    """One segment of a recording. sha256: over the SHA-256 of each chunk's bytes, in order."""

    segment: int
    count: int
    first_sequence: int
    last_sequence: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What is said of a recording. chain: hash over every record; problem: why it is not whole.

    problem: empty where everything was read and found as it was written.
    """

    chunk_count: int
    last_sequence: int
    started_at: datetime | None
    ended_at: datetime | None
    chain: str
    parts: tuple[RecordedPart, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Attachment:
    """A picture of the pack. name: such as `event-3`. read: returns its bytes."""

    name: str
    suffix: str
    byte_count: int
    crc: int
    sha256: str
    read: Callable[[], bytes]

    def __repr__(self) -> str:
        return f"Attachment({self.name}, {self.byte_count} bytes, data=<hidden>)"


@dataclass(frozen=True, slots=True)
class ParticipantEvidence:
    """What is known of one participant."""

    id: str
    findings: Findings
    recording: RecordingFacts | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelFact:
    """A model in use: the digest of its weights, their terms, and what they ran on."""

    id: str
    sha256: str
    licence: str
    terms: str
    provider: str


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """Everything that goes into a pack. rules: what the policy asked of the product."""

    pack_id: str
    product_version: str
    exported_at: datetime
    interview: Interview
    rules: Mapping[str, Any]
    transitions: tuple[Transition, ...]
    participants: tuple[ParticipantEvidence, ...]
    models: tuple[ModelFact, ...] = field(default=())


class SignerStanding(Enum):
    """What is known of who signed a pack."""

    TRUSTED = "TRUSTED"  # One of the keys that were given.
    UNKNOWN = "UNKNOWN"  # No key was given: whole, but by whom is not proven.
    OTHER = "OTHER"  # None of the keys that were given.


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """One thing that was looked at. passed: None where it could not be."""

    name: str
    passed: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """What was found about a pack. manifest: what it says, None where it cannot be believed."""

    checks: tuple[EvidenceCheck, ...]
    signer: SignerStanding | None = None
    key_id: str = ""
    manifest: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong; the signer may be unknown all the same."""
        return all(check.passed is not False for check in self.checks)
