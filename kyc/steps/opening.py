"""Which step belongs to which state."""

from kyc.conduct.speech import Speech
from kyc.ledger import Ledger
from kyc.states import State
from kyc.steps.capture import CaptureStep
from kyc.steps.consent import ConsentStep
from kyc.steps.document import DocumentStep
from kyc.steps.liveness import LivenessStep
from kyc.steps.questions import QuestionsStep
from kyc.steps.step import Step


def open_step(ledger: Ledger, speech: Speech) -> Step:
    """Return a fresh attempt at the present step."""
    if ledger.step is State.QUESTIONS:
        return QuestionsStep(ledger, speech)
    makers = {
        State.CONSENT: ConsentStep,
        State.DOCUMENT: DocumentStep,
        State.CAPTURE: CaptureStep,
        State.LIVENESS: LivenessStep,
    }
    return makers[ledger.step](ledger)
