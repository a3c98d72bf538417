"""The files of cases: pictures that decided, and recordings; all encrypted with the case's key."""

import os
import re
import secrets
import shutil
from pathlib import Path

from base.clock import Clock
from base.errors import InvalidArgumentError, PhotoNotFoundError, StorageFailedError
from base.ids import InterviewName, check_id
from serving.crypto.key import Key
from serving.interview.recording import Recorder, open_recorder
from serving.interview.recording_head import make_folder, peek_count, sync_folder
from serving.interview.recording_reader import Recording
from serving.interview.recording_types import HeadBook, RecordingLimits, RecordingPlace

FOLDER = "interviews"
MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_FILES = 512
"""Pictures of one participant; events are many, and each may have one."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SUFFIX = ".sealed"


class CaseFiles:
    """Keeps files by case and participant under one folder. Blocking, safe between threads."""

    def __init__(
        self,
        data_dir: Path,
        clock: Clock,
        limits: RecordingLimits | None = None,
        book: HeadBook | None = None,
    ) -> None:
        self._folder = data_dir / FOLDER
        self._clock = clock
        self._limits = limits or RecordingLimits()
        self._book = book

    def put(
        self, tenant: str, interview: str, participant: str, name: str, data: bytes, key: Key
    ) -> None:
        """Keep a file, in the place of one of the same name; on return it is durable.

        Raises InvalidArgumentError for a bad name or too much, StorageFailedError.
        """
        place = RecordingPlace(tenant, interview, participant)
        folder = self._place(place) / "files"
        path = folder / f"{_checked(name)}{_SUFFIX}"
        if len(data) > MAX_FILE_BYTES:
            raise InvalidArgumentError(f"a file has at most {MAX_FILE_BYTES} bytes", field=name)
        try:
            make_folder(folder)
            if not path.exists() and sum(1 for _ in folder.iterdir()) >= MAX_FILES:
                raise InvalidArgumentError(f"{place} has {MAX_FILES} files already", field="name")
            _write_durably(path, key.seal(data, f"{place}/files/{name}"))
        except OSError as error:
            raise StorageFailedError(
                f"a file of {place} was not written: {error.strerror}"
            ) from error

    def get(self, tenant: str, interview: str, participant: str, name: str, key: Key) -> bytes:
        """Return a file. Raises PhotoNotFoundError and SecretsUnavailableError."""
        place = RecordingPlace(tenant, interview, participant)
        path = self._place(place) / "files" / f"{_checked(name)}{_SUFFIX}"
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            raise PhotoNotFoundError(f"{place} has no picture {name}") from None
        except OSError as error:
            raise StorageFailedError(
                f"a file of {place} cannot be read: {error.strerror}"
            ) from error
        return key.open(sealed, f"{place}/files/{name}")

    def names(self, tenant: str, interview: str, participant: str) -> tuple[str, ...]:
        """Return the names of a participant's files, sorted."""
        folder = self._place(RecordingPlace(tenant, interview, participant)) / "files"
        found = (path.name for path in folder.glob(f"*{_SUFFIX}"))
        return tuple(sorted(name.removesuffix(_SUFFIX) for name in found))

    def recorder(self, tenant: str, interview: str, participant: str, key: Key) -> Recorder:
        """Open a participant's recording to go on with it; see `open_recorder`."""
        place = RecordingPlace(tenant, interview, participant)
        folder = self._place(place) / "recording"
        return open_recorder(folder, key, place, self._clock, self._limits, self._book)

    def recording(self, tenant: str, interview: str, participant: str, key: Key) -> Recording:
        """Open a participant's recording to read it. Raises RecordingDamagedError."""
        place = RecordingPlace(tenant, interview, participant)
        return Recording(self._place(place) / "recording", key, place, self._book)

    def recorded_count(self, tenant: str, interview: str, participant: str) -> int:
        """Return how many chunks were recorded, to be shown; `recording` proves it."""
        folder = self._place(RecordingPlace(tenant, interview, participant)) / "recording"
        return peek_count(folder)

    def erase(self, tenant: str, interview: str) -> int:
        """Remove every file of a case; return how many there were. Twice does no harm.

        Raises StorageFailedError.
        """
        folder = self._case(tenant, interview)
        count = sum(1 for path in folder.rglob("*") if path.is_file())
        try:
            shutil.rmtree(folder)
            sync_folder(folder.parent)
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise StorageFailedError(
                f"files of tenants/{tenant}/interviews/{interview} cannot be removed: "
                f"{error.strerror}"
            ) from error
        return count

    def _case(self, tenant: str, interview: str) -> Path:
        name = InterviewName(tenant, interview)  # Checks the ids: they become names of folders.
        return self._folder / name.tenant / name.interview

    def _place(self, place: RecordingPlace) -> Path:
        case = self._case(place.tenant, place.interview)
        return case / check_id(place.participant, "participant")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidArgumentError(
            "the name of a picture has 1 to 63 of a-z, 0-9, '_' and '-'", field="name"
        )
    return name


def _write_durably(path: Path, data: bytes) -> None:
    draft = path.with_name(f"{path.stem}.{secrets.token_hex(4)}.tmp")
    try:
        with draft.open("xb") as file:
            os.chmod(draft, 0o600)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
