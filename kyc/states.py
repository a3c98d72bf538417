"""Where a participant or a case can stand."""

from enum import Enum


class Role(Enum):
    """What somebody is to the case."""

    CUSTOMER = "CUSTOMER"
    SPOUSE = "SPOUSE"
    GUARANTOR = "GUARANTOR"
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    AGENT = "AGENT"


class State(Enum):
    """Where a participant, or the whole case, stands; the last three are final."""

    CREATED = "CREATED"
    CONSENT = "CONSENT"
    DOCUMENT = "DOCUMENT"
    CAPTURE = "CAPTURE"
    LIVENESS = "LIVENESS"
    QUESTIONS = "QUESTIONS"
    REVIEW = "REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


# What a participant attends for, in the one order there is; a policy leaves some out.
STEPS = (State.CONSENT, State.DOCUMENT, State.CAPTURE, State.LIVENESS, State.QUESTIONS)
# Left out where somebody agrees to the interview and not to faces being compared.
FACE_STEPS = frozenset({State.CAPTURE, State.LIVENESS})
FINAL = frozenset({State.APPROVED, State.REJECTED, State.EXPIRED})


class Move(Enum):
    """What takes a participant or a case from one state to another."""

    BEGIN = "BEGIN"  # The participant attends for the first time.
    STEP_DONE = "STEP_DONE"  # The present step is finished; on to the next one of the policy.
    HAND_OVER = "HAND_OVER"  # A person is to decide: asked for, or no face may be compared.
    LOCK_OUT = "LOCK_OUT"  # Every attempt of a step was used up.
    REFUSE = "REFUSE"  # A rule was broken; a person confirms, or the policy rejects at once.
    DECLINE = "DECLINE"  # The participant did not agree to the interview.
    APPROVE = "APPROVE"  # By reviewers, or by policy where every check passed.
    REJECT = "REJECT"  # By reviewers, or by policy.
    EXPIRE = "EXPIRE"  # The case's time ran out.
    INVITE = "INVITE"  # Somebody was invited: the case goes back to whoever has not come.
