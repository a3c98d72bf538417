"""What a server says in the tests of the page."""

from collections.abc import Sequence

from protos.smartbranch.liveness.v1.liveness_pb2 import Challenge, LivenessDecision
from protos.smartbranch.liveness.v1.liveness_service_pb2 import ChallengeResult, SessionVerdict
from tests.support.liveness_socket import Peer, Script

LIVE, SPOOF = LivenessDecision.LIVE, LivenessDecision.SPOOF
INCONCLUSIVE = LivenessDecision.INCONCLUSIVE
Asked = tuple[Challenge.ValueType, ChallengeResult.State.ValueType, float]


def verdict(
    outcome: LivenessDecision.Outcome.ValueType,
    reasons: Sequence[tuple[str, str]],
    challenges: Sequence[Asked] = (),
) -> SessionVerdict:
    """Return a verdict; challenges: what was asked, how it ended, after how many seconds."""
    made = SessionVerdict(frame_count=100)
    decision = made.decision
    decision.outcome, decision.live_score = outcome, 0.5
    for code, text in reasons:
        decision.reasons.add(code=code, text=text)
    decision.operating_point.max_apcer, decision.operating_point.max_bpcer = 0.05, 0.1
    decision.operating_point.data = "a script"
    decision.models.add(model_id="scripted", variant="single", provider="cpu")
    for challenge, state, after_s in challenges:
        result = made.challenges.add(challenge=challenge, state=state)
        if after_s:
            result.response_delay.FromMilliseconds(round(after_s * 1000))
    return made


def refusing(code: str, reason: str, message: str, **metadata: str) -> Script:
    """Return a script that refuses the session after its config."""

    async def follow(peer: Peer) -> None:
        await peer.accept()
        await peer.refuse(code, reason, message, **metadata)

    return follow


def deciding(made: SessionVerdict) -> Script:
    """Return a script that decides after a few pictures."""

    async def follow(peer: Peer) -> None:
        await peer.accept()
        await peer.open()
        await peer.progress(0, 3)
        await peer.watch(2)
        await peer.decide(made)

    return follow


async def prompting(peer: Peer) -> None:
    """Ask for one move, give advice, and wait for the visitor to stop."""
    await peer.accept()
    await peer.open()
    await peer.progress(1, 3)
    await peer.watch(2)
    await peer.prompt(Challenge.TURN_LEFT, "Turn your head to your left", 30.0)
    await peer.progress(1, 3, 0.5)
    await peer.advise("MORE_LIGHT", "more light on your face")
    await peer.watch(for_s=30)
