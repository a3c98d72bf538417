"""The documents say of moves and policies what the code does."""

import re
from pathlib import Path

from kyc.moves import TABLE
from kyc.policy_file import parse_policy
from kyc.states import STEPS, Move, State

PLACES = {"a step": frozenset(STEPS)}
LATER = "the next step, or `REVIEW`"


def _states(text: str) -> frozenset[State]:
    found = {State(name) for name in re.findall(r"`([A-Z]+)`", text)}
    return frozenset(found) | (PLACES["a step"] if "a step" in text else frozenset())


def test_the_table_of_moves_is_the_one_that_is_written_down(root: Path) -> None:
    page = (root / "docs" / "interview-server.md").read_text(encoding="utf-8")
    written: dict[Move, tuple[frozenset[State], str]] = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0].strip("`") in Move.__members__:
            written[Move(cells[0].strip("`"))] = (_states(cells[1]), cells[2])
    assert written.keys() == set(Move) - {Move.INVITE}
    for move, (sources, target) in written.items():
        rows = {state: row for (state, made), row in TABLE.items() if made is move}
        assert {state for state, row in rows.items() if row.participant} == sources
        for state, row in rows.items():
            if target == LATER:
                assert row.participant == set(STEPS[STEPS.index(state) + 1 :]) | {State.REVIEW}
            elif target == "the first step":
                assert row.participant == set(STEPS)
            else:
                assert row.participant == _states(target)


def test_the_policy_that_is_shown_is_one(root: Path) -> None:
    page = (root / "docs" / "interview-policy.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    product = parse_policy(shown).products["account"]
    assert [one.id for one in product.questions] == ["own-will"]


def test_every_key_of_the_built_in_policy_is_explained(root: Path) -> None:
    page = (root / "docs" / "interview-policy.md").read_text(encoding="utf-8")
    policy = (root / "kyc" / "default_policy.toml").read_text(encoding="utf-8")
    keys = set(re.findall(r"^([a-z_]+) = ", policy, re.MULTILINE))
    events = set(re.findall(r'^([a-z_]+) = "(?:note|warning|critical)"', policy, re.MULTILINE))
    steps = {"document", "capture", "liveness"}
    missing = {key for key in keys - events - steps if f"`{key}`" not in page}
    assert missing == set()
