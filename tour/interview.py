"""The chapter about interviews: a photograph that is refused, and a case for a person to decide."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from client.attend_types import (
    InterviewOutcome,
    InterviewState,
    InterviewVerdict,
)
from client.interview_types import Interview, NewParticipant, ParticipantRole
from media.image import ImageRGB
from tour import photographs
from tour.attending import Actor, Attendance
from tour.cards.holder import Holder, make_number
from tour.cards.resident import draw_back, draw_front
from tour.cards.table import lay_on_table
from tour.door import Door
from tour.exhibits import jpeg, say_reasons
from tour.findings import Chapter
from tour.server import Addresses
from tour.staff import Person, add_staff

NOTES = (
    "Both customers are photographs with specimens drawn for them, and nobody living is here to "
    "pass. Try it yourself: a tour that stays up opens a case for your own camera and microphone.",
)
PRODUCT = "account"
REVIEWER = Person("rita", "reviewer")
_BORN, _ISSUED = date(1984, 3, 9), date(2019, 6, 11)
HOLDER = Holder(
    name="安样本",
    sex="女",
    ethnicity="汉",
    birth_date=_BORN,
    address="北京市东城区样本街道1号",
    number=make_number("110101", _BORN, 308),
    authority="北京市公安局东城分局",
    valid_from=_ISSUED,
    valid_until=_ISSUED.replace(year=2039),
)


def show_interviews(door: Door, addresses: Addresses, data: Path) -> Chapter:
    """Play two interviews, decide one as a reviewer, verify both packs and a forged one."""
    chapter = Chapter("An account is opened by video", NOTES)
    add_staff(data, REVIEWER)
    still = _refuse_photograph(door, chapter)
    handed = _hand_over(door, chapter)
    _review(addresses, handed, chapter)
    with tempfile.TemporaryDirectory(prefix="smartbranch-evidence-") as folder:
        for interview, what in ((still, "the refused case"), (handed, "the other case")):
            path = Path(folder) / f"{interview.name.rpartition('/')[2]}.zip"
            path.write_bytes(door.export_evidence(interview.name))
            _verify(data, path, what, chapter)
        _forge(data, path, chapter)
    return chapter


def invite_visitor(door: Door) -> str:
    """Open a case for whoever takes the tour; return the path of its page."""
    made = door.create_interview(PRODUCT, [NewParticipant(ParticipantRole.CUSTOMER, "you")])
    return made.accesses[0].page_path


def _refuse_photograph(door: Door, chapter: Chapter) -> Interview:
    """Attend with a photograph that stands still before the camera."""
    face = _portrait()
    picture = jpeg(photographs.place(face))
    interview, attended = _attend(door, _actor(face, lambda _: picture))
    chapter.check(
        "a specimen with this portrait, before the photograph itself",
        _say_checks(attended.verdict, "document", "face_match"),
        "read, and the portrait is the photograph's",
        _is_passed(attended.verdict, "face_match"),
    )
    verdict = attended.verdict
    codes = set() if verdict is None else {reason.code for reason in verdict.reasons}
    chapter.check(
        "the photograph, as a customer",
        _say_verdict(attended),
        "refused, for it does not live",
        verdict is not None
        and verdict.outcome is InterviewOutcome.REFUSED
        and "FACE_STILL" in codes,
    )
    return interview


def _hand_over(door: Door, chapter: Chapter) -> Interview:
    """Attend as far as a photograph in a hand can honestly come, then ask for a person."""
    face = _portrait()
    placed = photographs.place(face)

    def camera(time_s: float) -> bytes:
        return jpeg(photographs.held_up(placed, time_s))

    interview, attended = _attend(door, _actor(face, camera, InterviewState.LIVENESS))
    asked = [prompt.kind.value for prompt in attended.prompts]
    chapter.check(
        "a customer who asks for a person before the liveness test",
        f"asked: {', '.join(dict.fromkeys(asked))}\n{_say_verdict(attended)}",
        "never a pass; a person decides",
        attended.verdict is not None
        and attended.verdict.outcome is InterviewOutcome.INCONCLUSIVE
        and door.get_interview(interview.name).state.value == "REVIEW",
    )
    return interview


def _review(addresses: Addresses, interview: Interview, chapter: Chapter) -> None:
    """Decide on the case as a reviewer who is signed in."""
    path = f"/v1/interviews/{interview.name.rpartition('/')[2]}"
    with REVIEWER.browser(addresses.http) as browser:
        queue = browser.get("/v1/interviews", params={"state": "REVIEW"}).raise_for_status().json()
        is_queued = interview.name in [one["name"] for one in queue.get("interviews", [])]
        sent = {"approved": False, "reason": "The customer was a photograph: ask to come in."}
        answer = browser.post(f"{path}:review", json=sent)
        state = answer.json().get("interview", {}).get("state", answer.text)
    chapter.check(
        "a reviewer finds it in the queue and rejects it, with a reason",
        f"{'in the queue' if is_queued else 'not in the queue'}; then {state}",
        "REJECTED by a person",
        is_queued and state == "REJECTED",
    )


def _verify(data: Path, pack: Path, what: str, chapter: Chapter) -> None:
    report = _report(data, pack)
    chapter.check(
        f"evidence of {what}",
        f"{pack.stat().st_size / 1024:,.0f} KiB; {_say_report(report)}",
        "whole, signed, and in the audit log",
        report.get("ok") is True,
    )


def _forge(data: Path, pack: Path, chapter: Chapter) -> None:
    """Change one bit in the middle of a pack."""
    changed = bytearray(pack.read_bytes())
    changed[len(changed) // 2] ^= 1
    pack.write_bytes(changed)
    report = _report(data, pack)
    chapter.check(
        "the same with one bit changed", _say_report(report), "found", report.get("ok") is False
    )


def _attend(door: Door, actor: Actor) -> tuple[Interview, Attendance]:
    customer = NewParticipant(ParticipantRole.CUSTOMER, HOLDER.name)
    made = door.create_interview(PRODUCT, [customer])
    return made.interview, door.attend(made.accesses[0].attend_token, actor)


def _actor(
    face: ImageRGB, camera: Callable[[float], bytes], leaves_at: InterviewState | None = None
) -> Actor:
    front, back = (
        jpeg(lay_on_table(side)) for side in (draw_front(HOLDER, face), draw_back(HOLDER))
    )
    return Actor(front, back, camera, leaves_at)


def _portrait() -> ImageRGB:
    return photographs.astronaut()[0:300, 90:390]


def _report(data: Path, pack: Path) -> dict[str, Any]:
    """Return what `smartbranch evidence verify --json` says."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "cli", "evidence", "verify", str(pack)),
            *("--data-dir", str(data), "--json"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stdout or "{}")
    return report


def _say_report(report: dict[str, Any]) -> str:
    checks = report.get("checks", [])
    wrong = [check["text"] for check in checks if check["passed"] is False]
    return "; ".join(wrong) or f"{len(checks)} checks, signer {report.get('signer')}"


def _say_verdict(attended: Attendance) -> str:
    verdict = attended.verdict
    if verdict is None:
        return "no verdict"
    return f"{verdict.outcome.value}. {say_reasons(verdict.reasons)}"


def _say_checks(verdict: InterviewVerdict | None, *names: str) -> str:
    checks = () if verdict is None else verdict.checks
    said = [f"{one.name} {one.outcome.value}" for one in checks if one.name in names]
    return "; ".join(said) or "nothing was checked"


def _is_passed(verdict: InterviewVerdict | None, name: str) -> bool:
    checks = () if verdict is None else verdict.checks
    return any(one.name == name and one.outcome.value == "PASSED" for one in checks)
