"""Every error a caller can meet, in one tree.

SmartBranchError
├── InvalidInputError         the request is wrong; send a different one
│   ├── picture: EmptyPictureError, UnsupportedPictureError, BrokenPictureError,
│   │   PictureTooLargeError, PictureTooSmallError
│   ├── face: NoFaceError, SeveralFacesError, DegenerateFaceError, PoorPictureError
│   └── InvalidArgumentError, ErrorRateOutOfRangeError, InvalidResourceNameError
├── StateError                the request does not fit what is stored
│   ├── GalleryNotFoundError, SubjectNotFoundError, UnknownModelError
│   ├── GalleryExistsError, SubjectExistsError, RequestIdReusedError
│   ├── DifferentPersonError, DuplicateSubjectError
│   ├── ModelMismatchError, ConsentMissingError, SubjectExpiredError, ImportStateError
├── AccessError               the caller may not do this
│   ├── MissingTokenError, InvalidTokenError, ExpiredTokenError, RevokedCertificateError
│   └── RoleNotAllowedError, TooManyAttemptsError
├── CapacityError             later, or less of it
│   ├── QueueFullError, RateLimitedError, TooManyRequestsInFlightError, MessageTooLargeError
│   └── DeadlineExceededError, StartingError, DrainingError
└── FaultError                ours to mend
    ├── ModelUnavailableError, ModelCorruptError, ModelDownloadError, ModelDisagreesError
    ├── ProviderUnavailableError, ModelTermsNotAcceptedError, SettingsError
    ├── InferenceFailedError, StorageFailedError, SecretsUnavailableError, AuditBrokenError
    └── ServerNotReadyError

Each leaf owns a stable `reason` and the gRPC code that carries it. Messages say what was
wrong, what was expected and what to do, and name ids in place of personal data.
"""

from typing import ClassVar


class SmartBranchError(Exception):
    """Root of the tree.

    reason: stable UPPER_SNAKE name, the same in gRPC, HTTP and on the command line.
    grpc_code: name of the canonical code.
    metadata: everything variable that the message says, for machines.
    """

    reason: ClassVar[str] = ""
    grpc_code: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, **metadata: object) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = {key: str(value) for key, value in metadata.items()}


class InvalidInputError(SmartBranchError):
    """The request is wrong; sending it again will not help."""

    grpc_code = "INVALID_ARGUMENT"


class EmptyPictureError(InvalidInputError):
    """No bytes came."""

    reason = "PICTURE_EMPTY"


class UnsupportedPictureError(InvalidInputError):
    """The bytes are no picture, or one of a kind that is not read."""

    reason = "PICTURE_UNSUPPORTED"


class BrokenPictureError(InvalidInputError):
    """The picture starts well and cannot be read to its end."""

    reason = "PICTURE_BROKEN"


class PictureTooLargeError(InvalidInputError):
    """More bytes or pixels than are decoded."""

    reason = "PICTURE_TOO_LARGE"


class PictureTooSmallError(InvalidInputError):
    """Too few pixels to hold a face."""

    reason = "PICTURE_TOO_SMALL"


class NoFaceError(InvalidInputError):
    """The picture has no face; the caller should retake it."""

    reason = "NO_FACE"


class SeveralFacesError(InvalidInputError):
    """Several faces of like size where one person is meant."""

    reason = "SEVERAL_FACES"


class DegenerateFaceError(InvalidInputError):
    """The landmarks of the face do not span a plane."""

    reason = "FACE_DEGENERATE"


class PoorPictureError(InvalidInputError):
    """The picture is not good enough to be enrolled; the message gives the quality reasons."""

    reason = "QUALITY_TOO_LOW"


class InvalidArgumentError(InvalidInputError):
    """A field has a value that is not allowed; the message names the field."""

    reason = "ARGUMENT_INVALID"


class InvalidResourceNameError(InvalidInputError):
    """A resource name or id does not follow its pattern."""

    reason = "RESOURCE_NAME_INVALID"


class ErrorRateOutOfRangeError(InvalidInputError):
    """The error rate asked for is no rate, or is one that no measurement supports."""

    reason = "ERROR_RATE_OUT_OF_RANGE"


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


class AccessError(SmartBranchError):
    """The caller may not do this."""

    grpc_code = "PERMISSION_DENIED"


class MissingTokenError(AccessError):
    """No bearer token came where one is needed."""

    reason = "TOKEN_MISSING"
    grpc_code = "UNAUTHENTICATED"


class InvalidTokenError(AccessError):
    """The token is not one that this server accepts."""

    reason = "TOKEN_INVALID"
    grpc_code = "UNAUTHENTICATED"


class ExpiredTokenError(AccessError):
    """The token was good once."""

    reason = "TOKEN_EXPIRED"
    grpc_code = "UNAUTHENTICATED"


class RevokedCertificateError(AccessError):
    """The client's certificate was withdrawn."""

    reason = "CERTIFICATE_REVOKED"
    grpc_code = "UNAUTHENTICATED"


class RoleNotAllowedError(AccessError):
    """The token's role or tenant does not allow this call."""

    reason = "ROLE_NOT_ALLOWED"


class TooManyAttemptsError(AccessError):
    """Too many failed attempts against one subject; locked for a while."""

    reason = "TOO_MANY_ATTEMPTS"
    grpc_code = "RESOURCE_EXHAUSTED"


class CapacityError(SmartBranchError):
    """More than can be done now."""

    grpc_code = "RESOURCE_EXHAUSTED"


class QueueFullError(CapacityError):
    """The model's queue is full."""

    reason = "QUEUE_FULL"


class RateLimitedError(CapacityError):
    """The client sends faster than it may."""

    reason = "RATE_LIMITED"


class TooManyRequestsInFlightError(CapacityError):
    """The server works on as many requests as it takes at once."""

    reason = "SERVER_BUSY"


class MessageTooLargeError(CapacityError):
    """The message or stream is longer than is taken."""

    reason = "MESSAGE_TOO_LARGE"


class DeadlineExceededError(CapacityError):
    """The caller's deadline passed before the answer was there."""

    reason = "DEADLINE_EXCEEDED"
    grpc_code = "DEADLINE_EXCEEDED"


class StartingError(CapacityError):
    """The server is still loading its models; ask again in a moment."""

    reason = "STARTING"
    grpc_code = "UNAVAILABLE"


class DrainingError(CapacityError):
    """The server is stopping; another one will answer."""

    reason = "DRAINING"
    grpc_code = "UNAVAILABLE"


class FaultError(SmartBranchError):
    """Ours to mend."""


class ModelUnavailableError(FaultError):
    """The weights are not in the cache."""

    reason = "MODEL_NOT_PULLED"
    grpc_code = "FAILED_PRECONDITION"


class ModelCorruptError(FaultError):
    """A file does not have the hash that the manifest gives."""

    reason = "MODEL_CORRUPT"
    grpc_code = "DATA_LOSS"


class ModelDownloadError(FaultError):
    """The weights could not be fetched."""

    reason = "MODEL_DOWNLOAD_FAILED"
    grpc_code = "UNAVAILABLE"


class ModelDisagreesError(FaultError):
    """A model does not give the answer that the manifest expects for its example."""

    reason = "MODEL_DISAGREES"


class ProviderUnavailableError(FaultError):
    """The execution provider asked for is not to be had here."""

    reason = "PROVIDER_UNAVAILABLE"
    grpc_code = "FAILED_PRECONDITION"


class ModelTermsNotAcceptedError(FaultError):
    """Production was asked for with weights whose terms were not accepted by name."""

    reason = "MODEL_TERMS_NOT_ACCEPTED"
    grpc_code = "FAILED_PRECONDITION"


class SettingsError(FaultError):
    """The settings do not fit together or name something unknown."""

    reason = "SETTINGS_INVALID"
    grpc_code = "FAILED_PRECONDITION"


class InferenceFailedError(FaultError):
    """A model failed on an input that passed every check."""

    reason = "INFERENCE_FAILED"


class StorageFailedError(FaultError):
    """The database or a blob could not be written or read."""

    reason = "STORAGE_FAILED"


class SecretsUnavailableError(FaultError):
    """A key is missing, or does not open what it should."""

    reason = "SECRETS_UNAVAILABLE"
    grpc_code = "FAILED_PRECONDITION"


class AuditBrokenError(FaultError):
    """The audit log does not add up."""

    reason = "AUDIT_BROKEN"
    grpc_code = "DATA_LOSS"


class ServerNotReadyError(FaultError):
    """The server ended, or did not begin to serve in time."""

    reason = "SERVER_NOT_READY"
    grpc_code = "UNAVAILABLE"


def leaves(root: type[SmartBranchError]) -> list[type[SmartBranchError]]:
    """Return every class below `root` that has no subclass, in order of definition."""
    children = root.__subclasses__()
    if not children:
        return [root]
    return [leaf for child in children for leaf in leaves(child)]
