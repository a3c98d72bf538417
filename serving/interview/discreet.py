"""What whoever attends is told: of what was found, the bank's own applications hear everything."""

from protos.smartbranch.kyc.v1.attend_pb2 import AttendResponse
from serving.caller import Caller, Role

# The applications and people of a bank who carry a participant.
HOSTS = frozenset({Role.INTERVIEW_APP, Role.OPERATOR})
# What participants did themselves, or may know.
OWN = frozenset({"CONSENT_DECLINED", "FACE_CONSENT_DECLINED", "ASKED_FOR_PERSON", "LOCKED_OUT"})
NOT_SAID, NOT_SAID_TEXT = "NOT_SAID", "what was found is for those who decide the case"
# What would only tell somebody with a forgery how it was noticed.
FOR_REVIEWERS = frozenset({"VIRTUAL_CAMERA", "VOICE_WITHOUT_MOUTH"})


def is_host(caller: Caller | None, tenant: str) -> bool:
    """Return whether the caller is of the bank and may carry its participants.

    An attend token alone is the participant's: it proves no application of the bank.
    """
    return caller is not None and caller.tenant == tenant and bool(caller.roles & HOSTS)


def discreet(answer: AttendResponse) -> AttendResponse | None:
    """Return what a participant may read; None for what is for reviewers alone.

    Of a verdict that is how it ended and no more: whoever is refused could learn from the rest.
    """
    kind = answer.WhichOneof("payload")
    if kind == "notice":
        return None if answer.notice.code in FOR_REVIEWERS else answer
    return _bare(answer) if kind == "verdict" else answer


def _bare(answer: AttendResponse) -> AttendResponse:
    kept = AttendResponse()
    kept.CopyFrom(answer)
    verdict = kept.verdict
    own = [reason for reason in answer.verdict.reasons if reason.code in OWN]
    del verdict.checks[:]
    del verdict.reasons[:]
    verdict.reasons.extend(own)
    if not own:
        verdict.reasons.add(code=NOT_SAID, text=NOT_SAID_TEXT)
    return kept
