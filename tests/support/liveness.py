"""A scripted liveness session, and a real server in this process that runs it."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from base.clock import SystemClock
from decision.outcome import Decision, Reason
from decision.signal import Signal
from liveness.events import (
    AdviceEvent,
    Challenge,
    ChallengeRecord,
    ChallengeState,
    NoticeEvent,
    ProgressEvent,
    PromptEvent,
    SessionEvent,
    VerdictEvent,
)
from liveness.look import FrameLook
from liveness.outcome import LivenessOutcome, LivenessResult, TargetRates
from liveness.plan import SessionPlan
from media.frame import Frame
from media.image import ImageRGB
from media.pictures import PictureLimits
from serving.assembly import Services
from serving.audit.log import AuditLog
from serving.crypto.keyring import Keyring
from serving.crypto.master import make_master_key
from serving.deepfake.service import DeepfakeService
from serving.deepfake.settings import DeepfakeSettings
from serving.edge.branches import AnyBranch
from serving.edge.service import EdgeService
from serving.edge.settings import EdgeSettings
from serving.edge.sink import NoSink
from serving.liveness.service import LivenessService
from serving.liveness.settings import LivenessSettings
from serving.models import ModelFacts
from serving.server import Server
from serving.settings import ServerSettings, load_settings
from serving.storage.database import DATABASE_FILE
from serving.telemetry.decisions import DecisionCounts
from serving.telemetry.logs import make_logger
from tests.support.databases import open_database
from tests.support.deepfake import ScriptedForgery
from tests.support.server import write_settings
from vision.analysis import FaceReading, Select

TARGET = TargetRates(0.05, 0.05, "made-up figures for tests")
FACTS = ModelFacts("toy-passive", "single", "cpu", "open")
FRAMES_A_CHALLENGE = 3


def result_of(outcome: LivenessOutcome, code: str) -> LivenessResult:
    signals = (Signal("passive_texture", 0.7, 1.5), Signal("face_depth", None))
    decision = Decision(outcome, (Reason(code, "a sentence."),), signals)
    return LivenessResult(decision, 0.7, TARGET, (FACTS.model_id,))


class ScriptedSession:
    """Passes a challenge with every third frame, and ends as `ending` says.

    frames: what it was shown. gate: each frame waits for it.
    """

    def __init__(self, plan: SessionPlan, judge: "ScriptedJudge") -> None:
        self.nonce = "0f" * 16
        self.frames: list[Frame] = []
        self._plan = plan
        self._judge = judge
        self._passed: list[ChallengeRecord] = []
        self._shown = 0

    def start(self, now_s: float) -> Sequence[SessionEvent]:
        return self._ask()

    def push(self, look: FrameLook, now_s: float) -> Sequence[SessionEvent]:
        assert self._judge.gate.wait(30)
        if self._judge.broken is not None:
            raise self._judge.broken
        self.frames.append(look.frame)
        self._shown += 1
        if self._shown < FRAMES_A_CHALLENGE:
            return [AdviceEvent("HOLD_STILL"), NoticeEvent("VIDEO_JUMP", look.frame.index)]
        self._shown = 0
        self._passed.append(ChallengeRecord(Challenge.BLINK, ChallengeState.PASSED, 0.4))
        if len(self._passed) < self._plan.challenge_count:
            return [AdviceEvent(None), *self._ask()]
        return [self._end(self._judge.ending, "CHALLENGES_PASSED")]

    def tick(self, now_s: float) -> Sequence[SessionEvent]:
        return []

    def interrupt(self, now_s: float) -> Sequence[SessionEvent]:
        self._shown = 0
        return [NoticeEvent("CONNECTION_LOST")]

    def resume(self, now_s: float) -> Sequence[SessionEvent]:
        return self._ask()

    def close(self, now_s: float, code: str) -> Sequence[SessionEvent]:
        return [self._end(LivenessOutcome.INCONCLUSIVE, code)]

    def _ask(self) -> list[SessionEvent]:
        done, wanted = len(self._passed), self._plan.challenge_count
        return [ProgressEvent(done, wanted, 0.0), PromptEvent(done + 1, Challenge.BLINK, 5.0)]

    def _end(self, outcome: LivenessOutcome, code: str) -> VerdictEvent:
        return VerdictEvent(result_of(outcome, code), tuple(self._passed), len(self.frames))


class ScriptedLook:
    """A look at a frame that sees nothing but the frame."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame


class ScriptedJudge:
    """Gives out scripted sessions, and remembers them."""

    def __init__(self) -> None:
        self.ending = LivenessOutcome.LIVE
        self.sessions: list[ScriptedSession] = []
        self.plans: list[SessionPlan] = []
        self.gate = threading.Event()
        self.gate.set()
        self.broken: Exception | None = None
        self.open_analyzers = 0

    def check_image(self, image: ImageRGB, select: Select) -> tuple[LivenessResult, FaceReading]:
        raise NotImplementedError

    def open_session(self, plan: SessionPlan) -> ScriptedSession:
        self.plans.append(plan)
        self.sessions.append(ScriptedSession(plan, self))
        return self.sessions[-1]

    def open_analyzer(self) -> "ScriptedJudge":
        self.open_analyzers += 1
        return self

    def look(self, frame: Frame) -> FrameLook:
        return cast(FrameLook, ScriptedLook(frame))

    def close(self) -> None:
        self.open_analyzers -= 1


class LivenessHouse:
    """Liveness and deepfake services on a database of their own; stands in for all services."""

    def __init__(
        self,
        folder: Path,
        clock: Any = None,
        deepfake: DeepfakeSettings | None = None,
        **settings: Any,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.judge = ScriptedJudge()
        self.clock = clock or SystemClock()
        self.database = open_database(folder / DATABASE_FILE)
        self.keyring = Keyring(make_master_key(folder / "master.key"))
        self.audit = AuditLog(self.database, self.keyring, self.clock, folder / "audit")
        self.liveness = LivenessService(
            self.judge,
            self.judge.open_analyzer,
            self.database,
            self.audit,
            self.clock,
            LivenessSettings(**settings),
            PictureLimits(),
        )
        self.forgery = ScriptedForgery()
        self.deepfake = DeepfakeService(
            self.forgery.as_forgery(),
            self.forgery.as_vision(),
            self.audit,
            self.clock,
            deepfake or DeepfakeSettings(),
            PictureLimits(),
        )
        self.edge = EdgeService(
            *(self.database, self.keyring, self.audit, self.clock, AnyBranch(), NoSink()),
            EdgeSettings(),
        )
        self.detector = self.embedder = FACTS
        self.facts: tuple[ModelFacts, ...] = (FACTS,)
        self.decisions = DecisionCounts()
        self.engine = self.galleries = self.lobby = self.staff = self
        self.documents = self.interviews = self

    @property
    def models(self) -> tuple[ModelFacts, ...]:
        return self.facts

    def facts_of(self, model_id: str) -> ModelFacts:
        return next(facts for facts in self.facts if facts.model_id == model_id)

    def stats(self) -> dict[str, Any]:
        return {}

    def warm_up(self) -> None:
        """Nothing to warm up."""

    def sweep(self) -> None:
        """No gallery to sweep."""

    def tick(self) -> None:
        """No lobby that time passes in."""

    def watch(self, registry: object) -> None:
        """No lobby to count."""

    def set_notifier(self, *notifiers: object) -> None:
        """No lobby that tells anything."""

    def close(self) -> None:
        self.database.close()

    async def all_closed(self, limit_s: float = 5.0) -> None:
        """Wait until no session is open."""
        async with asyncio.timeout(limit_s):
            while any(row.ended_at is None for row in self.rows()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def rows(self, tenant: str = "default") -> list[Any]:
        """Return the recorded sessions, oldest first."""
        with self.database.read() as transaction:
            records = transaction.tenant(tenant).liveness
            return records.all()


class InProcessServer(Server):
    """The server as it is, with stand-in services."""

    def __init__(self, settings: ServerSettings, house: LivenessHouse) -> None:
        super().__init__(settings, make_logger("critical", sys.stderr))
        self.house = house
        self.stop = asyncio.Event()

    @property
    def grpc(self) -> str:
        return f"127.0.0.1:{self.grpc_port}"

    @property
    def http(self) -> str:
        return f"127.0.0.1:{self.http_port}"

    def _open(self) -> Services:
        return cast(Services, self.house)


@asynccontextmanager
async def serving_scripted(
    folder: Path, limits: Mapping[str, Any] | None = None, **settings: Any
) -> AsyncIterator[InProcessServer]:
    """Run a server with scripted sessions. limits: of attempts."""
    config = write_settings(folder, rate_per_s=10_000, rate_burst=10_000, **settings)
    chosen = load_settings(config)
    house = LivenessHouse(folder / "house", deepfake=chosen.deepfake, **(limits or {}))
    server = InProcessServer(chosen, house)
    running = asyncio.create_task(server.run(server.stop))
    async with asyncio.timeout(10):
        while not server._readiness.is_ready:  # noqa: ASYNC110 -- nothing tells it.
            await asyncio.sleep(0.01)
    try:
        yield server
    finally:
        house.judge.gate.set()
        house.forgery.gate.set()
        server.stop.set()
        await running
