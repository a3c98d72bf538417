"""The step DOCUMENT: pictures of one document, read in the background until they hold together."""

from concurrent.futures import Future

from base.errors import SmartBranchError
from kyc.case import CheckName, CheckOutcome
from kyc.events import Noticed, PromptKind, Side, Snapshot
from kyc.ledger import Ledger
from kyc.pictures import DOCUMENT_PX, shrunk, snapshot
from kyc.ports import DocumentLook
from kyc.states import State
from kyc.steps.held_up import HeldUp
from kyc.steps.step import Ended, Said, Step, StepEnd
from media.image import ImageRGB
from vision.frame_analysis import FrameAnalysis

UNREADABLE, DOUBTFUL, WRONG = "DOCUMENT_UNREADABLE", "DOCUMENT_DOUBTFUL", "WRONG_DOCUMENT"
UNKNOWN = "UNKNOWN_DOCUMENT"
# What says something on its back.
_TWO_SIDED = frozenset({"CN_RESIDENT_ID", "MRZ_TD1"})
# Pictures that show too little are taken again for nothing, up to so many in one attempt.
MAX_RETAKES = 6
# What can be read is taken all the same after so many: the other side may say what this one hides.
PATIENT_RETAKES = 2
# Held up to a camera, most pictures show a document that moves: only what looks wrong so many
# times is wrong.
_CAMERA_PATIENCE = 3
# A picture larger than this shows no more of a card, and costs memory while it waits.
_MAX_KEPT_PX = 3200


class DocumentStep(Step):
    """Asks for the front, then for the back where there is one, and reads them together."""

    state = State.DOCUMENT

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._side = Side.FRONT
        self._front: ImageRGB | None = None
        self._front_look: DocumentLook | None = None
        self._reading: Future[DocumentLook] | None = None
        self._shown: ImageRGB | None = None
        self._sequence = 0
        self._retakes = self._doubts = 0
        self._held_up = HeldUp() if ledger.plan.document_by_camera else None

    def begin(self, now_s: float) -> Said:
        """Ask for a side."""
        if self._ledger.parts.document is None:
            check = self._ledger.check(
                CheckName.DOCUMENT, CheckOutcome.INCONCLUSIVE, ("NO_DOCUMENT_SERVICE",)
            )
            self.ended = Ended(StepEnd.DONE, checks=(check,))
            return []
        return [self._ledger.prompt(PromptKind.SHOW_DOCUMENT, self.limit_s, side=self._side)]

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> Said:
        """Take a frame that may show the document, where it is held up to the camera."""
        if self._held_up is None or self._reading is not None or self.ended is not None:
            return []
        if self._held_up.is_due(look.frame.image, now_s):
            self._read(look.frame.image, sequence)
        return []

    def show(self, side: Side, image: ImageRGB, sequence: int, now_s: float) -> Said | None:
        """Take a picture; one that comes while another is read has to be sent again."""
        if side is not self._side or self.ended is not None:
            return None
        if self._reading is not None or not self._read(image, sequence):
            return [Noticed("TOO_MUCH_AT_ONCE", sequence)]
        return [self._ledger.prompt(PromptKind.WAIT)]

    def tick(self, now_s: float) -> Said:
        """Fetch what was read."""
        if self._reading is None or not self._reading.done():
            return []
        reading, self._reading = self._reading, None
        try:
            look = reading.result()
        except SmartBranchError:
            return self._retake((UNREADABLE,), now_s)
        return self._take(look, now_s)

    def _read(self, image: ImageRGB, sequence: int) -> bool:
        """Start to read; return whether there was room for it."""
        desk = self._ledger.parts.document
        assert desk is not None
        kept = shrunk(image, _MAX_KEPT_PX)
        before = self._front_look if self._side is Side.BACK else None
        try:
            self._reading = self._ledger.parts.background.submit(lambda: desk.read(kept, before))
        except SmartBranchError:
            return False
        self._shown, self._sequence = kept, sequence
        return True

    def _take(self, look: DocumentLook, now_s: float) -> Said:
        """Go on from what was read."""
        kind = UNKNOWN if look.record is None else look.record.kind
        outcome = look.check.outcome
        self.advice = self._advice(look)
        is_back_wanted = self._side is Side.FRONT and self._ledger.plan.product.needs_back
        has_back = is_back_wanted and self._may_have_back(kind, look)
        if outcome is not CheckOutcome.PASSED and look.picture_codes:
            if not (has_back and self._retakes >= PATIENT_RETAKES):
                return self._retake(tuple(_coded(code) for code in look.picture_codes), now_s)
        if has_back:
            return self._ask_for_back(look, now_s)
        if kind == UNKNOWN:
            return self._doubt(UNREADABLE, look, now_s)
        if kind not in self._ledger.plan.product.document_kinds:
            return self._doubt(WRONG, look, now_s)
        # What is read whole and still in doubt would be no surer from another picture.
        if outcome is CheckOutcome.PASSED or (
            outcome is CheckOutcome.INCONCLUSIVE and look.is_whole
        ):
            self._finish(look)
            return []
        code = DOUBTFUL if outcome is CheckOutcome.FAILED else UNREADABLE
        return self._doubt(code, look, now_s)

    def _may_have_back(self, kind: str, look: DocumentLook) -> bool:
        """Return whether the other side is to be asked for: one that has its zone there, too."""
        kinds = self._ledger.plan.product.document_kinds
        if kind == UNKNOWN:
            return "MRZ_TD1" in kinds and look.portrait is not None
        return kind in kinds and kind in _TWO_SIDED

    def _ask_for_back(self, look: DocumentLook, now_s: float) -> Said:
        self._front, self._front_look, self._side = self._shown, look, Side.BACK
        self._retakes = self._doubts = 0
        self.share = 0.5
        return self.begin(now_s)

    def _retake(self, codes: tuple[str, ...], now_s: float) -> Said:
        """Ask for a better picture; nobody is to run out of attempts for the light."""
        if self._held_up is not None:
            return []
        self._retakes += 1
        if self._retakes > MAX_RETAKES:
            self.ended = Ended(StepEnd.FAILED, codes[0])
            return []
        notices: Said = [Noticed(code, self._sequence) for code in codes[:2]]
        return [*notices, *self.begin(now_s)]

    def _doubt(self, code: str, look: DocumentLook, now_s: float) -> Said:
        """Use up an attempt; before a camera, only when the same is seen again and again."""
        if self._held_up is not None:
            if code == UNREADABLE:
                return []
            self._doubts += 1
            if self._doubts < _CAMERA_PATIENCE:
                return []
        check = self._ledger.keep_document(look.record, None, look.check, self._sequence)
        self.ended = Ended(StepEnd.FAILED, code, (check,))
        return []

    def _finish(self, look: DocumentLook) -> None:
        check = self._ledger.keep_document(look.record, look.template, look.check, self._sequence)
        self.share = 1.0
        self.ended = Ended(StepEnd.DONE, checks=(check,), snapshots=self._snapshots(look))

    def _snapshots(self, look: DocumentLook) -> tuple[Snapshot, ...]:
        front, back = (
            (self._shown, None) if self._side is Side.FRONT else (self._front, self._shown)
        )
        pictures = {"document_front": front, "document_back": back, "portrait": look.portrait}
        return tuple(
            snapshot(name, picture, DOCUMENT_PX)
            for name, picture in pictures.items()
            if picture is not None
        )

    def _advice(self, look: DocumentLook) -> str | None:
        if self._held_up is None or look.check.outcome is CheckOutcome.PASSED:
            return None
        return _coded(look.picture_codes[0]) if look.picture_codes else "DOCUMENT_NOT_FOUND"


def _coded(code: str) -> str:
    return code if code.startswith("DOCUMENT_") else f"DOCUMENT_{code}"
