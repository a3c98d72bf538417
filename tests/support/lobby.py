"""A lobby over a real gallery service, told of people by shots of real portraits."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from base.errors import DirectoryUnavailableError
from base.ids import GalleryName
from lobby.alert import AlertKind, Severity
from lobby.branch import Branch
from lobby.customer import Appointment, Customer
from lobby.flow import FlowSpan, LineCount, ZoneCount
from lobby.places import PlaceTable
from lobby.plan import LobbyPlan
from lobby.rules.rule import Cause, Rule, RuleBook
from lobby.seen import CameraRef, TrackRef
from lobby.visit import ZonePlace
from media.image import ImageRGB
from media.pictures import encode_jpeg
from serving.caller import Caller, Role
from serving.edge.types import EdgeCamera, EdgeEvent, EdgeRecord, Sighting
from serving.galleries.types import Consent, LegalBasis
from serving.lobby.service import LobbyService
from serving.lobby.settings import LobbySettings
from serving.storage.database import Database
from tests.support.galleries import World, open_world
from vision.analysis import Select
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot
from vision.scene import ZoneKind

TENANT, BRANCH = "bank-a", "centre"
DOOR, HALL = CameraRef("box-1", "door"), CameraRef("box-1", "hall")
COUNTER = ZonePlace(HALL, "counter-1")
QUEUE = ZonePlace(HALL, "queue")
ZONE = ZoneInfo("Asia/Shanghai")
STAFF = Caller(TENANT, "anna", frozenset({Role.LOBBY_STAFF}), BRANCH, frozenset({"manager"}))
OPERATOR = Caller(TENANT, "olga", frozenset({Role.OPERATOR}))
PLACES = PlaceTable(
    kinds={COUNTER: ZoneKind.COUNTER, QUEUE: ZoneKind.QUEUE},
    zone_names={COUNTER: "Counter 1"},
    camera_names={DOOR: "Main door"},
)
MARGIN = 0.5  # Room around a face, in its longer side.
ARRIVAL = Rule("vip", AlertKind.ARRIVAL, Severity.NOTICE, Cause(tiers=frozenset({"private"})))
WATCHED = Rule("watch", AlertKind.WATCHLIST, Severity.URGENT, Cause(), roles=("manager",))
RULES = RuleBook((ARRIVAL, WATCHED))


@dataclass
class ScriptedDirectory:
    """A directory of written-down customers that can be taken down."""

    customers: dict[str, Customer] = field(default_factory=dict)
    is_down: bool = False
    asked: list[str] = field(default_factory=list)

    def find(self, tenant: str, subject: str) -> Customer | None:
        self.asked.append(subject)
        if self.is_down:
            raise DirectoryUnavailableError("the directory is down")
        return self.customers.get(subject) if tenant == TENANT else None

    @property
    def problem(self) -> None:
        return None

    def forget(self, tenant: str, subject: str) -> int:
        return 0


def customer(subject: str, now: datetime) -> Customer:
    appointment = Appointment(now + timedelta(minutes=10), "Mortgage", "Mr Wang")
    return Customer(subject, f"Ms {subject.title()}", "private", "zh", "Mr Wang", (appointment,))


def shot_of(
    pipeline: FacePipeline, image: ImageRGB, at: datetime, quality: float = 60.0
) -> FaceShot:
    """Return what a box would send of the largest face of a picture."""
    face = pipeline.analyzer.read(image, Select.LARGEST)
    left, top, right, bottom = face.box_xyxy
    room = MARGIN * max(right - left, bottom - top)
    x0, y0 = max(0, int(left - room)), max(0, int(top - room))
    x1, y1 = int(right + room) + 1, int(bottom + room) + 1
    shift = np.array([x0, y0], np.float32)
    return FaceShot(
        picture=encode_jpeg(image[y0:y1, x0:x1]),
        captured_at=at,
        landmarks=face.landmarks - shift,
        box_xyxy=face.box_xyxy - np.tile(shift, 2),
        score=face.score,
        quality=quality,
        face_px=int(min(right - left, bottom - top)),
    )


@dataclass
class LobbyWorld:
    """A running lobby and what stands behind it."""

    world: World
    lobby: LobbyService
    directory: ScriptedDirectory
    news: list[tuple[str, str]]
    sequences: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def database(self) -> Database:
        return self.world.database

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def tell(self, record: EdgeRecord, camera: CameraRef = DOOR, branch: str = BRANCH) -> None:
        """Let a camera tell something, as the boxes' stream does."""
        source = EdgeCamera(TENANT, branch, camera)
        event = EdgeEvent(source, next(self.sequences), record, self.now)
        commit = self.lobby.intake.prepare(event)
        with self.database.write() as transaction:
            commit(transaction)

    def see(
        self,
        track: str,
        shot: FaceShot | None = None,
        camera: CameraRef = DOOR,
        zones: Sequence[str] = (),
        branch: str = BRANCH,
        is_late: bool = False,
        is_final: bool = False,
    ) -> None:
        """Let a camera see somebody now."""
        now = self.now
        sighting = Sighting(
            track=TrackRef(camera, track),
            first_seen_at=now,
            last_seen_at=now,
            face_at=now if shot is not None else None,
            zones=tuple(zones),
            shot=shot if shot is None else replace(shot, captured_at=now),
            is_final=is_final,
            is_late=is_late,
        )
        self.tell(sighting, camera, branch)

    def enrol(self, gallery: GalleryName, subject: str, image: ImageRGB) -> None:
        consent = Consent("form-1", self.now)
        self.world.service.enrol_subject(
            self.world.caller, gallery.subject(subject), [encode_jpeg(image)], consent
        )


def flow_span(at: datetime, persons: int, came: int = 0, is_late: bool = False) -> FlowSpan:
    """Return two seconds of the hall camera with some people who wait."""
    return FlowSpan(
        camera=HALL,
        start_at=at,
        length_s=2.0,
        lines=(LineCount("door", came, 0),),
        zones=(ZoneCount("queue", ZoneKind.QUEUE, persons, persons, 2.0 * persons, 30.0),),
        person_count=persons,
        heat_columns=2,
        heat_tenths=(20 * persons, 0),
        is_late=is_late,
    )


@contextmanager
def open_lobby(
    folder: Path,
    pipeline: FacePipeline,
    rules: RuleBook | None = RULES,
    settings: LobbySettings | None = None,
    branches: Mapping[str, Sequence[str]] | None = None,
    watchlists: Sequence[str] = ("watch",),
    world: World | None = None,
    rules_path: Path | None = None,
) -> Iterator[LobbyWorld]:
    """Open a lobby. branches: galleries by branch; by default `customers` in one branch.

    rules: None takes those of the file.
    """
    if world is None:
        with open_world(folder, pipeline) as opened:
            with open_lobby(
                folder, pipeline, rules, settings, branches, watchlists, opened, rules_path
            ) as running:
                yield running
        return
    wanted = branches if branches is not None else {BRANCH: ("customers",)}
    plan = LobbyPlan(
        tuple(
            Branch(
                TENANT,
                branch,
                branch.title(),
                ZONE,
                tuple(GalleryName(TENANT, one) for one in galleries),
                tuple(GalleryName(TENANT, one) for one in watchlists),
            )
            for branch, galleries in wanted.items()
        ),
        rules_path=rules_path,
        stranger_fmr=1e-3,
    )
    directory = ScriptedDirectory()
    lobby = LobbyService(
        world.database,
        world.keyring,
        world.service,
        pipeline,
        world.audit,
        world.clock,
        plan,
        directory,
        lambda branch: PLACES,
        settings or LobbySettings(),
    )
    if rules is not None:
        lobby.rules.current = rules
    news: list[tuple[str, str]] = []
    lobby.set_notifier(lambda tenant, branch: news.append((tenant, branch)))
    try:
        yield LobbyWorld(world, lobby, directory, news)
    finally:
        lobby.close()


def make_galleries(running: LobbyWorld, people: Mapping[str, ImageRGB]) -> None:
    """Enrol people by subject id: those whose id begins with `w` are watched."""
    customers = running.world.gallery("customers", LegalBasis.CONSENT)
    watched = running.world.gallery("watch", LegalBasis.LEGAL_OBLIGATION)
    for subject, image in people.items():
        running.enrol(watched if subject.startswith("w") else customers, subject, image)
