"""`smartbranch bench interview`: how soon participants are advised, and how soon it is decided.

A real server process, real gRPC, one stream for each participant, pictures and sound at the speed
of a camera and a microphone. Client and server share the cores.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.interview_caller import Caller
from bench.interview_faces import BAD, GOOD, Scenery
from bench.interview_reader import let_read
from bench.liveness import Say
from bench.server import RunningServer, running_server
from evaluation.pipeline import core_count
from protos.smartbranch.kyc.v1 import interview_pb2, interview_service_pb2
from protos.smartbranch.kyc.v1.interview_service_pb2_grpc import InterviewServiceStub

Report = dict[str, object]
BUDGET_MS, VERDICT_BUDGET_MS = 300.0, 3000.0
PRODUCT = "bench"
# Consent, a face that is captured and searched for, and a question that waits: what is looked at
# beside, in every step, goes on all the while.
POLICY = """
[[product]]
id = "bench"
documents = ["cn_resident_id"]
[product.consent]
version = "1"
en = "This is a measurement."
zh = "这是一次测量。"
[[product.participant]]
role = "customer"
steps = ["consent", "capture", "questions"]
[[product.participant]]
role = "spouse"
steps = ["consent", "capture", "questions"]
[[product.participant]]
role = "agent"
steps = ["consent", "document"]
[[product.question]]
id = "wait"
en = "Please wait for the end of the measurement."
zh = "请等待测量结束。"
spoken = false
seconds = 600
[product.attempts]
document = { count = 20, seconds = 1800 }
[product.severity]
face_lost = "note"
"""


@dataclass(frozen=True, slots=True)
class InterviewBenchPlan:
    """How long to measure. rounds: changes that call for advice, of each participant.

    readers: further participants whose documents are read all the while, one after the other.
    clip: of somebody before a camera, None for a photograph that is held up.
    """

    participants: int = 2
    fps: float = 15.0
    rounds: int = 25
    readers: int = 0
    clip: Path | None = None


QUICK_ROUNDS = 4


@dataclass(slots=True)
class Measured:
    """What one participant saw. latencies: None where no advice came."""

    latencies_s: list[float | None] = field(default_factory=list)
    ack_s: list[float] = field(default_factory=list)
    verdict_s: float = 0.0
    sent_count: int = 0
    dropped_count: int = 0


def bench_interview(plan: InterviewBenchPlan, say: Say) -> Report:
    """Let participants attend side by side and return the report."""
    say("drawing what the cameras see")
    shown = [
        Scenery(number, plan.fps, 30 + 3.5 * plan.rounds, 4 + plan.rounds, plan.clip)
        for number in range(plan.participants)
    ]
    with tempfile.TemporaryDirectory() as folder:
        policy = Path(folder) / "policy.toml"
        policy.write_text(POLICY, "utf-8")
        overrides = {
            "INTERVIEW_POLICY_FILE": str(policy),
            "MAX_ATTENDANCES": str(max(4, plan.participants + plan.readers)),
            "SESSION_MAX_FPS": str(max(5.0, plan.fps)),
        }
        with running_server(overrides) as server:
            say(f"{plan.participants} participants at {plan.fps:g} pictures a second")
            began_s, cpu_s = time.perf_counter(), server.cpu_seconds()
            measured = asyncio.run(_attend_all(server, plan, shown))
            span_s = time.perf_counter() - began_s
            cpu_s = server.cpu_seconds() - cpu_s
    return _report(plan, measured, cpu_s / span_s, span_s)


async def _attend_all(
    server: RunningServer,
    plan: InterviewBenchPlan,
    shown: Sequence[Scenery],
) -> list[Measured]:
    async with server.aio_channel() as channel:
        stub = InterviewServiceStub(channel)
        roles = [interview_pb2.CUSTOMER, *[interview_pb2.SPOUSE] * (plan.participants - 1)]
        roles += [interview_pb2.AGENT] * plan.readers
        made = await stub.CreateInterview(
            interview_service_pb2.CreateInterviewRequest(
                product=PRODUCT,
                participants=[
                    interview_service_pb2.ParticipantInvitation(role=role) for role in roles
                ],
            )
        )
        tokens = [access.attend_token for access in made.accesses]
        runs = (
            _attend(Caller(stub, token, plan.fps, scenery, number), plan, number)
            for number, (token, scenery) in enumerate(zip(tokens, shown, strict=False))
        )
        reading = [
            asyncio.create_task(let_read(stub, token)) for token in tokens[plan.participants :]
        ]
        try:
            return list(await asyncio.gather(*runs))
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)


async def _attend(caller: Caller, plan: InterviewBenchPlan, seed: int) -> Measured:
    rng = np.random.default_rng(seed)
    measured = Measured()
    async with caller:
        await caller.agree()
        await caller.asked("wait")
        for number in range(plan.rounds):
            caller.show(GOOD)
            await caller.advised("", 10.0)
            # At any time of a frame, and long enough for the advice before to be forgotten.
            await asyncio.sleep(0.8 + rng.random())
            began_s = await caller.show_next(BAD[number % len(BAD)])
            advised_s = await caller.advised(None, 3.0)
            measured.latencies_s.append(None if advised_s is None else advised_s - began_s)
        caller.show(GOOD)
        await caller.advised("", 10.0)
        await asyncio.sleep(0.5)
        last_s = await caller.finish("done")
        measured.verdict_s = await caller.verdict() - last_s
    measured.ack_s, measured.sent_count = caller.ack_s, caller.picture_count
    measured.dropped_count = caller.dropped_count
    return measured


def _report(
    plan: InterviewBenchPlan, measured: Sequence[Measured], busy_cores: float, span_s: float
) -> Report:
    every = [value for one in measured for value in one.latencies_s]
    # What never came is as bad as the time that was waited for it.
    advice_ms = [1000 * (3.0 if value is None else value) for value in every]
    acks_ms = [1000 * value for one in measured for value in one.ack_s]
    verdict_ms = 1000 * max(one.verdict_s for one in measured)
    sent = sum(one.sent_count for one in measured)
    dropped = sum(one.dropped_count for one in measured)
    p95_ms = float(np.percentile(advice_ms, 95))
    return {
        "advice_p95_ms": round(p95_ms, 1),
        "advice_p50_ms": round(float(np.percentile(advice_ms, 50)), 1),
        "advice_budget_ms": BUDGET_MS,
        "is_within_budget": p95_ms <= BUDGET_MS and verdict_ms <= VERDICT_BUDGET_MS,
        "advice_count": len(every),
        "advice_missed": sum(value is None for value in every),
        "verdict_after_last_frame_ms": round(verdict_ms, 1),
        "participants": plan.participants,
        "readers": plan.readers,
        "fps": plan.fps,
        "ack_p50_ms": round(float(np.percentile(acks_ms, 50)), 1),
        "ack_p95_ms": round(float(np.percentile(acks_ms, 95)), 1),
        "pictures_looked_at": round(1 - dropped / max(1, sent), 3),
        "server_busy_cores": round(busy_cores, 2),
        "cores": core_count(),
        "span_s": round(span_s, 1),
        "picture": "640x480 JPEG",
    }
