"""Everything of a case that goes into its evidence, gathered from where it is kept."""

import zlib
from collections.abc import Iterator

from base.errors import RecordingDamagedError
from base.ids import InterviewName
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
    own = view.participant.id
    pictures = files.names(name.tenant, name.interview, own)
    assert view.findings is not None
    return ParticipantEvidence(
        own,
        view.findings,
        _recording(files, name, own, key),
        tuple(_attachment(files, name, own, picture, key) for picture in pictures),
    )


def _attachment(
    files: CaseFiles, name: InterviewName, participant: str, picture: str, key: Key
) -> Attachment:
    def read() -> bytes:
        return files.get(name.tenant, name.interview, participant, picture, key)

    data = read()
    suffix = "png" if data.startswith(_PNG) else "jpg"
    return Attachment(picture, suffix, len(data), zlib.crc32(data), sha256(data), read)


def _recording(
    files: CaseFiles, name: InterviewName, participant: str, key: Key
) -> RecordingFacts | None:
    """Return what is said of a recording; damage is said as well, and stops nothing."""
    try:
        recording = files.recording(name.tenant, name.interview, participant, key)
    except RecordingDamagedError as error:
        return RecordingFacts(0, 0, None, None, "", (), error.message)
    if not recording.head.count:
        return None
    try:
        return _facts(recording, recording.verify())
    except RecordingDamagedError as error:
        head = recording.head
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
