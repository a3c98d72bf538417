"""Requests that do not fit what is stored."""

from base.errors.root import SmartBranchError


class StateError(SmartBranchError):
    """The request does not fit what is stored."""

    grpc_code = "FAILED_PRECONDITION"


class GalleryNotFoundError(StateError):
    """The tenant has no such gallery."""

    reason = "GALLERY_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class SubjectNotFoundError(StateError):
    """The gallery has no such subject."""

    reason = "SUBJECT_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class UnknownModelError(StateError):
    """The manifest has no such model."""

    reason = "MODEL_UNKNOWN"
    grpc_code = "NOT_FOUND"


class GalleryExistsError(StateError):
    """The tenant has a gallery of this name."""

    reason = "GALLERY_EXISTS"
    grpc_code = "ALREADY_EXISTS"


class SubjectExistsError(StateError):
    """The gallery has a subject of this id."""

    reason = "SUBJECT_EXISTS"
    grpc_code = "ALREADY_EXISTS"


class RequestIdReusedError(StateError):
    """The request id was used before, for a different request."""

    reason = "REQUEST_ID_REUSED"
    grpc_code = "ALREADY_EXISTS"


class DifferentPersonError(StateError):
    """The pictures do not show the person who is enrolled."""

    reason = "DIFFERENT_PERSON"


class DuplicateSubjectError(StateError):
    """The person seems to be enrolled under another id, and the gallery does not take that."""

    reason = "DUPLICATE_SUBJECT"
    grpc_code = "ALREADY_EXISTS"


class ModelMismatchError(StateError):
    """The templates were made by another model than the one that would be compared."""

    reason = "MODEL_MISMATCH"


class ConsentMissingError(StateError):
    """The gallery's legal basis asks for a consent that was not given."""

    reason = "CONSENT_MISSING"


class SubjectExpiredError(StateError):
    """The subject's time has run out; it is about to be erased."""

    reason = "SUBJECT_EXPIRED"


class ImportStateError(StateError):
    """The import stream does not continue where the server stands."""

    reason = "IMPORT_OUT_OF_STEP"


class SessionNotFoundError(StateError):
    """No session goes on with this token: it is unknown, used up or expired."""

    reason = "SESSION_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class SessionTakenOverError(StateError):
    """The session goes on over another connection."""

    reason = "SESSION_TAKEN_OVER"
    grpc_code = "ABORTED"


class ClipNotFoundError(StateError):
    """No signed clip of this name waits for its stream: it is unknown, used up or expired."""

    reason = "CLIP_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class SourceEndedError(StateError):
    """A source has given its last frame, or was closed."""

    reason = "SOURCE_ENDED"
