"""A converted model gives the answers of the original."""

import numpy as np
import onnx
import onnxruntime as ort  # type: ignore[import-untyped]
import pytest

from base.errors import ModelCorruptError
from inference.convert import convert
from inference.manifest import Conversion
from inference.store import ModelStore
from tests.support.onnx_models import doubling_model, fixed_prelu_model


def run(content: bytes, x: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> np.ndarray:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(content, options)
    return np.asarray(session.run(None, {session.get_inputs()[0].name: x})[0])


@pytest.mark.parametrize(
    "conversions",
    [("free-batch",), ("split-prelu",), ("free-batch", "split-prelu")],
    ids=["free batch", "split prelu", "both"],
)
def test_rewrites_are_exact(conversions: tuple[Conversion, ...]) -> None:
    original = fixed_prelu_model()
    x = np.random.default_rng(1).normal(size=(1, 3, 4, 4)).astype(np.float32)
    np.testing.assert_allclose(run(convert(original, conversions), x), run(original, x), atol=1e-6)


def test_a_freed_model_answers_each_row_as_if_it_were_alone() -> None:
    original = fixed_prelu_model()
    x = np.random.default_rng(2).normal(size=(5, 3, 4, 4)).astype(np.float32)
    together = run(convert(original, ("free-batch", "split-prelu")), x)
    alone = np.concatenate([run(original, x[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_prelus_are_gone_and_nothing_unused_is_kept() -> None:
    graph = onnx.load_model_from_string(convert(fixed_prelu_model(), ("split-prelu",))).graph
    assert "PRelu" not in {node.op_type for node in graph.node}
    used = {name for node in graph.node for name in node.input}
    assert {tensor.name for tensor in graph.initializer} <= used


def test_the_same_file_converts_to_the_same_bytes() -> None:
    conversions: tuple[Conversion, ...] = ("free-batch", "split-prelu")
    first, second = (convert(fixed_prelu_model(), conversions) for _ in range(2))
    assert first == second


def test_a_model_that_is_free_already_stays_as_it_is() -> None:
    x = np.ones((3, 3, 2, 2), np.float32)
    np.testing.assert_array_equal(run(convert(doubling_model(), ("free-batch",)), x), 2 * x)


def test_a_fixed_batch_of_more_than_one_cannot_be_freed() -> None:
    model = onnx.load_model_from_string(fixed_prelu_model())
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 4
    with pytest.raises(ModelCorruptError, match="fixed batch of 4"):
        convert(model.SerializeToString(), ("free-batch",))


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(ModelCorruptError):
        convert(b"\xff\xff\xff\xff no model", ("free-batch",))


def test_the_converted_embedder_gives_the_answers_of_the_packages_own_file(
    real_store: ModelStore,
) -> None:
    spec = real_store.manifest.model("mobilefacenet-fr")
    original = (real_store.cache_dir / spec.id / f"{spec.sha256}.onnx").read_bytes()
    x = np.random.default_rng(3).normal(size=(3, 3, 112, 112)).astype(np.float32)
    alone = np.concatenate([run(original, x[i : i + 1]) for i in range(3)])
    np.testing.assert_allclose(run(real_store.load(spec.id), x), alone, atol=1e-5)
