"""What reviewers see and hear of a participant: kept pictures, and the recording."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from base.clock import Clock
from base.errors import ParticipantNotFoundError
from base.ids import InterviewName
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.crypto.key import Key
from serving.interview import checks
from serving.interview.files import CaseFiles
from serving.interview.recording_reader import Recording
from serving.interview.recording_types import RecordingIndex
from serving.interview.views import CaseViews

ACTION = "interview.media"
# Somebody who plays a recording asks for thousands of its pictures; that is one look.
LOOK_S = 600.0
MAX_LOOKS = 10_000
# An index of half an hour is some 30,000 entries; it is read once and not for every picture.
MAX_OPEN = 8
OPEN_S = 60.0
RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class _Open:
    recording: Recording
    until_s: float


class ReviewMedia:
    """Hands out pictures and recordings; every look is audited. Blocking, safe between threads.

    key_of: reads a case's data key, by tenant and id. Another tenant's case raises
    InterviewNotFoundError, as one that was erased.
    """

    def __init__(
        self,
        views: CaseViews,
        key_of: Callable[[str, str], Key],
        files: CaseFiles,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._views = views
        self._key_of = key_of
        self._files = files
        self._audit = audit
        self._clock = clock
        self._lock = threading.Lock()
        self._looks: OrderedDict[tuple[str, ...], float] = OrderedDict()
        self._open: OrderedDict[str, _Open] = OrderedDict()

    def picture(self, caller: Caller, name: InterviewName, participant: str, picture: str) -> bytes:
        """Return a kept picture, JPEG. Raises PhotoNotFoundError."""
        tenant = checks.tenant_of(caller, name)
        key = self._key_of(tenant, name.interview)
        found = self._files.get(tenant, name.interview, participant, picture, key)
        self._note(caller, name.participant(participant), picture)
        return found

    def index(self, caller: Caller, name: InterviewName, participant: str) -> RecordingIndex:
        """Return what a recording holds up to now. Raises ParticipantNotFoundError."""
        resource = name.participant(participant)
        with self._lock:
            self._open.pop(resource, None)
        index = self._recording(caller, name, participant).index()
        self._note(caller, resource, RECORDING)
        return index

    def frame(self, caller: Caller, name: InterviewName, participant: str, sequence: int) -> bytes:
        """Return a picture of the recording as it was sent, JPEG or PNG.

        Raises PhotoNotFoundError and ParticipantNotFoundError.
        """
        found = self._recording(caller, name, participant).picture(sequence)
        self._note(caller, name.participant(participant), RECORDING)
        return found

    def sound(
        self, caller: Caller, name: InterviewName, participant: str, start_s: float, end_s: float
    ) -> bytes:
        """Return a stretch of the sound, WAV. Raises InvalidArgumentError for a bad stretch."""
        found = self._recording(caller, name, participant).sound_wav(start_s, end_s)
        self._note(caller, name.participant(participant), RECORDING)
        return found

    def _recording(self, caller: Caller, name: InterviewName, participant: str) -> Recording:
        tenant = checks.tenant_of(caller, name)
        # Asked for every time: a case that was erased meanwhile has no key, and nothing to show.
        key = self._key_of(tenant, name.interview)
        resource, now_s = name.participant(participant), self._clock.monotonic()
        with self._lock:
            kept = self._open.get(resource)
            if kept is not None and kept.until_s > now_s:
                return kept.recording
        if self._views.get(caller, name).participant(participant) is None:
            raise ParticipantNotFoundError(f"there is no participant {participant} in {name}")
        recording = self._files.recording(tenant, name.interview, participant, key)
        with self._lock:
            self._open[resource] = _Open(recording, now_s + OPEN_S)
            self._open.move_to_end(resource)
            while len(self._open) > MAX_OPEN:
                self._open.popitem(last=False)
        return recording

    def _note(self, caller: Caller, resource: str, what: str) -> None:
        """Write down that somebody looks, once for as long as they go on looking."""
        look, now_s = (caller.tenant, caller.subject, resource, what), self._clock.monotonic()
        with self._lock:
            until_s = self._looks.get(look, now_s)
            if until_s > now_s:
                return
        self._audit.append(caller.subject, caller.tenant, ACTION, resource, details={"what": what})
        with self._lock:
            self._looks[look] = now_s + LOOK_S
            self._looks.move_to_end(look)
            while len(self._looks) > MAX_LOOKS:
                self._looks.popitem(last=False)
