"""Cases for reviewers: drawn documents, a made-up attendance, a short recording."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import cv2
import numpy as np

from base.ids import InterviewName
from decision.outcome import Reason
from decision.signal import Signal
from kyc.case import (
    Answer,
    Check,
    CheckName,
    CheckOutcome,
    ConductEvent,
    Consent,
    DocumentRecord,
    Findings,
    Position,
    Severity,
    Verdict,
    VerdictOutcome,
)
from kyc.events import Recorded
from kyc.states import Move, Role, State
from media.image import ImageRGB
from media.pictures import encode_jpeg
from serving.caller import Caller
from serving.caller import Role as CallerRole
from serving.interview.files import CaseFiles
from serving.interview.service import InterviewService
from serving.interview.types import Invitation, Ticket
from serving.streams.types import Chunk, Codec
from tests.support.galleries import ManualClock

FPS, LENGTH_S, SOUND_S = 5, 5, 0.2
SAMPLE_RATE = 16_000
STEPS = (State.CONSENT, State.DOCUMENT, State.CAPTURE, State.LIVENESS, State.QUESTIONS)
HOST = frozenset({CallerRole.INTERVIEW_APP, CallerRole.OPERATOR})


def card(title: str, portrait: ImageRGB | None = None) -> ImageRGB:
    """Draw a card of nobody."""
    picture = np.full((540, 856, 3), (222, 230, 236), np.uint8)
    cv2.rectangle(picture, (8, 8), (847, 531), (120, 140, 160), 3)
    cv2.putText(picture, "SPECIMEN", (40, 90), cv2.FONT_HERSHEY_SIMPLEX, 1.8, (180, 60, 60), 4)
    cv2.putText(picture, title, (40, 480), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (40, 50, 60), 3)
    for row in range(5):
        cv2.line(picture, (40, 160 + 55 * row), (460, 160 + 55 * row), (90, 100, 110), 5)
    if portrait is not None:
        picture[110:430, 560:816] = cv2.resize(portrait, (256, 320))
    return picture


def somebody(shade: int = 150) -> ImageRGB:
    """Draw a face of nobody."""
    picture = np.full((320, 256, 3), (214, 222, 230), np.uint8)
    cv2.ellipse(picture, (128, 330), (110, 80), 0, 0, 360, (70, 90, shade), -1)
    cv2.ellipse(picture, (128, 150), (72, 95), 0, 0, 360, (224, 190, shade), -1)
    for x in (100, 156):
        cv2.circle(picture, (x, 135), 9, (40, 40, 40), -1)
    cv2.ellipse(picture, (128, 190), (30, 12), 0, 0, 180, (150, 70, 70), 5)
    return picture


def frame(number: int, face: ImageRGB) -> bytes:
    """Return one picture of a recording, which carries its own number."""
    picture = np.full((480, 640, 3), (60, 74, 88), np.uint8)
    x = 120 + round(60 * np.sin(number / 5))
    picture[80:480, x : x + 320] = cv2.resize(face, (320, 400))
    cv2.putText(picture, f"{number:03}", (500, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (240,) * 3, 3)
    return encode_jpeg(picture, 80)


def findings(at: datetime, *, is_refused: bool = True, has_event: bool = True) -> Findings:
    """Return what an attendance left that has something of everything."""
    first = CheckOutcome.FAILED if is_refused else CheckOutcome.PASSED
    checks = (
        Check(
            CheckName.DOCUMENT,
            first,
            (
                Reason(
                    "BIRTH_DATE_AGREES" if is_refused else "DOCUMENT_HOLDS",
                    "The birth date on the card is not the one in the number."
                    if is_refused
                    else "The document holds together.",
                ),
            ),
            at,
            sequence=4,
        ),
        Check(
            CheckName.FACE_MATCH,
            CheckOutcome.PASSED,
            (Reason("SIMILARITY_REACHED", "The similarity is reached."),),
            at,
            (Signal("face_similarity", 0.713, 9.52),),
            "false match rate 1 in 10,000",
            ("fr-r50",),
            12,
        ),
        Check(
            CheckName.LIVENESS,
            CheckOutcome.INCONCLUSIVE,
            (Reason("LIVENESS_UNCLEAR", "That was not clear: please try again."),),
            at,
            (Signal("live_score", 0.41), Signal("clip_jitter", None)),
        ),
    )
    event = ConductEvent(
        1,
        "SECOND_FACE",
        Severity.WARNING,
        "Somebody else is in the picture",
        at + timedelta(seconds=4),
        at + timedelta(seconds=6),
        sequence=21,
        has_snapshot=True,
    )
    outcome = VerdictOutcome.REFUSED if is_refused else VerdictOutcome.INCONCLUSIVE
    return Findings(
        checks=checks,
        events=(event,) if has_event else (),
        consents=(Consent("1", "I agree to this interview and its recording.", True, True, at),),
        answers=(
            Answer("own-will", "Do you act of your own free will?", "Yes", at, at, True),
            Answer("lent", "Has somebody asked to use the account?", "", at, at, False),
        ),
        position=Position(31.2304, 121.4737, 18.0, at),
        document=DocumentRecord(
            "CN_RESIDENT_ID",
            {"name": "样本", "birth_date": "2013-05-06", "number": "11010219890101001X"},
            {"name": 0.99, "birth_date": 0.98, "number": 0.84},
            (
                ("number_check_digit", True, "The last digit is the one that the others give."),
                ("birth_date_agrees", not is_refused, "Card and number name different years."),
                ("validity", None, "The back was not shown."),
            ),
        ),
        verdict=Verdict(outcome, checks[0].reasons, at),
        attempts={State.LIVENESS: 1},
    )


class CaseMaker:
    """Makes cases by the real service, as an attendance would leave them.

    files: of the same folder, with a clock that `record` moves.
    """

    def __init__(
        self, service: InterviewService, files: CaseFiles, clock: ManualClock, tenant: str
    ) -> None:
        self._service = service
        self._files = files
        self._clock = clock
        self.host = Caller(tenant, "app", HOST)

    def now(self) -> datetime:
        """The time at which the next recording begins."""
        return self._clock.now()

    def open(
        self, product: str, people: Sequence[tuple[Role, str]], external_id: str
    ) -> tuple[InterviewName, list[Ticket]]:
        """Open a case in which everybody has come and is at the first step."""
        invitations = [Invitation(role, name) for role, name in people]
        opened = self._service.create_interview(self.host, product, invitations, external_id)
        tickets = [self._service.books.enter(one.attend_token) for one in opened.accesses]
        for ticket in tickets:
            self._service.books.record(ticket, Recorded(Findings(), moves=((Move.BEGIN, ""),)))
        return opened.case.name, tickets

    def finish(
        self, ticket: Ticket, found: Findings, face: ImageRGB, *, films: bool = True
    ) -> None:
        """Let one attendance run to its end, with pictures and a recording."""
        pictures = {
            "document_front": card("FRONT", face),
            "document_back": card("BACK"),
            "portrait": face,
            "face": somebody(170),
            "event-1": cv2.resize(somebody(90), (320, 240)),
        }
        place = ticket.tenant, ticket.name.interview, ticket.participant
        for name, picture in pictures.items():
            self._service.files.put(*place, name, encode_jpeg(np.asarray(picture)), ticket.key)
        if films:
            self.film(ticket, face)
        moves = tuple((Move.STEP_DONE, "") for _ in STEPS)
        self._service.books.record(ticket, Recorded(found, moves=moves))

    def film(self, ticket: Ticket, face: ImageRGB) -> None:
        """Record some seconds of pictures and a tone; pictures and sound take turns."""
        place = ticket.tenant, ticket.name.interview, ticket.participant
        with_sound = range(LENGTH_S * FPS // 2)
        recorder = self._files.recorder(*place, ticket.key)
        tone = np.sin(np.arange(int(SAMPLE_RATE * SOUND_S)) * 2 * np.pi * 440 / SAMPLE_RATE)
        sound = (tone * 8000).astype("<i2").tobytes()
        sequence = 0
        for at in range(LENGTH_S * FPS):
            sequence += 1
            picture = frame(at, face)
            recorder.append(Chunk(sequence, "camera", Codec.JPEG, picture, None, None, 0.0))
            if at in with_sound:
                sequence += 1
                codec = Codec.PCM_S16LE_16KHZ
                recorder.append(Chunk(sequence, "microphone", codec, sound, None, None, 0.0))
            self._clock.advance(1 / FPS)
        recorder.close()

    def reviewable(self, external_id: str = "K-1", product: str = "account") -> InterviewName:
        """Return a case of one customer that a person has to decide."""
        name, (ticket,) = self.open(product, [(Role.CUSTOMER, "Customer One")], external_id)
        self.finish(ticket, findings(self._clock.now()), somebody())
        return name
