"""What is ours to mend."""

from base.errors.root import SmartBranchError


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


class CameraUnavailableError(FaultError):
    """The camera does not answer, or its connection broke; it is tried again."""

    reason = "CAMERA_UNAVAILABLE"
    grpc_code = "UNAVAILABLE"


class CameraStalledError(FaultError):
    """The camera is connected and sends no pictures; it is opened anew."""

    reason = "CAMERA_STALLED"
    grpc_code = "UNAVAILABLE"


class CameraRefusedError(FaultError):
    """The camera does not take the user name or password."""

    reason = "CAMERA_REFUSED"
    grpc_code = "FAILED_PRECONDITION"


class CameraAddressError(FaultError):
    """There is no such host, stream, device or file."""

    reason = "CAMERA_ADDRESS_WRONG"
    grpc_code = "FAILED_PRECONDITION"
