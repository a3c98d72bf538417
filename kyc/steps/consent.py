"""The step CONSENT: nothing of a face is compared before it, and nothing after a no."""

from kyc.case import Consent
from kyc.events import Noticed, PromptKind
from kyc.states import State
from kyc.steps.placing import advise_on_place
from kyc.steps.step import Ended, Said, Step, StepEnd
from kyc.words import in_language
from vision.frame_analysis import FrameAnalysis

DECLINED = "CONSENT_DECLINED"


class ConsentStep(Step):
    """Asks for agreement to the policy's text."""

    state = State.CONSENT

    def begin(self, now_s: float) -> Said:
        """Ask."""
        return [self._ledger.prompt(PromptKind.GIVE_CONSENT, self.limit_s)]

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> Said:
        """Help to sit well meanwhile, without looking at who it is."""
        self.advice = advise_on_place(look)
        return []

    def consent(self, accepted: bool, accepted_face: bool, text_version: str, now_s: float) -> Said:
        """Keep the answer; one to another text is none."""
        product, language = self._ledger.plan.product, self._ledger.plan.language
        if text_version != product.consent_version:
            return [Noticed("CONSENT_OUTDATED"), *self.begin(now_s)]
        self._ledger.add_consent(
            Consent(
                text_version=text_version,
                text=in_language(product.consent, language),
                accepted=accepted,
                accepted_face=accepted and accepted_face,
                given_at=self._ledger.wall(now_s),
            )
        )
        # Without faces the way goes on by document and questions, and a person decides.
        self.ended = Ended(StepEnd.DONE) if accepted else Ended(StepEnd.DECLINED, DECLINED)
        return []
