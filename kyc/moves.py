"""The one table of moves, and how a case follows its participants."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from base.errors import MoveNotAllowedError
from kyc.case import Interview, Participant, Transition
from kyc.states import FACE_STEPS, FINAL, STEPS, Move, Role, State

NOBODY: Final[frozenset[State]] = frozenset()
# Who the case is about: without one of them there is no case.
PRINCIPALS: Final = frozenset({Role.CUSTOMER, Role.LEGAL_REPRESENTATIVE})
REVIEW_REQUIRED: Final = "REVIEW_REQUIRED"
DECLINED: Final = "CONSENT_DECLINED"
PARTICIPANT_MOVES: Final = frozenset(
    {Move.BEGIN, Move.STEP_DONE, Move.HAND_OVER, Move.LOCK_OUT, Move.REFUSE, Move.DECLINE}
)
CASE_MOVES: Final = frozenset({Move.HAND_OVER, Move.APPROVE, Move.REJECT, Move.EXPIRE})
_ORDER: Final = (State.CREATED, *STEPS, State.REVIEW)


@dataclass(frozen=True, slots=True)
class Row:
    """Where a move may lead from one state: a participant who makes it, the case that follows."""

    participant: frozenset[State] = NOBODY
    case: frozenset[State] = NOBODY


def _later(state: State) -> frozenset[State]:
    return frozenset(_ORDER[_ORDER.index(state) + 1 :])


_STEPS, _REVIEW = frozenset(STEPS), frozenset({State.REVIEW})
_REJECTED, _EXPIRED = frozenset({State.REJECTED}), frozenset({State.EXPIRED})
_ENDS: Final = {Move.REJECT: Row(_REJECTED, _REJECTED), Move.EXPIRE: Row(_EXPIRED, _EXPIRED)}


def _rows() -> Mapping[tuple[State, Move], Row]:
    rows = {
        (State.CREATED, Move.BEGIN): Row(_STEPS, _STEPS),
        (State.CREATED, Move.HAND_OVER): Row(_REVIEW, _later(State.CREATED)),
        (State.CONSENT, Move.DECLINE): Row(_REJECTED, _later(State.CONSENT) | _REJECTED),
        # The verdict may come behind the last step, and a person may be asked for twice.
        (State.REVIEW, Move.REFUSE): Row(_REVIEW, _REVIEW),
        (State.REVIEW, Move.HAND_OVER): Row(_REVIEW, _REVIEW),
        (State.REVIEW, Move.APPROVE): Row(frozenset({State.APPROVED}), frozenset({State.APPROVED})),
        (State.CREATED, Move.INVITE): Row(NOBODY, frozenset({State.CREATED})),
        (State.REVIEW, Move.INVITE): Row(NOBODY, _STEPS),
    }
    for step in STEPS:
        rows[step, Move.STEP_DONE] = Row(_later(step), _later(step))
        rows[step, Move.INVITE] = Row(NOBODY, _STEPS)
        for move in (Move.HAND_OVER, Move.LOCK_OUT, Move.REFUSE):
            rows[step, move] = Row(_REVIEW, _later(step))
    for state in _ORDER:
        rows |= {(state, move): row for move, row in _ENDS.items()}
    return rows


TABLE: Final[Mapping[tuple[State, Move], Row]] = _rows()
"""Every move there is; a pair that is missing is not allowed. A final state has no row."""


def move(
    interview: Interview,
    participant: str | None,
    move: Move,
    reason: str,
    actor: str,
    at: datetime,
) -> tuple[Interview, tuple[Transition, ...]]:
    """Make a move of one participant, or of the case with everybody in it who is not finished.

    participant: None for the case. Returns the case with what follows for it, and each
    transition. Raises MoveNotAllowedError and ValueError for a participant that is not there.
    """
    if move not in (CASE_MOVES if participant is None else PARTICIPANT_MOVES):
        raise _not_allowed(interview.state, move)
    maker = _Maker(interview, move, reason, actor, at)
    if participant is None:
        maker.take_all()
        maker.lead()
    else:
        maker.take(_named(interview, participant))
        maker.follow()
    return maker.interview, tuple(maker.transitions)


def invite(
    interview: Interview, participant: Participant, actor: str, at: datetime
) -> tuple[Interview, tuple[Transition, ...]]:
    """Add a participant; the case goes back to where that one stands.

    Raises MoveNotAllowedError for a case that is closed.
    """
    joined = replace(interview, participants=(*interview.participants, participant))
    maker = _Maker(joined, Move.INVITE, participant.role.value, actor, at)
    maker.lead()
    return maker.interview, tuple(maker.transitions)


def without_faces(interview: Interview, participant: str) -> Interview:
    """Leave out what compares faces, for somebody who did not agree to it; a person decides."""
    person = _named(interview, participant)
    steps = tuple(step for step in person.steps if step not in FACE_STEPS)
    people = _with(interview.participants, replace(person, steps=steps))
    return replace(interview, participants=people)


def next_step(participant: Participant) -> State:
    """Return where a participant goes from here: the next step of the policy, then REVIEW."""
    position = _ORDER.index(participant.state)
    behind = (step for step in participant.steps if _ORDER.index(step) > position)
    return next(behind, State.REVIEW)


def case_state(participants: tuple[Participant, ...]) -> State:
    """Return where a case stands whose participants stand there.

    Whoever has not come yet counts as at the first step, once anybody has come. A principal who
    declined ends the case; somebody else who did leaves it to a person.
    """
    if all(one.state is State.CREATED for one in participants):
        return State.CREATED
    if any(one.state is State.REJECTED and one.role in PRINCIPALS for one in participants):
        return State.REJECTED
    waiting = [
        one.steps[0] if one.state is State.CREATED else one.state
        for one in participants
        if one.state not in FINAL
    ]
    return min(waiting, key=_ORDER.index, default=State.REVIEW)


def _row(state: State, move: Move) -> Row:
    row = TABLE.get((state, move))
    if row is None:
        raise _not_allowed(state, move)
    return row


def _not_allowed(state: State, move: Move) -> MoveNotAllowedError:
    return MoveNotAllowedError(
        f"{move.value} does not lead on from {state.value}", state=state.value, move=move.value
    )


def _named(interview: Interview, participant: str) -> Participant:
    person = interview.participant(participant)
    if person is None:
        raise ValueError(f"the case has no participant {participant}")
    return person


def _with(people: tuple[Participant, ...], changed: Participant) -> tuple[Participant, ...]:
    return tuple(changed if one.id == changed.id else one for one in people)


class _Maker:
    """One move and what follows from it."""

    def __init__(
        self, interview: Interview, move: Move, reason: str, actor: str, at: datetime
    ) -> None:
        self.interview = interview
        self.transitions: list[Transition] = []
        self._move = move
        self._reason = reason
        self._actor = actor
        self._at = at

    def take_all(self) -> None:
        """Move everybody whom the move leads somewhere else."""
        for person in self.interview.participants:
            row = TABLE.get((person.state, self._move), Row())
            if row.participant - {person.state}:
                self.take(person)

    def take(self, person: Participant) -> None:
        """Move one participant."""
        row = _row(person.state, self._move)
        goes_on = self._move in {Move.BEGIN, Move.STEP_DONE}
        to_state = next_step(person) if goes_on else next(iter(row.participant), person.state)
        self._note(person.id, person.state, to_state, row.participant)
        moved = replace(person, state=to_state)
        people = _with(self.interview.participants, moved)
        self.interview = replace(self.interview, participants=people)

    def follow(self) -> None:
        """Let the case stand where its participants say."""
        before = self.interview.state
        to_state = case_state(self.interview.participants)
        if to_state is not before:
            self._note(None, before, to_state, _row(before, self._move).case)
        self._stand(to_state)
        if to_state is State.REJECTED:
            self._move, self._reason = Move.REJECT, self._reason or DECLINED
            self.take_all()

    def lead(self) -> None:
        """Move the case itself, to its end or to where its participants say."""
        before = self.interview.state
        row = _row(before, self._move)
        to_state = next(iter(row.case)) if row.case <= FINAL else None
        to_state = to_state or case_state(self.interview.participants)
        self._note(None, before, to_state, row.case)
        self._stand(to_state)

    def _stand(self, state: State) -> None:
        is_review = state is State.REVIEW
        comes_to_review = is_review and self.interview.state is not State.REVIEW
        self.interview = replace(
            self.interview,
            state=state,
            reason=self._why(is_review),
            review_round=self.interview.review_round + comes_to_review,
            closed_at=self._at if state in FINAL else None,
        )

    def _why(self, is_review: bool) -> str:
        """Return why a person has to decide: a broken rule above all, else what came first."""
        known = "" if self.interview.reason == REVIEW_REQUIRED else self.interview.reason
        if self._move is Move.REFUSE:
            return self._reason or self._move.value
        if self._move in {Move.HAND_OVER, Move.LOCK_OUT, Move.DECLINE}:
            return known or self._reason or self._move.value
        return known or (REVIEW_REQUIRED if is_review else "")

    def _note(
        self, participant: str | None, before: State, after: State, allowed: frozenset[State]
    ) -> None:
        if after not in allowed:
            raise _not_allowed(before, self._move)
        number = self.interview.transition_count + 1
        made = (before, after, self._move, self._reason, self._actor, self._at)
        self.transitions.append(Transition(number, participant, *made))
        self.interview = replace(self.interview, transition_count=number)
