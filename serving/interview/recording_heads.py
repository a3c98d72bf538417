"""Heads of recordings in the database, where who can write the files cannot reach them."""

from base.clock import Clock
from serving.interview.recording_types import RecordingHead, RecordingPlace
from serving.storage.database import Database
from serving.storage.evidence_schema import RecordingHeadRow


class RecordingHeads:
    """Remembers how far each recording is; blocking, safe to share between threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def note(self, place: RecordingPlace, head: RecordingHead) -> None:
        """Remember how far a recording is; nothing of a case that was erased meanwhile."""
        with self._database.write() as transaction:
            records = transaction.tenant(place.tenant)
            if records.interviews.find(place.interview) is None:
                return
            records.evidence.put_head(
                RecordingHeadRow(
                    tenant=place.tenant,
                    interview=place.interview,
                    participant=place.participant,
                    count=head.count,
                    last_sequence=head.last_sequence,
                    segment=head.segment,
                    end=head.end,
                    byte_count=head.byte_count,
                    chain=head.chain,
                    noted_at=self._clock.now(),
                )
            )

    def find(self, place: RecordingPlace) -> RecordingHead | None:
        """Return what was remembered last."""
        with self._database.read() as transaction:
            row = transaction.tenant(place.tenant).evidence.head(place.interview, place.participant)
            if row is None:
                return None
            return RecordingHead(
                row.count, row.last_sequence, row.segment, row.end, row.byte_count, row.chain
            )
