"""The frame model's network and its training, where torch is installed to train with."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import pytest

pytest.importorskip("torch", reason="training/requirements.txt is not installed")
pytest.importorskip(
    "efficientnet_lite_pytorch", reason="training/requirements.txt is not installed"
)

import torch  # type: ignore[import-not-found]

from training.deepfake_export import export, spec_of
from training.deepfake_loop import Batch, Run, area, logits_of, loss_of, rate_share, to_tensor
from training.deepfake_network import LAST_BLOCK, ForgeryNetwork, Mirrored, pretrained

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def network() -> ForgeryNetwork:
    torch.manual_seed(0)
    made = ForgeryNetwork()
    made.eval()
    return made


def faces(count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(1).integers(0, 256, (count, 160, 160, 3), dtype=np.uint8)


def test_folded_blocks_are_the_blocks_of_the_trunk(network: ForgeryNetwork) -> None:
    trunk, x = pretrained().eval(), to_tensor(faces(2))
    with torch.no_grad():
        ours, theirs = network.stem(x), trunk._swish(trunk._bn0(trunk._conv_stem(x)))
        for place in range(LAST_BLOCK + 1):
            ours, theirs = network.blocks[place](ours), trunk._blocks[place](theirs)
    assert float((ours - theirs).abs().max()) < 1e-3


def test_the_exported_network_is_the_trained_one(network: ForgeryNetwork, tmp_path: Path) -> None:
    shipped = Mirrored(network)
    content = export(deepcopy(shipped), 160)
    assert content == export(deepcopy(shipped), 160)
    path = tmp_path / "toy.onnx"
    path.write_bytes(content)
    assert spec_of(path, 160).file_bytes == len(content) < 16 * 2**20
    session = onnxruntime.InferenceSession(content)
    x = to_tensor(faces(3))
    logits, cells = session.run(["fake_logit", "fake_map"], {"input": x.numpy()})
    with torch.no_grad():
        expected = shipped(x)
    assert np.abs(logits - expected[0].numpy()).max() < 1e-4
    assert np.abs(cells - expected[1].numpy()).max() < 1e-4
    assert (logits.shape, cells.shape) == ((3, 1), (3, 10, 10))


def test_what_is_shipped_sees_a_face_and_its_mirror_image_alike(network: ForgeryNetwork) -> None:
    shipped, x = Mirrored(network), to_tensor(faces(2))
    with torch.no_grad():
        logits, cells = shipped(x)
        mirrored_logits, mirrored_cells = shipped(x.flip(3))
        alone, turned = network(x)[0], network(x.flip(3))[0]
    assert torch.allclose(logits, (alone + turned) / 2, atol=1e-4)
    assert torch.allclose(logits, mirrored_logits, atol=1e-4)
    assert torch.allclose(cells, mirrored_cells.flip(2), atol=1e-4)


def test_a_training_that_was_cut_off_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    batch = Batch(faces(4), np.full((2, 10, 10), 0.5, np.float32))
    whole, cut = Run.start(3), Run.start(3)
    for run in (whole, cut):
        run.learn(batch, 10)
    cut.save(tmp_path / "state.pt")
    resumed = Run.start(4)
    resumed.load(tmp_path / "state.pt")
    assert whole.learn(batch, 10) == pytest.approx(resumed.learn(batch, 10), rel=1e-5)
    assert resumed.step == 2
    assert np.allclose(
        logits_of(whole.averaged, batch.faces), logits_of(resumed.averaged, batch.faces), atol=1e-4
    )


def test_learning_one_batch_by_heart_succeeds() -> None:
    chance = np.random.default_rng(0)
    pictures = chance.integers(100, 156, (8, 160, 160, 3), dtype=np.uint8)
    pictures[4:, 60:100, 60:100] //= 2
    cells = np.zeros((4, 10, 10), np.float32)
    cells[:, 4:6, 4:6] = 1
    run = Run.start(1)
    losses = [run.learn(Batch(pictures, cells), 1000) for _ in range(30)]
    assert losses[-1] < 0.5 * losses[0]


def test_the_rate_climbs_stays_and_falls() -> None:
    shares = [rate_share(step, 1000) for step in range(1000)]
    assert shares[0] < 0.02
    assert set(shares[100:750]) == {1.0}
    assert shares[999] < 0.01
    assert min(shares) > 0


def test_a_surely_right_answer_costs_little_and_a_surely_wrong_one_much() -> None:
    forged = torch.ones(2, 3, 3)
    cells = torch.cat([torch.full((2, 3, 3), -9.0), torch.full((2, 3, 3), 9.0)])
    logits = torch.tensor([[-9.0], [-9.0], [9.0], [9.0]])
    assert float(loss_of(logits, cells, forged)) < 0.01
    assert float(loss_of(-logits, -cells, forged)) > 10


def test_an_area_counts_ties_half() -> None:
    assert area(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 1
    assert area(np.array([1.0, 1.0]), np.array([1.0])) == 0.5
    assert area(np.array([3.0]), np.array([1.0, 4.0])) == 0.5
