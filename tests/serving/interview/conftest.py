from collections.abc import Iterator

import pytest

from tests.support.grpc_attendances import POLICY, SILENCE_S, MortalServer


@pytest.fixture(scope="session")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MortalServer]:
    """A server with real models and short patience, shared by tests that leave it running."""
    folder = tmp_path_factory.mktemp("mortal")
    policy = folder / "policy.toml"
    policy.write_text(POLICY, "utf-8")
    with MortalServer(
        folder,
        interview_policy_file=policy,
        interview_silence_s=SILENCE_S,
        max_attendances=32,
        drain_s=2.0,
    ) as running:
        yield running
