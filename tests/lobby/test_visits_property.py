"""Whatever cameras tell, in whatever order: the rules of visits hold."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.identity import IdentityKind
from lobby.seen import Seen, TrackRef
from lobby.visit import Visit, VisitChange, VisitStep
from lobby.visits import VisitBook
from tests.lobby.made import DOOR, HALL, LIMITS, STRANGER, UNSURE, at, book, face, known, seen

SURENESS = [IdentityKind.UNSEEN, IdentityKind.UNSURE, IdentityKind.STRANGER, IdentityKind.KNOWN]
PEOPLE = ["li", "wang", "zhao"]


@dataclass(frozen=True)
class Told:
    """One thing that happens. back_s: how far behind the present it is told."""

    wait_s: int
    track: int
    camera: int
    who: int
    kind: str
    back_s: int = 0
    is_final: bool = False


TOLD = st.builds(
    Told,
    wait_s=st.sampled_from([0, 1, 5, 40, 130, 400]),
    track=st.integers(0, 3),
    camera=st.integers(0, 1),
    who=st.integers(0, 2),
    kind=st.sampled_from(["known", "known", "stranger", "unsure", "nothing", "tick"]),
    back_s=st.sampled_from([0, 0, 0, 3, 60, 500]),
    is_final=st.booleans(),
)
STORIES = st.lists(TOLD, max_size=40)


class Reader:
    """Plays a story to a book and keeps what it tells, as storage would."""

    def __init__(self) -> None:
        self.book = book()
        self.now = 1000.0
        self.stored: dict[str, Visit] = {}

    def play(self, told: Told) -> None:
        self.now += told.wait_s
        self.keep(self.book.tick(at(self.now)))
        if told.kind != "tick":
            self.keep(self.book.see(self._seen(told)))

    def _seen(self, told: Told) -> Seen:
        when = self.now - told.back_s
        identity = {
            "known": known(PEOPLE[told.who]),
            "stranger": STRANGER,
            "unsure": UNSURE,
        }.get(told.kind)
        return seen(
            str(told.track),
            when,
            identity,
            since=when - 2,
            camera=(DOOR, HALL)[told.camera],
            zone=("", "queue")[told.who % 2],
            embedding=None if identity is None else face(told.who),
            is_final=told.is_final,
            is_late=told.back_s > 10,
        )

    def keep(self, changes: tuple[VisitChange, ...]) -> None:
        ids = [change.visit.id for change in changes]
        assert len(ids) == len(set(ids)), "a visit is told once in one go"
        for change in changes:
            self._check(change, self.stored.get(change.visit.id))
            self.stored[change.visit.id] = change.visit

    def _check(self, change: VisitChange, before: Visit | None) -> None:
        visit = change.visit
        assert visit.arrived_at <= visit.last_seen_at
        assert visit.ended_at in (None, visit.last_seen_at)
        assert visit.place_since is None or visit.place_since <= visit.last_seen_at
        assert (visit.place is None) == (visit.place_since is None)
        if before is None:
            assert change.step in {VisitStep.ARRIVED, VisitStep.SPLIT}
            assert visit.revision == 1
            return
        assert before.merged_into is None, "a merged visit is not heard of again"
        assert visit.revision == before.revision + 1
        assert visit.last_seen_at >= before.last_seen_at
        assert visit.arrived_at <= before.arrived_at
        assert SURENESS.index(visit.identity.kind) >= SURENESS.index(before.identity.kind)
        if before.identity.subject is not None:
            assert visit.identity.subject == before.identity.subject

    def check(self) -> None:
        opened = self.book.open_visits()
        subjects = Counter(v.identity.subject for v in opened if v.identity.subject is not None)
        assert max(subjects.values(), default=0) <= 1, "one open visit for each subject"
        tracks = Counter(t for v in self.stored.values() if v.is_open for t in v.tracks)
        assert max(tracks.values(), default=0) <= 1, "a track belongs to one visit"
        assert {v.id: v for v in opened} == {i: v for i, v in self.stored.items() if v.is_open}
        strangers = [v for v in opened if v.identity.subject is None]
        assert self.book.stranger_embedding_count <= 4 * len(strangers)
        memory_s = LIMITS.stranger_memory_s
        if not any(v.last_seen_at > at(self.now - memory_s) for v in strangers):
            assert self.book.stranger_embedding_count == 0


@given(STORIES)
@settings(max_examples=120, deadline=None)
def test_the_rules_of_visits_hold(story: list[Told]) -> None:
    reader = Reader()
    for told in story:
        reader.play(told)
        reader.check()


@given(STORIES)
@settings(max_examples=40, deadline=None)
def test_everybody_has_gone_in_the_end(story: list[Told]) -> None:
    reader = Reader()
    for told in story:
        reader.play(told)
    reader.keep(reader.book.tick(at(reader.now + 1000)))
    assert reader.book.open_visits() == ()
    assert reader.book.stranger_embedding_count == 0


@given(STORIES)
@settings(max_examples=40, deadline=None)
def test_the_same_story_gives_the_same_visits(story: list[Told]) -> None:
    first, second = Reader(), Reader()
    for told in story:
        first.play(told)
        second.play(told)
    assert first.stored == second.stored


@given(STORIES, STORIES)
@settings(max_examples=60, deadline=None)
def test_a_book_that_was_restored_goes_on(before: list[Told], after: list[Told]) -> None:
    reader = Reader()
    for told in before:
        reader.play(told)
    fresh = VisitBook(LIMITS, None, lambda: f"later-{len(reader.stored)}")
    fresh.restore(reader.stored.values())
    assert fresh.open_visits() == reader.book.open_visits()
    reader.book = fresh
    for told in after:
        reader.play(told)
        reader.check()


@given(st.permutations(range(8)))
@settings(max_examples=60, deadline=None)
def test_who_is_who_does_not_depend_on_the_order_of_known_faces(order: list[int]) -> None:
    """Promised of faces that are known, each on its track, within the time of one visit."""
    faces = [(f"t{n}", (DOOR, HALL)[n % 2], PEOPLE[n % 3]) for n in range(8)]
    visits = book()
    for track, camera, _ in faces:
        visits.see(seen(track, 1, STRANGER, since=0, camera=camera))
    for index in order:
        track, camera, who = faces[index]
        visits.see(seen(track, 2 + index, known(who), since=0, camera=camera))
    found = {
        (visit.identity.subject.subject if visit.identity.subject else ""): set(visit.tracks)
        for visit in visits.open_visits()
    }
    assert found == {
        who: {TrackRef(camera, track) for track, camera, name in faces if name == who}
        for who in PEOPLE
    }
    assert all(visit.arrived_at == at(0) for visit in visits.open_visits())
