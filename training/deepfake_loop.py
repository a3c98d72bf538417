"""A training, a step at a time: two processes make pairs and share what they learn of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch  # type: ignore[import-not-found]
from torch import Tensor, distributed, nn

from training.deepfake_faces import FaceStore
from training.deepfake_network import PIXEL_MEAN, PIXEL_SCALE, ForgeryNetwork
from training.deepfake_views import Pair, PairMaker

PAIRS = 16
TRUNK_RATE, HEAD_RATE = 5e-4, 1e-3
WEIGHT_DECAY = 0.01
WARM_UP = 100
FALL = 0.25  # Share of all steps over which the rate falls to nothing.
AVERAGE = 0.998
CLIP = 1.0
HELD_PAIRS = 256
HELD_SEED = 2**31
LEARNERS = 2
"""Processes that learn together, each with one thread: two threads of one process wait for each
other in every layer, and take nearly twice the time of the processor."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """faces: (2 N, S, S, 3) uint8, the N real ones first. cells: (N, C, C) of the forged."""

    faces: npt.NDArray[np.uint8]
    cells: npt.NDArray[np.float32]


@dataclass(slots=True, eq=False)
class Run:
    """A training under way. averaged: running mean of the weights, which is what is shipped."""

    network: ForgeryNetwork
    averaged: ForgeryNetwork
    optimizer: torch.optim.Optimizer
    step: int = 0

    @classmethod
    def start(cls, seed: int) -> "Run":
        """Begin from ImageNet's weights."""
        torch.manual_seed(seed)
        network = ForgeryNetwork().to(memory_format=torch.channels_last)
        heads = network.head_parameters()
        own = {id(each) for each in heads}
        trunk = [each for each in network.parameters() if id(each) not in own]
        groups = [
            {"params": trunk, "lr": TRUNK_RATE, "top": TRUNK_RATE},
            {"params": heads, "lr": HEAD_RATE, "top": HEAD_RATE},
        ]
        optimizer = torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY)
        return cls(network, deepcopy(network), optimizer)

    def save(self, path: Path) -> None:
        """Write everything that going on needs."""
        partial = path.with_suffix(".partial")
        state = {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
        }
        torch.save(state, partial)
        partial.rename(path)

    def load(self, path: Path) -> None:
        """Go on from what was saved."""
        state = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = int(state["step"])

    def learn(self, batch: Batch, steps: int) -> float:
        """Take one step of `steps`; return the loss."""
        share = rate_share(self.step, steps)
        for group in self.optimizer.param_groups:
            group["lr"] = group["top"] * share
        self.network.train()
        with torch.autocast("cpu", torch.bfloat16):
            logits, cells = self.network(to_tensor(batch.faces))
        loss = loss_of(logits, cells, torch.from_numpy(batch.cells))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        share_gradients(self.network)
        nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self.optimizer.step()
        self.step += 1
        self._average()
        return float(loss.detach())

    def _average(self) -> None:
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, value in zip(
                self.averaged.parameters(), self.network.parameters(), strict=True
            ):
                mean.lerp_(value, 1 - keep)


def rate_share(step: int, steps: int) -> float:
    """Return the learning rate as a share of its top: a climb, a plain, a fall."""
    left = (steps - step) / max(FALL * steps, 1)
    return min(1.0, (step + 1) / WARM_UP, max(left, 0.0))


def loss_of(logits: Tensor, cells: Tensor, forged: Tensor) -> Tensor:
    """Return the sum of both heads' losses; the first half of the batch is real."""
    half = len(forged)
    truth = torch.cat([torch.zeros(half, 1), torch.ones(half, 1)])
    where = torch.cat([torch.zeros_like(forged), forged])
    cross = nn.functional.binary_cross_entropy_with_logits
    return cross(logits.float(), truth) + cross(cells, where)


def to_tensor(faces: npt.NDArray[np.uint8]) -> Tensor:
    """Return faces (N, S, S, 3) as the network takes them."""
    scaled = (torch.from_numpy(faces).permute(0, 3, 1, 2).float() - PIXEL_MEAN) * PIXEL_SCALE
    return scaled.contiguous(memory_format=torch.channels_last)


def batch_of(pairs: list[Pair]) -> Batch:
    """Return pairs as one batch."""
    faces = np.stack([pair.real for pair in pairs] + [pair.fake for pair in pairs])
    return Batch(faces, np.stack([pair.cells for pair in pairs]))


def logits_of(network: nn.Module, faces: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return the log-odds of faces (N, S, S, 3), (N,)."""
    network.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(faces), 32):
            parts.append(network(to_tensor(faces[start : start + 32]))[0].float().numpy())
    return np.concatenate(parts).ravel().astype(np.float64)


@contextmanager
def together(rank: int, meeting: Path) -> Iterator[None]:
    """Let this process be one of those that learn together; they meet through a new file."""
    distributed.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=rank, world_size=LEARNERS
    )
    try:
        yield
    finally:
        distributed.destroy_process_group()


def share_gradients(network: nn.Module) -> None:
    """Give every process the mean of all processes' gradients; alone, leave them."""
    if not distributed.is_initialized():
        return
    gradients = [each.grad for each in network.parameters() if each.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    parts = (flat / distributed.get_world_size()).split([each.numel() for each in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))


def batch_for(maker: PairMaker, seed: int, step: int, rank: int) -> Batch:
    """Return what one of the processes learns from in a step."""
    own = range(rank, PAIRS, LEARNERS)
    return batch_of([maker.pair(seed, step, number) for number in own])


def held_out(folder: Path, count: int = HELD_PAIRS, is_filmed: bool = True) -> Batch:
    """Return pairs of faces that are never learned from, taken by a camera or as they are."""
    maker = PairMaker(FaceStore(folder), is_held=True, is_filmed=is_filmed)
    return batch_of([maker.pair(HELD_SEED, number) for number in range(count)])


def area(genuine: npt.NDArray[np.float64], forged: npt.NDArray[np.float64]) -> float:
    """Return the area under the ROC curve; ties count half."""
    order = np.sort(genuine)
    below = np.searchsorted(order, forged, "left") + np.searchsorted(order, forged, "right")
    return float(below.mean() / (2 * len(order)))
