from hypothesis import given
from hypothesis import strategies as st

from decision.findings import Weight
from deepfake.moments import JOIN_S, MAX_KEPT, Moments
from deepfake.outcome import Moment

TIMES = st.floats(0, 1000)
ANY = st.builds(
    lambda code, weight, start_s, length_s: Moment(
        code, weight, "continuity", start_s, None if length_s is None else start_s + length_s
    ),
    st.sampled_from(["ONE", "OTHER"]),
    st.sampled_from(Weight),
    TIMES,
    st.none() | st.floats(0, 10),
)


@given(st.lists(ANY, max_size=60))
def test_moments_stay_few_and_in_order_and_none_is_lost(added: list[Moment]) -> None:
    moments = Moments()
    for moment in added:
        moments.add(moment)
    kept = moments.in_order()
    starts_s = [moment.start_s for moment in kept]
    assert starts_s == sorted(starts_s)
    assert len(kept) <= 2 * len(Weight) * MAX_KEPT
    for moment in added:
        assert any(
            held.code == moment.code
            and held.weight is moment.weight
            and held.start_s <= moment.start_s
            and (held.end_s or held.start_s) >= (moment.end_s or moment.start_s)
            for held in kept
        )
    assert moments.has(Weight.BREAKS) is any(held.weight is Weight.BREAKS for held in added)


def test_what_goes_on_is_one_moment_and_what_comes_again_is_another() -> None:
    moments = Moments()
    for start_s in (1.0, 1.2, 1.4, 1.4 + JOIN_S, 9.0):
        moments.add(Moment("ONE", Weight.NOTE, "continuity", start_s))
    spans = [(moment.start_s, moment.end_s) for moment in moments.in_order()]
    assert spans == [(1.0, 1.4 + JOIN_S), (9.0, None)]


@given(st.lists(ANY, max_size=8))
def test_what_is_said_twice_is_kept_once(added: list[Moment]) -> None:
    once, twice = Moments(), Moments()
    for moment in added:
        once.add(moment)
    for moment in added + added:
        twice.add(moment)
    assert len(twice.in_order()) <= len(once.in_order())
