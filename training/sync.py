"""Train what a mouth does for a sound, on speech that a machine makes; no person's data is used.

    python -m training.sync [--out models] [--sentences 900] [--steps 2500]

Writes `weights/sync-mouth.onnx`. Needs `flite` (Debian package of this name).
docs/deepfake-sound.md says what it is good for.
"""

import argparse
import hashlib
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import onnx
import torch  # type: ignore[import-not-found]
from torch import nn

from inference.manifest import SHARE
from training.sync_network import (
    KIND_OF_PHONE,
    RATE_HZ,
    STEP,
    MouthNetwork,
    Spectrogram,
    SpokenMouth,
)
from training.sync_speech import Spoken, phones_at, spoken
from training.sync_views import view

SEED, VIEWS, HELD_OUT = 5, 2, 10  # Every tenth sentence is held out.
ROWS, FRAMES, PEAK_RATE, DECAY, SMOOTHING = 24, 256, 4e-3, 1e-2, 0.05
OPSET = 17

Lesson = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]
"""A spectrogram (F, 24) and the kind of mouth of each second frame."""


def main() -> None:
    """Read the arguments, train, and write what the catalogue ships."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=SHARE)
    parser.add_argument("--sentences", type=int, default=900)
    parser.add_argument("--steps", type=int, default=2500)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    with TemporaryDirectory() as folder:
        said = spoken(args.sentences, SEED, Path(folder))
    network = train(rng, lessons(rng, [s for i, s in enumerate(said) if i % HELD_OUT]), args.steps)
    share = accuracy(network, lessons(rng, said[::HELD_OUT], views=1))
    print(f"kind of mouth told rightly in {share:.1%} of frames of held-out, damaged sentences")
    content = export(SpokenMouth(network))
    path = args.out / "weights" / "sync-mouth.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{path}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def lessons(rng: np.random.Generator, said: list[Spoken], views: int = VIEWS) -> list[Lesson]:
    """Return each sentence as it might be heard, with what the mouth does."""
    spectrogram, made = Spectrogram(), []
    for sentence in said:
        for _ in range(views):
            samples, pace = view(rng, sentence, said)
            with torch.no_grad():
                frames = spectrogram(torch.from_numpy(samples[None]))[0][0].numpy().T
            times = np.arange((len(frames) + 1) // 2) * STEP / RATE_HZ * pace
            kinds = [KIND_OF_PHONE[phone] for phone in phones_at(sentence, times)]
            made.append((frames, np.array(kinds)))
    return made


def train(rng: np.random.Generator, material: list[Lesson], steps: int) -> MouthNetwork:
    """Return a network that tells kinds of mouth."""
    network: MouthNetwork = MouthNetwork()
    begun = time.monotonic()
    optimiser = torch.optim.AdamW(network.parameters(), PEAK_RATE, weight_decay=DECAY)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, steps)
    for step in range(steps):
        drawn = [_excerpt(rng, material[place]) for place in rng.integers(len(material), size=ROWS)]
        frames, kinds = (torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True))
        logits = network(frames.transpose(1, 2))
        loss = nn.functional.cross_entropy(logits, kinds, label_smoothing=SMOOTHING)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rates.step()
        if step % 250 == 0:
            print(f"step {step}: loss {loss:.3f}, {time.monotonic() - begun:.0f} s", flush=True)
    network.eval()
    return network


def accuracy(network: MouthNetwork, material: list[Lesson]) -> float:
    """Return the share of frames whose kind of mouth is told rightly."""
    right = count = 0
    for frames, kinds in material:
        with torch.no_grad():
            told = network(torch.from_numpy(frames.T[None]))[0].argmax(0).numpy()
        right += int((told == kinds).sum())
        count += len(kinds)
    return right / count


def export(model: SpokenMouth) -> bytes:
    """Return the whole as ONNX, for any length of sound."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        torch.onnx.export(
            model.eval(),
            (torch.randn(2, RATE_HZ),),
            str(path),
            input_names=["samples"],
            output_names=["mouth"],
            dynamic_axes={
                "samples": {0: "batch", 1: "length"},
                "mouth": {0: "batch", 1: "steps"},
            },
            opset_version=OPSET,
            dynamo=False,  # The other exporter asks for another package and fixes the batch.
        )
        exported = onnx.load(str(path))
    for node in exported.graph.node:
        node.doc_string = ""  # The exporter leaves paths of its machine there.
    exported.doc_string = ""
    onnx.checker.check_model(exported)
    return exported.SerializeToString(deterministic=True)


def _excerpt(rng: np.random.Generator, lesson: Lesson) -> Lesson:
    """Return 2.56 seconds from somewhere; a shorter sentence ends in what it ends with."""
    frames, kinds = lesson
    if len(kinds) < FRAMES // 2:
        missing = FRAMES // 2 - len(kinds)
        kinds = np.pad(kinds, (0, missing))
    if len(frames) < FRAMES:
        frames = np.pad(frames, ((0, FRAMES - len(frames)), (0, 0)), mode="edge")
    start = int(rng.integers((len(frames) - FRAMES) // 2 + 1))
    return frames[2 * start : 2 * start + FRAMES], kinds[start : start + FRAMES // 2]


if __name__ == "__main__":
    main()
