"""Every error a caller can meet, in one tree.

SmartBranchError
├── InvalidInputError         the request is wrong; send a different one
│   ├── picture: EmptyPictureError, UnsupportedPictureError, BrokenPictureError,
│   │   PictureTooLargeError, PictureTooSmallError
│   ├── clip and sound: EmptyClipError, UnsupportedClipError, BrokenClipError,
│   │   ClipTooLargeError, ClipTooLongError, UnfinishedClipError, BrokenSoundError
│   ├── face: NoFaceError, SeveralFacesError, DegenerateFaceError, PoorPictureError
│   ├── branch: RulesInvalidError, DirectoryInvalidError
│   ├── interview: PolicyInvalidError, EvidenceInvalidError
│   ├── camera: UnsupportedSourceError
│   ├── InvalidArgumentError, ErrorRateOutOfRangeError, InvalidResourceNameError
│   └── SequenceGapError
├── StateError                the request does not fit what is stored
│   ├── GalleryNotFoundError, SubjectNotFoundError, UnknownModelError
│   ├── GalleryExistsError, SubjectExistsError, RequestIdReusedError
│   ├── DifferentPersonError, DuplicateSubjectError
│   ├── ModelMismatchError, ConsentMissingError, SubjectExpiredError, ImportStateError
│   ├── SessionNotFoundError, SessionTakenOverError, ClipNotFoundError, SourceEndedError
│   ├── BranchNotFoundError, DeviceNotFoundError, DeviceExistsError, CameraNotFoundError,
│   │   CameraOfflineError, CameraTakenOverError, SceneChangedError
│   ├── VisitNotFoundError, PhotoNotFoundError, AlertNotFoundError, AlertMoveNotAllowedError
│   ├── ProductNotFoundError, InterviewNotFoundError, ParticipantNotFoundError,
│   │   InterviewClosedError, InterviewHeldError, MoveNotAllowedError, ReviewedBeforeError,
│   │   AlreadyAttendingError, AttendanceUnfinishedError
│   └── WatchlistBasisError, StaffExistsError, StaffNotFoundError
├── AccessError               the caller may not do this
│   ├── MissingTokenError, InvalidTokenError, ExpiredTokenError
│   ├── ExpiredCertificateError, RevokedCertificateError
│   ├── DeviceCodeInvalidError, DeviceRevokedError
│   ├── AttendTokenInvalidError
│   ├── SignInNeededError, SignInFailedError, SignInExpiredError
│   └── RoleNotAllowedError, TooManyAttemptsError
├── CapacityError             later, or less of it
│   ├── QueueFullError, RateLimitedError, TooManyRequestsInFlightError, MessageTooLargeError
│   └── DeadlineExceededError, StartingError, DrainingError, RecordingFullError,
│       TooManyInterviewsError
└── FaultError                ours to mend
    ├── ModelUnavailableError, ModelCorruptError, ModelDownloadError, ModelDisagreesError
    ├── ProviderUnavailableError, ModelTermsNotAcceptedError, SettingsError
    ├── InferenceFailedError, StorageFailedError, SecretsUnavailableError, AuditBrokenError
    ├── RecordingDamagedError
    ├── SpoolFailedError, DirectoryUnavailableError, LinkLostError, ServerRefusedError
    ├── CameraUnavailableError, CameraStalledError, CameraRefusedError, CameraAddressError
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
from base.errors.branches import (
    AlertMoveNotAllowedError,
    AlertNotFoundError,
    BranchNotFoundError,
    CameraNotFoundError,
    CameraOfflineError,
    CameraTakenOverError,
    DeviceCodeInvalidError,
    DeviceExistsError,
    DeviceNotFoundError,
    DeviceRevokedError,
    DirectoryInvalidError,
    DirectoryUnavailableError,
    LinkLostError,
    PhotoNotFoundError,
    RulesInvalidError,
    SceneChangedError,
    ServerRefusedError,
    SignInExpiredError,
    SignInFailedError,
    SignInNeededError,
    SpoolFailedError,
    StaffExistsError,
    StaffNotFoundError,
    VisitNotFoundError,
    WatchlistBasisError,
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
    CameraAddressError,
    CameraRefusedError,
    CameraStalledError,
    CameraUnavailableError,
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
    UnsupportedSourceError,
)
from base.errors.interviews import (
    AlreadyAttendingError,
    AttendanceUnfinishedError,
    AttendTokenInvalidError,
    EvidenceInvalidError,
    InterviewClosedError,
    InterviewHeldError,
    InterviewNotFoundError,
    MoveNotAllowedError,
    ParticipantNotFoundError,
    PolicyInvalidError,
    ProductNotFoundError,
    RecordingDamagedError,
    RecordingFullError,
    ReviewedBeforeError,
    TooManyInterviewsError,
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
    SourceEndedError,
    StateError,
    SubjectExistsError,
    SubjectExpiredError,
    SubjectNotFoundError,
    UnknownModelError,
)

__all__ = [
    "AccessError",
    "AlertMoveNotAllowedError",
    "AlertNotFoundError",
    "AlreadyAttendingError",
    "AttendTokenInvalidError",
    "AttendanceUnfinishedError",
    "AuditBrokenError",
    "BranchNotFoundError",
    "BrokenClipError",
    "BrokenPictureError",
    "BrokenSoundError",
    "CameraAddressError",
    "CameraNotFoundError",
    "CameraOfflineError",
    "CameraRefusedError",
    "CameraStalledError",
    "CameraTakenOverError",
    "CameraUnavailableError",
    "CapacityError",
    "ClipNotFoundError",
    "ClipTooLargeError",
    "ClipTooLongError",
    "ConsentMissingError",
    "DeadlineExceededError",
    "DegenerateFaceError",
    "DeviceCodeInvalidError",
    "DeviceExistsError",
    "DeviceNotFoundError",
    "DeviceRevokedError",
    "DifferentPersonError",
    "DirectoryInvalidError",
    "DirectoryUnavailableError",
    "DrainingError",
    "DuplicateSubjectError",
    "EmptyClipError",
    "EmptyPictureError",
    "ErrorRateOutOfRangeError",
    "EvidenceInvalidError",
    "ExpiredCertificateError",
    "ExpiredTokenError",
    "FaultError",
    "GalleryExistsError",
    "GalleryNotFoundError",
    "ImportStateError",
    "InferenceFailedError",
    "InterviewClosedError",
    "InterviewHeldError",
    "InterviewNotFoundError",
    "InvalidArgumentError",
    "InvalidInputError",
    "InvalidResourceNameError",
    "InvalidTokenError",
    "LinkLostError",
    "MessageTooLargeError",
    "MissingTokenError",
    "ModelCorruptError",
    "ModelDisagreesError",
    "ModelDownloadError",
    "ModelMismatchError",
    "ModelTermsNotAcceptedError",
    "ModelUnavailableError",
    "MoveNotAllowedError",
    "NoFaceError",
    "ParticipantNotFoundError",
    "PhotoNotFoundError",
    "PictureTooLargeError",
    "PictureTooSmallError",
    "PolicyInvalidError",
    "PoorPictureError",
    "ProductNotFoundError",
    "ProviderUnavailableError",
    "QueueFullError",
    "RateLimitedError",
    "RecordingDamagedError",
    "RecordingFullError",
    "RequestIdReusedError",
    "ReviewedBeforeError",
    "RevokedCertificateError",
    "RoleNotAllowedError",
    "RulesInvalidError",
    "SceneChangedError",
    "SecretsUnavailableError",
    "SequenceGapError",
    "ServerNotReadyError",
    "ServerRefusedError",
    "SessionNotFoundError",
    "SessionTakenOverError",
    "SettingsError",
    "SeveralFacesError",
    "SignInExpiredError",
    "SignInFailedError",
    "SignInNeededError",
    "SmartBranchError",
    "SourceEndedError",
    "SpoolFailedError",
    "StaffExistsError",
    "StaffNotFoundError",
    "StartingError",
    "StateError",
    "StorageFailedError",
    "SubjectExistsError",
    "SubjectExpiredError",
    "SubjectNotFoundError",
    "TooManyAttemptsError",
    "TooManyInterviewsError",
    "TooManyRequestsInFlightError",
    "UnfinishedClipError",
    "UnknownModelError",
    "UnsupportedClipError",
    "UnsupportedPictureError",
    "UnsupportedSourceError",
    "VisitNotFoundError",
    "WatchlistBasisError",
    "leaves",
]
