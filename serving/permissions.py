"""Which roles may call which method."""

from base.errors import BranchNotFoundError, RoleNotAllowedError
from serving.caller import Caller, Role

_FACE = "smartbranch.vision.v1.FaceService"
_GALLERY = "smartbranch.vision.v1.GalleryService"
_LIVENESS = "smartbranch.liveness.v1.LivenessService"
_DEEPFAKE = "smartbranch.deepfake.v1.DeepfakeService"
_LOBBY = "smartbranch.lobby.v1.LobbyService"
_EDGE = "smartbranch.edge.v1.EdgeService"
_DEVICES = "smartbranch.edge.v1.DeviceService"
_DOCUMENTS = "smartbranch.vision.v1.DocumentService"
_INTERVIEW = "smartbranch.kyc.v1.InterviewService"
ATTEND = f"{_INTERVIEW}/Attend"
METRICS = "metrics"
# What reviewers see of a case: pictures and the recording.
INTERVIEW_MEDIA = "interview.media"
# What pages ask that has no call of its own.
STAFF_ME, LOBBY_PHOTO, LOBBY_RECEIPTS, CONSOLE = (
    "staff.me",
    "lobby.photo",
    "lobby.receipts",
    "console",
)
_LOBBY_USERS = frozenset({Role.LOBBY_STAFF, Role.OPERATOR})
_KEEPERS = frozenset({Role.OPERATOR})
_READERS = frozenset({Role.OPERATOR, Role.AUDITOR, Role.REVIEWER})
_HOSTS = frozenset({Role.INTERVIEW_APP, Role.OPERATOR})

ALLOWED: dict[str, frozenset[Role]] = {
    f"{_FACE}/DetectFaces": frozenset(Role) - {Role.AUDITOR},
    f"{_FACE}/VerifyFaces": frozenset({Role.INTERVIEW_APP, Role.REVIEWER, Role.OPERATOR}),
    f"{_FACE}/SearchFaces": frozenset(
        {Role.EDGE_DEVICE, Role.LOBBY_STAFF, Role.REVIEWER, Role.OPERATOR}
    ),
    f"{_GALLERY}/CreateGallery": _KEEPERS,
    f"{_GALLERY}/GetGallery": _READERS,
    f"{_GALLERY}/ListGalleries": _READERS,
    f"{_GALLERY}/DeleteGallery": _KEEPERS,
    f"{_GALLERY}/EnrolSubject": _KEEPERS | {Role.INTERVIEW_APP},
    # Its answer tells whether a picture shows the subject, without the attempt limits of a login.
    f"{_GALLERY}/AddSubjectPictures": _KEEPERS,
    f"{_GALLERY}/ImportSubjects": _KEEPERS,
    f"{_GALLERY}/GetSubject": _READERS,
    f"{_GALLERY}/ListSubjects": _READERS,
    f"{_GALLERY}/DeleteSubject": _KEEPERS,
    f"{_LIVENESS}/CheckImage": frozenset({Role.INTERVIEW_APP, Role.REVIEWER, Role.OPERATOR}),
    f"{_LIVENESS}/RunSession": frozenset({Role.INTERVIEW_APP, Role.OPERATOR}),
    f"{_DEEPFAKE}/CheckImage": frozenset({Role.INTERVIEW_APP, Role.REVIEWER, Role.OPERATOR}),
    f"{_DEEPFAKE}/CheckClip": frozenset({Role.INTERVIEW_APP, Role.REVIEWER, Role.OPERATOR}),
    # Who opens a clip films it; reviewers look at what others filmed.
    f"{_DEEPFAKE}/OpenClip": frozenset({Role.INTERVIEW_APP, Role.OPERATOR}),
    # Nobody has a certificate before; the code is the proof.
    f"{_EDGE}/RegisterDevice": frozenset(Role),
    f"{_EDGE}/RenewCertificate": frozenset({Role.EDGE_DEVICE}),
    f"{_EDGE}/StreamCamera": frozenset({Role.EDGE_DEVICE}),
    f"{_DEVICES}/CreateDeviceCode": _KEEPERS,
    f"{_DEVICES}/ListDevices": _READERS,
    f"{_DEVICES}/RevokeDevice": _KEEPERS,
    f"{_DEVICES}/ListCameras": _READERS | {Role.LOBBY_STAFF},
    f"{_DEVICES}/UpdateCamera": _KEEPERS,
    # Who looks through a camera sees people who asked for nothing.
    f"{_DEVICES}/GetCameraFrame": _KEEPERS,
    f"{_LOBBY}/ListVisits": _LOBBY_USERS,
    f"{_LOBBY}/ListAlerts": _LOBBY_USERS,
    f"{_LOBBY}/StreamAlerts": _LOBBY_USERS,
    f"{_LOBBY}/UpdateAlert": _LOBBY_USERS,
    # Counts without identity.
    f"{_LOBBY}/GetFlow": _LOBBY_USERS | _READERS,
    f"{_DOCUMENTS}/ReadIdDocument": frozenset({Role.INTERVIEW_APP, Role.REVIEWER, Role.OPERATOR}),
    f"{_INTERVIEW}/CreateInterview": _HOSTS,
    f"{_INTERVIEW}/GetInterview": _HOSTS | _READERS,
    f"{_INTERVIEW}/ListInterviews": _HOSTS | _READERS,
    f"{_INTERVIEW}/InviteParticipant": _HOSTS,
    f"{_INTERVIEW}/HandOverInterview": _HOSTS | {Role.REVIEWER},
    # The attend token is the proof; who carries it need not be anybody else.
    ATTEND: frozenset(Role),
    # Who opens cases does not decide them.
    f"{_INTERVIEW}/ReviewInterview": frozenset({Role.REVIEWER}),
    f"{_INTERVIEW}/ExportEvidence": frozenset({Role.REVIEWER, Role.AUDITOR}),
    f"{_INTERVIEW}/HoldInterview": frozenset({Role.AUDITOR, Role.OPERATOR}),
    f"{_INTERVIEW}/EraseInterview": _KEEPERS,
    INTERVIEW_MEDIA: frozenset({Role.REVIEWER, Role.AUDITOR}),
    LOBBY_PHOTO: _LOBBY_USERS,
    LOBBY_RECEIPTS: _LOBBY_USERS,
    STAFF_ME: frozenset(Role),
    CONSOLE: _READERS,
    METRICS: frozenset({Role.OPERATOR, Role.AUDITOR}),
}
# What every authenticated caller may ask.
COMMON_PREFIXES = ("grpc.reflection.",)
_SEARCH = f"{_FACE}/SearchFaces"
# What needs no caller, and is counted and bounded all the same.
ANONYMOUS = frozenset({f"{_EDGE}/RegisterDevice", ATTEND})
# What a caller who shows a token may do more of: a branch's camera takes somebody of the bank.
MAY_SHOW_TOKEN = frozenset({ATTEND})
# What a load balancer asks before anybody has a token.
OPEN_PREFIXES = ("grpc.health.v1.Health/",)


def is_open(method: str) -> bool:
    """Return whether anybody may call `method`, such as `package.Service/Method`."""
    return method.startswith(OPEN_PREFIXES)


def may_search(caller: Caller) -> bool:
    """Return whether the caller may learn whom a face resembles."""
    return bool(caller.roles & ALLOWED[_SEARCH])


def check_role(caller: Caller, method: str) -> None:
    """Raise RoleNotAllowedError unless one of the caller's roles may call `method`.

    A method without a row is for nobody.
    """
    if method.startswith(COMMON_PREFIXES):
        return
    allowed = ALLOWED.get(method, frozenset())
    if not caller.roles & allowed:
        wanted = ", ".join(sorted(role.value for role in allowed))
        raise RoleNotAllowedError(f"{method} needs one of the roles {wanted}", method=method)


def check_branch(caller: Caller, tenant: str, branch: str) -> None:
    """Raise BranchNotFoundError unless the caller may see a branch.

    One that the caller may not see is answered like one that is not there.
    """
    if caller.tenant != tenant or caller.branch not in (None, branch):
        raise branch_not_found(tenant, branch)


def branch_not_found(tenant: str, branch: str) -> BranchNotFoundError:
    """Return what is said of a branch that is not there, or not for the caller."""
    return BranchNotFoundError(f"there is no branch tenants/{tenant}/branches/{branch} here")
