"""Everything of a case that goes into its evidence, gathered from where it is kept."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from base.errors import PhotoNotFoundError, RecordingDamagedError, StorageFailedError
from base.ids import InterviewName
from kyc.case import Findings
from kyc.evidence.canonical import sha256
from kyc.evidence.types import Attachment, ParticipantEvidence, RecordedPart, RecordingFacts
from serving.crypto.key import Key
from serving.interview.files import CaseFiles
from serving.interview.recording_reader import Recording
from serving.interview.recording_types import SegmentHash
from serving.interview.types import CaseView, ParticipantView

_PNG = b"\x89PNG"


def gather_participants(
    files: CaseFiles, case: CaseView, key: Key
) -> Iterator[ParticipantEvidence]:
    """Yield what is known of each participant. Reads every recording whole.

    Raises SecretsUnavailableError for a picture that was changed.
    """
    for view in case.participants:
        yield _participant(files, case.name, view, key)


def _participant(
    files: CaseFiles, name: InterviewName, view: ParticipantView, key: Key
) -> ParticipantEvidence:
    own = name.tenant, name.interview, view.participant.id
    findings = view.findings
    assert findings is not None
    kept = [
        _attachment(picture, partial(files.get, *own, picture, key))
        for picture in files.names(*own)
    ]
    try:
        recording = files.recording(*own, key)
    except (RecordingDamagedError, StorageFailedError) as error:
        facts = RecordingFacts(0, 0, None, None, "", (), error.message)
        return ParticipantEvidence(view.participant.id, findings, facts, tuple(kept))
    frames = _deciding_frames(recording, findings)
    return ParticipantEvidence(
        view.participant.id, findings, _recording(recording), (*kept, *frames)
    )


def _deciding_frames(recording: Recording, findings: Findings) -> list[Attachment]:
    """Return the recorded pictures at which checks were decided, by their numbers."""
    frames = []
    for sequence in sorted({check.sequence for check in findings.checks if check.sequence}):
        # Sound decides as well, and a damaged recording is said elsewhere.
        with suppress(PhotoNotFoundError, RecordingDamagedError, StorageFailedError):
            read = partial(recording.picture, sequence)
            frames.append(_attachment(f"frame-{sequence}", read))
    return frames


def _attachment(name: str, read: Callable[[], bytes]) -> Attachment:
    data = read()
    suffix = "png" if data.startswith(_PNG) else "jpg"
    return Attachment(name, suffix, len(data), zlib.crc32(data), sha256(data), read)


def _recording(recording: Recording) -> RecordingFacts | None:
    """Return what is said of a recording; damage is said as well, and stops nothing."""
    head = recording.head
    if not head.count:
        return None
    try:
        return _facts(recording, recording.verify())
    except (RecordingDamagedError, StorageFailedError) as error:
        return RecordingFacts(
            head.count, head.last_sequence, None, None, head.chain, (), error.message
        )


def _facts(recording: Recording, hashes: tuple[SegmentHash, ...]) -> RecordingFacts:
    index, head = recording.index(), recording.head
    parts = tuple(
        RecordedPart(one.segment, one.count, one.first_sequence, one.last_sequence, one.sha256)
        for one in hashes
    )
    return RecordingFacts(
        head.count, head.last_sequence, index.started_at, index.ended_at, head.chain, parts
    )
