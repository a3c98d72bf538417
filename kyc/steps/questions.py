"""The step QUESTIONS: one after the other, each written down as soon as it is answered."""

from kyc.case import Answer
from kyc.conduct.speech import MIN_SPEECH_S, Speech
from kyc.events import Noticed, PromptKind
from kyc.ledger import Ledger
from kyc.policy import Question
from kyc.states import State
from kyc.steps.placing import advise_on_place
from kyc.steps.step import Ended, Said, Step, StepEnd
from kyc.words import in_language
from vision.frame_analysis import FrameAnalysis

UNANSWERED, NOT_A_CHOICE = "QUESTION_UNANSWERED", "ANSWER_NOT_A_CHOICE"
# Silence that ends an answer; people pause for less within a sentence.
END_OF_ANSWER_S = 1.2
MAX_ANSWER_CHARS = 2000
# Nobody reads a question and answers sooner.
_EARLIEST_S = 0.3
_SLACK_S = 30.0


class QuestionsStep(Step):
    """Asks what is not answered yet."""

    state = State.QUESTIONS

    def __init__(self, ledger: Ledger, speech: Speech) -> None:
        super().__init__(ledger)
        self._speech = speech
        self._asked_s = 0.0
        self._question: Question | None = None

    @property
    def limit_s(self) -> float:
        """Time for all questions; each has a limit of its own."""
        asked_s = sum(self._ledger.limit_s(one.limit_s) for one in self._open)
        return max(super().limit_s, asked_s + _SLACK_S)

    @property
    def listens_since_s(self) -> float | None:
        """Since when an answer is to be heard; None while none is."""
        if self._question is None or not self._question.is_spoken or self.ended is not None:
            return None
        return self._asked_s

    def begin(self, now_s: float) -> Said:
        """Ask the next question, or the present one again."""
        left = self._open
        asked = self._ledger.plan.product.questions
        self.share = 1 - len(left) / len(asked) if asked else 1.0
        if not left:
            self._question = None
            self.ended = Ended(StepEnd.DONE)
            return []
        self._question, self._asked_s = left[0], now_s
        limit_s = self._ledger.limit_s(left[0].limit_s)
        return [self._ledger.prompt(PromptKind.ANSWER_QUESTION, limit_s, question=left[0].id)]

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> Said:
        """Advise; the mouth is followed elsewhere."""
        self.advice = advise_on_place(look)
        return []

    def answer(self, question: str, text: str, now_s: float) -> Said | None:
        """Take an answer that was typed, tapped, or said to have been spoken."""
        asked = self._question
        if asked is None or self.ended is not None or question != asked.id:
            return None
        text = text.strip()[:MAX_ANSWER_CHARS]
        if not text and not asked.is_spoken:
            return [Noticed(NOT_A_CHOICE if asked.choices else UNANSWERED)]
        if text and asked.choices:
            chosen = [one for one in asked.choices if text in (one.english, one.chinese)]
            if not chosen:
                return [Noticed(NOT_A_CHOICE)]
        return self._keep(asked, text, now_s)

    def tick(self, now_s: float) -> Said:
        """Notice that an answer was spoken to its end, or that its time is over."""
        asked = self._question
        if asked is None or self.ended is not None:
            return []
        is_over = now_s - self._asked_s > self._ledger.limit_s(asked.limit_s)
        if asked.is_spoken and self._is_spoken_out(now_s, is_over):
            return self._keep(asked, "", now_s)
        if is_over:
            self.ended = Ended(StepEnd.FAILED, UNANSWERED)
        return []

    def _is_spoken_out(self, now_s: float, is_over: bool) -> bool:
        spans = self._speech.spans(self._asked_s + _EARLIEST_S, now_s)
        if sum(span.end_s - span.start_s for span in spans) < MIN_SPEECH_S:
            return False
        heard_s = self._speech.sounded_s or 0.0
        return is_over or heard_s - spans[-1].end_s >= END_OF_ANSWER_S

    def _keep(self, asked: Question, text: str, now_s: float) -> Said:
        """Write the answer down and ask on."""
        is_heard = asked.is_spoken and self._speech.can_hear
        agreement = self._speech.agreement(self._asked_s, now_s) if is_heard else None
        self._ledger.add_answer(
            Answer(
                question=asked.id,
                text=in_language(asked.text, self._ledger.plan.language),
                answer=text,
                asked_at=self._ledger.wall(self._asked_s),
                answered_at=self._ledger.wall(now_s),
                voice_at_prompt=None if agreement is None else agreement.speaks,
            )
        )
        return [self._ledger.record(), *self.begin(now_s)]

    @property
    def _open(self) -> list[Question]:
        answered = {one.question for one in self._ledger.findings.answers}
        return [one for one in self._ledger.plan.product.questions if one.id not in answered]
