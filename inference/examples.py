"""The question that a model must answer rightly before it serves."""

import numpy as np
import numpy.typing as npt

from inference.engine import Engine, Tensors
from inference.manifest import Example, InputSpec, ModelSpec, OutputSummary, ProviderName

SAMPLES = 12
PROBE_PX = 256
PROBE_SAMPLES = 576
_SILENT_LEVEL = 127.5
DEFAULT_TOLERANCE: dict[ProviderName, float] = {"cpu": 1e-3, "cuda": 1e-2, "tensorrt": 5e-2}
"""In units of an output's root mean square; TensorFloat-32 and other orders of sums differ."""


def example_input(spec: InputSpec, example: Example) -> dict[str, npt.NDArray[np.float32]]:
    """Return the seeded picture noise, normalised as the model wants it; or noise to hear.

    The generator is numpy's legacy one, whose stream is promised never to change.
    """
    pixels = np.random.RandomState(example.seed).randint(0, 256, example.shape)
    if spec.layout == "NT":
        samples = ((pixels - _SILENT_LEVEL) / _SILENT_LEVEL).astype(np.float32)
        rows = len(samples)
        state = {name: np.zeros((rows, *row), np.float32) for name, row in spec.state.items()}
        return {spec.name: samples, **state}
    per_channel = (1, -1, 1, 1) if spec.layout == "NCHW" else (1, 1, 1, -1)
    mean = np.reshape(np.asarray(spec.mean), per_channel)
    return {spec.name: ((pixels - mean) * spec.scale).astype(np.float32)}


def probe_example(spec: ModelSpec) -> Example:
    """Return a question without an answer, for a model that has no example."""
    if spec.input.layout == "NT":
        return Example(seed=0, shape=(1, PROBE_SAMPLES), tolerance={}, outputs={})
    height, width = spec.input.size_hw or (PROBE_PX, PROBE_PX)
    nchw = spec.input.layout == "NCHW"
    shape = (1, 3, height, width) if nchw else (1, height, width, 3)
    return Example(seed=0, shape=shape, tolerance={}, outputs={})


def summarise(outputs: Tensors) -> dict[str, OutputSummary]:
    """Return what is kept of an answer."""
    return {name: _summary(tensor) for name, tensor in outputs.items()}


def check_answer(example: Example, outputs: Tensors, provider: ProviderName) -> str | None:
    """Return None if the answer agrees with the example, else the first difference in words."""
    tolerance = example.tolerance.get(provider, DEFAULT_TOLERANCE[provider])
    actual = summarise(outputs)
    if set(actual) != set(example.outputs):
        return f"outputs {sorted(actual)} instead of {sorted(example.outputs)}"
    for name, expected in example.outputs.items():
        problem = _difference(expected, actual[name], tolerance)
        if problem is not None:
            return f"output {name!r} {problem}"
    return None


def _difference(expected: OutputSummary, actual: OutputSummary, tolerance: float) -> str | None:
    if actual.shape != expected.shape:
        return f"has shape {actual.shape} instead of {expected.shape}"
    pairs = zip((expected.rms, *expected.samples), (actual.rms, *actual.samples), strict=True)
    worst = max(abs(a - b) for a, b in pairs) / max(expected.rms, 1e-12)
    if not worst <= tolerance:
        return f"differs by {worst:.1e} of its size, allowed is {tolerance:.0e}"
    return None


def _summary(tensor: "npt.NDArray[np.generic]") -> OutputSummary:
    values = np.asarray(tensor, np.float64).ravel()
    places = np.linspace(0, values.size - 1, min(SAMPLES, values.size)).astype(int)
    return OutputSummary(
        shape=tensor.shape,
        rms=float(np.sqrt(np.mean(values**2))),
        samples=tuple(float(value) for value in values[places]),
    )


def make_example(
    engine: Engine,
    spec: ModelSpec,
    seed: int,
    shape: tuple[int, int] | tuple[int, int, int, int],
) -> Example:
    """Ask a model that is known to be sound, and return question and answer for the manifest."""
    blank = Example(seed=seed, shape=shape, tolerance=dict(DEFAULT_TOLERANCE), outputs={})
    outputs = engine.submit(spec.id, example_input(spec.input, blank)).result()
    return blank.model_copy(update={"outputs": summarise(outputs)})


def as_toml(example: Example) -> str:
    """Return the example as the block that the manifest holds."""
    allowed = ", ".join(f"{name} = {value:g}" for name, value in example.tolerance.items())
    lines = [
        "[model.example]",
        f"seed = {example.seed}",
        f"shape = {list(example.shape)}",
        f"tolerance = {{ {allowed} }}",
    ]
    for name, summary in example.outputs.items():
        samples = ", ".join(f"{value:.6g}" for value in summary.samples)
        lines += [
            "",
            f"[model.example.outputs.{name}]",
            f"shape = {list(summary.shape)}",
            f"rms = {summary.rms:.6g}",
            f"samples = [{samples}]",
        ]
    return "\n".join(lines) + "\n"
