"""The table of moves: every pair of state and move, and how a case follows its participants."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import MoveNotAllowedError
from kyc.case import Interview, Participant, Transition
from kyc.moves import (
    CASE_MOVES,
    DECLINED,
    PARTICIPANT_MOVES,
    REVIEW_REQUIRED,
    TABLE,
    case_state,
    invite,
    move,
    without_faces,
)
from kyc.states import FINAL, STEPS, Move, Role, State

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OPEN = (State.CREATED, *STEPS, State.REVIEW)

# Where each move leads a lone customer from; everything that is not here is refused.
NEXT = dict(zip(STEPS, (*STEPS[1:], State.REVIEW), strict=True))
ALLOWED = {
    Move.BEGIN: {State.CREATED: State.CONSENT},
    Move.STEP_DONE: NEXT,
    Move.HAND_OVER: dict.fromkeys(OPEN, State.REVIEW),
    Move.LOCK_OUT: dict.fromkeys(STEPS, State.REVIEW),
    Move.REFUSE: dict.fromkeys((*STEPS, State.REVIEW), State.REVIEW),
    Move.DECLINE: {State.CONSENT: State.REJECTED},
    Move.APPROVE: {State.REVIEW: State.APPROVED},
    Move.REJECT: dict.fromkeys(OPEN, State.REJECTED),
    Move.EXPIRE: dict.fromkeys(OPEN, State.EXPIRED),
    Move.INVITE: {State.CREATED: State.CREATED}
    | dict.fromkeys((*STEPS, State.REVIEW), State.CONSENT),
}
PAIRS = [(state, made) for state, made in product(State, Move)]


def person(number: int, role: Role = Role.CUSTOMER, state: State = State.CREATED) -> Participant:
    return Participant(f"p{number}", role, "", STEPS, state)


def case(*people: Participant) -> Interview:
    state = people[0].state if len(people) == 1 else case_state(people)
    return Interview(
        id="iv-1",
        tenant="bank-a",
        product="loan",
        external_id="",
        policy_version="v",
        created_at=NOW,
        expires_at=NOW,
        participants=people,
        state=state,
    )


def make(
    interview: Interview, whom: str | None, made: Move, reason: str = ""
) -> tuple[Interview, tuple[Transition, ...]]:
    return move(interview, whom, made, reason, "somebody", NOW)


def _try(interview: Interview, made: Move) -> Interview:
    if made is Move.INVITE:
        return invite(interview, person(2, Role.SPOUSE), "somebody", NOW)[0]
    return make(interview, "p1" if made in PARTICIPANT_MOVES else None, made)[0]


def test_every_state_and_move_is_a_case() -> None:
    assert len(PAIRS) == len(State) * len(Move)
    assert ALLOWED.keys() == set(Move)


@pytest.mark.parametrize(("state", "made"), PAIRS, ids=[f"{a.value}-{b.value}" for a, b in PAIRS])
def test_a_pair_leads_where_the_table_says_and_nowhere_else(state: State, made: Move) -> None:
    before = case(person(1, state=state))
    wanted = ALLOWED[made].get(state)
    if wanted is None:
        assert (state, made) not in TABLE
        with pytest.raises(MoveNotAllowedError):
            _try(before, made)
        return
    assert _try(before, made).state is wanted


@pytest.mark.parametrize("made", [one for one in Move if one in CASE_MOVES])
@pytest.mark.parametrize("state", State)
def test_a_move_of_the_case_takes_everybody_along(state: State, made: Move) -> None:
    before = case(person(1, state=state))
    wanted = ALLOWED[made].get(state)
    if wanted is None:
        with pytest.raises(MoveNotAllowedError):
            make(before, None, made)
        return
    after, transitions = make(before, None, made)
    assert (after.state, after.participants[0].state) == (wanted, wanted)
    assert transitions[-1].participant is None


@pytest.mark.parametrize("made", [Move.APPROVE, Move.REJECT, Move.EXPIRE, Move.INVITE])
def test_nobody_is_approved_or_rejected_alone(made: Move) -> None:
    with pytest.raises(MoveNotAllowedError):
        make(case(person(1, state=State.REVIEW)), "p1", made)


@pytest.mark.parametrize("made", [Move.BEGIN, Move.STEP_DONE, Move.DECLINE, Move.REFUSE])
def test_a_case_does_not_make_the_moves_of_people(made: Move) -> None:
    with pytest.raises(MoveNotAllowedError):
        make(case(person(1, state=State.CONSENT)), None, made)


def test_a_case_stands_where_the_one_who_is_furthest_behind_stands() -> None:
    spouse = person(2, Role.SPOUSE)
    begun, _ = make(case(person(1), spouse), "p1", Move.BEGIN)
    assert begun.state is State.CONSENT
    ahead, made = make(begun, "p1", Move.STEP_DONE)
    # The spouse has not come: the case waits at the first step.
    assert ahead.state is State.CONSENT
    assert [one.participant for one in made] == ["p1"]
    both, _ = make(ahead, "p2", Move.BEGIN)
    caught_up, made = make(both, "p2", Move.STEP_DONE)
    assert caught_up.state is State.DOCUMENT
    assert [one.participant for one in made] == ["p2", None]


def test_a_relative_who_is_invited_in_review_takes_the_case_back() -> None:
    reviewed, _ = make(case(person(1, state=State.QUESTIONS)), "p1", Move.STEP_DONE)
    assert (reviewed.state, reviewed.reason) == (State.REVIEW, REVIEW_REQUIRED)
    assert reviewed.review_round == 1
    joined, made = invite(reviewed, person(2, Role.GUARANTOR), "staff", NOW)
    assert (joined.state, joined.reason) == (State.CONSENT, "")
    assert made[-1].move is Move.INVITE
    done, _ = make(joined, "p2", Move.HAND_OVER, "ASKED_FOR_A_PERSON")
    # Whoever approved before has not seen the guarantor: a new round.
    assert (done.state, done.review_round) == (State.REVIEW, 2)
    assert done.reason == "ASKED_FOR_A_PERSON"


def test_a_customer_who_declines_ends_the_case_for_all() -> None:
    begun, _ = make(case(person(1), person(2, Role.SPOUSE)), "p1", Move.BEGIN)
    ended, made = make(begun, "p1", Move.DECLINE, DECLINED)
    assert ended.is_closed
    assert {one.state for one in ended.participants} == {State.REJECTED}
    assert [(one.participant, one.move) for one in made] == [
        ("p1", Move.DECLINE),
        (None, Move.DECLINE),
        ("p2", Move.REJECT),
    ]


def test_a_guarantor_who_declines_leaves_it_to_a_person() -> None:
    customer = person(1, state=State.QUESTIONS)
    begun, _ = make(case(customer, person(2, Role.GUARANTOR)), "p2", Move.BEGIN)
    declined, _ = make(begun, "p2", Move.DECLINE)
    assert (declined.state, declined.reason) == (State.QUESTIONS, "DECLINE")
    done, _ = make(declined, "p1", Move.STEP_DONE)
    assert (done.state, done.reason) == (State.REVIEW, "DECLINE")


def test_a_broken_rule_outweighs_every_other_reason() -> None:
    people = (person(1, state=State.LIVENESS), person(2, Role.SPOUSE, State.LIVENESS))
    handed, _ = make(case(*people), "p1", Move.HAND_OVER, "ASKED_FOR_A_PERSON")
    refused, _ = make(handed, "p2", Move.REFUSE, "REPLAYED")
    assert refused.reason == "REPLAYED"


def test_who_agrees_to_no_comparison_of_faces_goes_on_without() -> None:
    before = without_faces(case(person(1, state=State.CONSENT)), "p1")
    states = []
    while before.state is not State.REVIEW:
        before, _ = make(before, "p1", Move.STEP_DONE)
        states.append(before.state)
    assert states == [State.DOCUMENT, State.QUESTIONS, State.REVIEW]


DEEDS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(list(Move))), max_size=40)


@settings(max_examples=1000, deadline=None)
@given(DEEDS)
def test_no_sequence_of_moves_leaves_the_table_or_skips_a_step(
    deeds: list[tuple[int, Move]],
) -> None:
    interview = case(person(1), person(2, Role.SPOUSE))
    for whom, made in deeds:
        try:
            if made is Move.INVITE:
                number = len(interview.participants) + 1
                interview, done = invite(interview, person(number, Role.GUARANTOR), "x", NOW)
            else:
                known = interview.participant(f"p{whom}")
                interview, done = make(interview, known.id if known else None, made)
        except MoveNotAllowedError:
            continue
        _check(interview, done)


def _check(interview: Interview, done: tuple[Transition, ...]) -> None:
    for one in done:
        row = TABLE[one.from_state, one.move]
        assert one.to_state in (row.case if one.participant is None else row.participant)
        if one.participant and one.move is Move.STEP_DONE:
            assert one.to_state is NEXT[one.from_state]
    assert done[-1].number == interview.transition_count
    if interview.is_closed:
        assert all(one.state in FINAL for one in interview.participants)
        assert interview.closed_at == NOW
    else:
        assert interview.state is case_state(interview.participants)
        # A person decides where nobody is left to attend, and nowhere else.
        is_waiting = any(one.state in (State.CREATED, *STEPS) for one in interview.participants)
        assert is_waiting is (interview.state is not State.REVIEW)
