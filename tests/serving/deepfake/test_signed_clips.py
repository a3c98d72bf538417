"""Opened clips: each is its caller's, once, for a time, and not too many wait."""

import pytest

from base.errors import ClipNotFoundError, TooManyRequestsInFlightError
from serving.caller import Caller, Role
from serving.deepfake import signed_clips
from serving.deepfake.signed_clips import MAX_OF_CALLER, MAX_OF_TENANT, SignedClips
from tests.support.galleries import ManualClock

ROLES = frozenset({Role.INTERVIEW_APP})
APP = Caller("bank-a", "app", ROLES)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def clips(clock: ManualClock) -> SignedClips:
    return SignedClips(clock, 60.0)


def test_a_clip_has_a_key_of_its_own_that_is_not_shown(clips: SignedClips) -> None:
    first, second = clips.open(APP), clips.open(APP)
    assert first.name.startswith("tenants/bank-a/deepfakeClips/dc-")
    assert len(first.key) == 32
    assert first.key != second.key
    assert first.key.hex() not in repr(first)
    assert str(first.key) not in repr(first)


def test_a_clip_is_taken_once(clips: SignedClips) -> None:
    opened = clips.open(APP)
    assert clips.take(APP, opened.name) == opened
    assert not clips.count
    with pytest.raises(ClipNotFoundError):
        clips.take(APP, opened.name)


@pytest.mark.parametrize(
    "other",
    [Caller("bank-b", "app", ROLES), Caller("bank-a", "other", ROLES)],
    ids=["tenant", "caller"],
)
def test_a_clip_is_nobody_else_s_and_stays_its_caller_s(clips: SignedClips, other: Caller) -> None:
    opened = clips.open(APP)
    with pytest.raises(ClipNotFoundError):
        clips.take(other, opened.name)
    assert clips.take(APP, opened.name) == opened


def test_a_clip_that_is_not_begun_in_time_is_forgotten(
    clips: SignedClips, clock: ManualClock
) -> None:
    opened = clips.open(APP)
    assert (opened.expires_at - clock.now()).total_seconds() == 60
    clock.advance(61)
    with pytest.raises(ClipNotFoundError):
        clips.take(APP, opened.name)
    clips.open(APP)
    clock.advance(61)
    clips.forget_old()
    assert not clips.count


def test_one_caller_holds_only_so_many(clips: SignedClips, clock: ManualClock) -> None:
    for _ in range(MAX_OF_CALLER):
        clips.open(APP)
    with pytest.raises(TooManyRequestsInFlightError) as caught:
        clips.open(APP)
    assert caught.value.metadata["retry_after_s"] == "60.0"
    clips.open(Caller("bank-a", "other", ROLES))
    clock.advance(61)
    clips.open(APP)


def test_one_tenant_locks_no_other_out(clips: SignedClips) -> None:
    for number in range(MAX_OF_TENANT):
        clips.open(Caller("bank-a", f"app-{number}", ROLES))
    with pytest.raises(TooManyRequestsInFlightError):
        clips.open(APP)
    clips.open(Caller("bank-b", "app", ROLES))


def test_all_together_are_bounded(clips: SignedClips, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed_clips, "MAX_OF_ALL", 3)
    for number in range(3):
        clips.open(Caller(f"bank-{number}", "app", ROLES))
    with pytest.raises(TooManyRequestsInFlightError):
        clips.open(APP)
