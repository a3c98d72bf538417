"""What can be wrong with boxes, cameras and lobbies."""

from base.errors.access import AccessError
from base.errors.faults import FaultError
from base.errors.inputs import InvalidInputError
from base.errors.states import StateError


class RulesInvalidError(InvalidInputError):
    """The file of alert rules, or of the lobby, says something that cannot be."""

    reason = "RULES_INVALID"


class DirectoryInvalidError(InvalidInputError):
    """The customer directory gives something that cannot be read."""

    reason = "DIRECTORY_INVALID"


class WatchlistBasisError(StateError):
    """A watchlist rests on consent, which nobody on it gave."""

    reason = "WATCHLIST_BASIS"


class BranchNotFoundError(StateError):
    """The caller has no such branch."""

    reason = "BRANCH_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class DeviceNotFoundError(StateError):
    """The tenant has no such device."""

    reason = "DEVICE_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class DeviceExistsError(StateError):
    """The tenant has a device of this id that was not revoked."""

    reason = "DEVICE_EXISTS"
    grpc_code = "ALREADY_EXISTS"


class CameraNotFoundError(StateError):
    """The device has no such camera."""

    reason = "CAMERA_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class CameraOfflineError(StateError):
    """The camera's stream is not open, or gives no frames."""

    reason = "CAMERA_OFFLINE"


class CameraTakenOverError(StateError):
    """The camera has opened a newer stream."""

    reason = "CAMERA_TAKEN_OVER"
    grpc_code = "ABORTED"


class SceneChangedError(StateError):
    """Somebody else changed the scene meanwhile."""

    reason = "SCENE_CHANGED"
    grpc_code = "ABORTED"


class VisitNotFoundError(StateError):
    """The branch has no such visit."""

    reason = "VISIT_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class PhotoNotFoundError(StateError):
    """The visit has no picture, or not any more."""

    reason = "PHOTO_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class AlertNotFoundError(StateError):
    """The branch has no such alert."""

    reason = "ALERT_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class AlertMoveNotAllowedError(StateError):
    """The alert's state does not allow this."""

    reason = "ALERT_MOVE_NOT_ALLOWED"


class StaffExistsError(StateError):
    """The tenant has an account of this name."""

    reason = "STAFF_EXISTS"
    grpc_code = "ALREADY_EXISTS"


class StaffNotFoundError(StateError):
    """The tenant has no account of this name."""

    reason = "STAFF_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class DeviceCodeInvalidError(AccessError):
    """The code is unknown, used or expired."""

    reason = "DEVICE_CODE_INVALID"


class DeviceRevokedError(AccessError):
    """The device's right to connect was taken away."""

    reason = "DEVICE_REVOKED"


class SignInNeededError(AccessError):
    """Nobody is signed in."""

    reason = "SIGN_IN_NEEDED"
    grpc_code = "UNAUTHENTICATED"


class SignInFailedError(AccessError):
    """Name and password do not belong together."""

    reason = "SIGN_IN_FAILED"
    grpc_code = "UNAUTHENTICATED"


class SignInExpiredError(AccessError):
    """The sign-in was good once."""

    reason = "SIGN_IN_EXPIRED"
    grpc_code = "UNAUTHENTICATED"


class SpoolFailedError(FaultError):
    """The spool cannot be read or written."""

    reason = "SPOOL_FAILED"
    grpc_code = "DATA_LOSS"


class DirectoryUnavailableError(FaultError):
    """The customer directory cannot be asked now."""

    reason = "DIRECTORY_UNAVAILABLE"
    grpc_code = "UNAVAILABLE"


class LinkLostError(FaultError):
    """The server cannot be reached from the box, or the connection broke; it is tried again."""

    reason = "LINK_LOST"
    grpc_code = "UNAVAILABLE"


class ServerRefusedError(FaultError):
    """The server refused the box for a reason that this version does not know."""

    reason = "SERVER_REFUSED"
    grpc_code = "FAILED_PRECONDITION"
