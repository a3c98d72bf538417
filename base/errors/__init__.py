"""Every error a caller can meet, in one tree.

SmartBranchError
├── InvalidInputError         the request is wrong; send a different one
│   ├── picture: EmptyPictureError, UnsupportedPictureError, BrokenPictureError,
│   │   PictureTooLargeError, PictureTooSmallError
│   ├── clip and sound: EmptyClipError, UnsupportedClipError, BrokenClipError,
│   │   ClipTooLargeError, ClipTooLongError, UnfinishedClipError, BrokenSoundError
│   ├── face: NoFaceError, SeveralFacesError, DegenerateFaceError, PoorPictureError
│   ├── InvalidArgumentError, ErrorRateOutOfRangeError, InvalidResourceNameError
│   └── SequenceGapError
├── StateError                the request does not fit what is stored
│   ├── GalleryNotFoundError, SubjectNotFoundError, UnknownModelError
│   ├── GalleryExistsError, SubjectExistsError, RequestIdReusedError
│   ├── DifferentPersonError, DuplicateSubjectError
│   ├── ModelMismatchError, ConsentMissingError, SubjectExpiredError, ImportStateError
│   └── SessionNotFoundError, SessionTakenOverError, ClipNotFoundError
├── AccessError               the caller may not do this
│   ├── MissingTokenError, InvalidTokenError, ExpiredTokenError
│   ├── ExpiredCertificateError, RevokedCertificateError
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

from base.errors.access import (
    AccessError,
    ExpiredCertificateError,
    ExpiredTokenError,
    InvalidTokenError,
    MissingTokenError,
    RevokedCertificateError,
    RoleNotAllowedError,
    TooManyAttemptsError,
)
from base.errors.capacity import (
    CapacityError,
    DeadlineExceededError,
    DrainingError,
    MessageTooLargeError,
    QueueFullError,
    RateLimitedError,
    StartingError,
    TooManyRequestsInFlightError,
)
from base.errors.faults import (
    AuditBrokenError,
    FaultError,
    InferenceFailedError,
    ModelCorruptError,
    ModelDisagreesError,
    ModelDownloadError,
    ModelTermsNotAcceptedError,
    ModelUnavailableError,
    ProviderUnavailableError,
    SecretsUnavailableError,
    ServerNotReadyError,
    SettingsError,
    StorageFailedError,
)
from base.errors.inputs import (
    BrokenClipError,
    BrokenPictureError,
    BrokenSoundError,
    ClipTooLargeError,
    ClipTooLongError,
    DegenerateFaceError,
    EmptyClipError,
    EmptyPictureError,
    ErrorRateOutOfRangeError,
    InvalidArgumentError,
    InvalidInputError,
    InvalidResourceNameError,
    NoFaceError,
    PictureTooLargeError,
    PictureTooSmallError,
    PoorPictureError,
    SequenceGapError,
    SeveralFacesError,
    UnfinishedClipError,
    UnsupportedClipError,
    UnsupportedPictureError,
)
from base.errors.root import SmartBranchError, leaves
from base.errors.states import (
    ClipNotFoundError,
    ConsentMissingError,
    DifferentPersonError,
    DuplicateSubjectError,
    GalleryExistsError,
    GalleryNotFoundError,
    ImportStateError,
    ModelMismatchError,
    RequestIdReusedError,
    SessionNotFoundError,
    SessionTakenOverError,
    StateError,
    SubjectExistsError,
    SubjectExpiredError,
    SubjectNotFoundError,
    UnknownModelError,
)

__all__ = [
    "AccessError",
    "AuditBrokenError",
    "BrokenClipError",
    "BrokenPictureError",
    "BrokenSoundError",
    "CapacityError",
    "ClipNotFoundError",
    "ClipTooLargeError",
    "ClipTooLongError",
    "ConsentMissingError",
    "DeadlineExceededError",
    "DegenerateFaceError",
    "DifferentPersonError",
    "DrainingError",
    "DuplicateSubjectError",
    "EmptyClipError",
    "EmptyPictureError",
    "ErrorRateOutOfRangeError",
    "ExpiredCertificateError",
    "ExpiredTokenError",
    "FaultError",
    "GalleryExistsError",
    "GalleryNotFoundError",
    "ImportStateError",
    "InferenceFailedError",
    "InvalidArgumentError",
    "InvalidInputError",
    "InvalidResourceNameError",
    "InvalidTokenError",
    "MessageTooLargeError",
    "MissingTokenError",
    "ModelCorruptError",
    "ModelDisagreesError",
    "ModelDownloadError",
    "ModelMismatchError",
    "ModelTermsNotAcceptedError",
    "ModelUnavailableError",
    "NoFaceError",
    "PictureTooLargeError",
    "PictureTooSmallError",
    "PoorPictureError",
    "ProviderUnavailableError",
    "QueueFullError",
    "RateLimitedError",
    "RequestIdReusedError",
    "RevokedCertificateError",
    "RoleNotAllowedError",
    "SecretsUnavailableError",
    "SequenceGapError",
    "ServerNotReadyError",
    "SessionNotFoundError",
    "SessionTakenOverError",
    "SettingsError",
    "SeveralFacesError",
    "SmartBranchError",
    "StartingError",
    "StateError",
    "StorageFailedError",
    "SubjectExistsError",
    "SubjectExpiredError",
    "SubjectNotFoundError",
    "TooManyAttemptsError",
    "TooManyRequestsInFlightError",
    "UnfinishedClipError",
    "UnknownModelError",
    "UnsupportedClipError",
    "UnsupportedPictureError",
    "leaves",
]
