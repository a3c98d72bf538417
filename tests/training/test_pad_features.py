"""Features are computed once, and again only where something changed."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from inference.engine import Tensors
from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.origins import FileSource
from media.image import ImageRGB
from tests.support.models import model_spec, store_of
from training.pad_backbone import FEATURES, INPUT_PX, LOGIT, attach_head, input_spec, trunk_spec
from training.pad_features import FeatureCache
from training.pad_rows import PadRow


def toy_trunk() -> bytes:
    """Means of the three colours, with a path of the exporter's machine in a doc string."""
    pool = helper.make_node("ReduceMean", ["input"], [FEATURES], axes=[2, 3], keepdims=0)
    pool.doc_string = "/somebody/somewhere.py"
    picture = helper.make_tensor_value_info(
        "input", TensorProto.FLOAT, ["batch", 3, INPUT_PX, INPUT_PX]
    )
    means = helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, ["batch", 3])
    graph = helper.make_graph([pool], "toy", [picture], [means])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    return bytes(model.SerializeToString())


def row(number: int, source: str = "a") -> PadRow:
    digest = f"{number:064d}"
    return PadRow(Path(f"{number}.png"), digest, number, True, source, None)


def shade(one: PadRow) -> ImageRGB:
    return np.full((INPUT_PX, INPUT_PX, 3), one.number, np.uint8)


class CountingEngine:
    """Passes everything on, and counts."""

    def __init__(self, engine: LocalEngine) -> None:
        self._engine = engine
        self.asked = 0
        self.fails_after = 10**9

    def submit(
        self, model_id: str, inputs: Tensors, *, deadline_s: float | None = None
    ) -> "Future[Tensors]":
        self.asked += 1
        if self.asked > self.fails_after:
            raise KeyboardInterrupt
        return self._engine.submit(model_id, inputs, deadline_s=deadline_s)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[CountingEngine]:
    path = tmp_path / "pad-trunk.onnx"
    path.write_bytes(toy_trunk())
    spec = trunk_spec(path)
    store = store_of(tmp_path, spec)
    store.pull(spec.id)
    with LocalEngine([spec], store) as local:
        yield CountingEngine(local)


@pytest.fixture
def cache(engine: CountingEngine, tmp_path: Path) -> FeatureCache:
    spec = trunk_spec(tmp_path / "pad-trunk.onnx")
    return FeatureCache(engine, spec, FEATURES, tmp_path)


def quiet(_: str) -> None: ...


def test_rows_keep_their_order_across_sources(cache: FeatureCache) -> None:
    rows = [row(7, "b"), row(3, "a"), row(9, "b"), row(5, "a")]
    table = cache.table(rows, "plain", shade, quiet)
    expected = (np.array([7, 3, 9, 5]) - 127) / 128
    np.testing.assert_allclose(table, np.repeat(expected[:, None], 3, axis=1), atol=1e-5)


def test_nothing_is_computed_twice(cache: FeatureCache, engine: CountingEngine) -> None:
    rows = [row(number) for number in range(20)]
    first = cache.table(rows, "plain", shade, quiet)
    assert engine.asked == 20
    np.testing.assert_array_equal(cache.table(rows, "plain", shade, quiet), first)
    assert engine.asked == 20


@pytest.mark.parametrize("change", ["digest", "box", "view"])
def test_what_changed_is_computed_again(
    cache: FeatureCache, engine: CountingEngine, change: str
) -> None:
    rows = [row(number) for number in range(5)]
    cache.table(rows, "plain", shade, quiet)
    if change == "digest":
        rows[0] = replace(rows[0], digest="f" * 64)
    if change == "box":
        rows[0] = replace(rows[0], box_xyxy=(0.0, 0.0, 30.0, 30.0))
    cache.table(rows, "other" if change == "view" else "plain", shade, quiet)
    assert engine.asked == 10


def test_a_run_that_was_cut_off_goes_on_with_the_next_source(
    cache: FeatureCache, engine: CountingEngine
) -> None:
    rows = [row(number, "ab"[number % 2]) for number in range(12)]
    engine.fails_after = 8
    with pytest.raises(KeyboardInterrupt):
        cache.table(rows, "plain", shade, quiet)
    engine.fails_after, engine.asked = 10**9, 0
    cache.table(rows, "plain", shade, quiet)
    assert engine.asked == 6


def test_a_head_becomes_part_of_the_graph(tmp_path: Path) -> None:
    weights, offset = np.array([1.0, -2.0, 0.5]), 0.25
    content = attach_head(toy_trunk(), weights, offset)
    assert b"somebody" not in content
    model = onnx.load_model_from_string(content)
    assert [output.name for output in model.graph.output] == [LOGIT]
    spec = model_spec(
        content,
        FileSource(kind="file", path=tmp_path / "toy.onnx"),
        input=input_spec(),
        outputs={"live_logit": LOGIT},
    )
    (tmp_path / "toy.onnx").write_bytes(content)
    store = store_of(tmp_path, spec)
    store.pull(spec.id)
    picture = np.random.default_rng(5).normal(0, 1, (2, 3, INPUT_PX, INPUT_PX)).astype(np.float32)
    with LocalEngine([spec], store) as local:
        logits = local.submit(spec.id, {"input": picture}).result()[LOGIT]
    expected = picture.mean(axis=(2, 3)) @ weights + offset
    np.testing.assert_allclose(logits[:, 0], expected, atol=1e-5)


def test_the_shipped_model_is_fed_as_it_was_taught() -> None:
    assert load_manifest().model("pad-texture").input == input_spec()
