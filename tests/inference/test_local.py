"""The engine runs the models of the manifest for everyone in the process."""

import itertools
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from base.errors import (
    DrainingError,
    ModelDisagreesError,
    ModelUnavailableError,
    ProviderUnavailableError,
    SettingsError,
    UnknownModelError,
)
from inference.engine import Engine
from inference.examples import as_toml, make_example
from inference.local import EngineSettings, LocalEngine
from inference.manifest import BatchOverride, Example
from inference.store import ModelStore
from tests.support.models import doubling_store, file_model, store_of
from tests.support.onnx_models import fixed_prelu_model


def engine_of(store: ModelStore, settings: EngineSettings | None = None) -> LocalEngine:
    return LocalEngine(store.manifest.models, store, settings)


def test_the_shipped_models_agree_with_their_examples(real_store: ModelStore) -> None:
    with engine_of(real_store) as engine:
        engine.warm_up()
        assert {stats.failed for stats in engine.stats().values()} == {0}


def test_the_shipped_examples_are_what_the_command_prints(real_store: ModelStore) -> None:
    """The figures in the manifest are made by a command, and can be made again."""
    with engine_of(real_store) as engine:
        for spec in real_store.manifest.models:
            assert spec.example is not None
            made = make_example(engine, spec, spec.example.seed, spec.example.shape)
            assert as_toml(made).splitlines()[:4] == as_toml(spec.example).splitlines()[:4]
            assert set(made.outputs) == set(spec.example.outputs)


def test_a_model_that_answers_otherwise_does_not_serve(real_store: ModelStore) -> None:
    spec = real_store.manifest.model("mobilefacenet-fr")
    assert spec.example is not None
    other = spec.model_copy(update={"example": spec.example.model_copy(update={"seed": 2})})
    with (
        LocalEngine([other], real_store) as engine,
        pytest.raises(ModelDisagreesError, match=r"output 'output' differs by .*, allowed is"),
    ):
        engine.warm_up()


def test_an_answer_of_another_shape_is_told(tmp_path: Path) -> None:
    store = doubling_store(tmp_path)
    spec = store.manifest.model("toy")
    with LocalEngine([spec], store) as engine:
        made = make_example(engine, spec, 1, (2, 3, 4, 4))
    smaller = Example.model_validate(made.model_dump() | {"shape": (1, 3, 4, 4)})
    odd = spec.model_copy(update={"example": smaller})
    with (
        LocalEngine([odd], store) as engine,
        pytest.raises(ModelDisagreesError, match="has shape"),
    ):
        engine.warm_up()


def test_a_model_without_an_example_is_run_once_all_the_same(tmp_path: Path) -> None:
    with engine_of(doubling_store(tmp_path)) as engine:
        engine.warm_up()
        assert engine.stats()["toy"].items == 1


def test_many_callers_of_many_sizes_get_their_own_answers(tmp_path: Path) -> None:
    settings = EngineSettings(workers=2, batch={"toy": BatchOverride(max_size=8, max_wait_ms=1.0)})
    with engine_of(doubling_store(tmp_path), settings) as engine:

        def ask(number: int) -> bool:
            shape = (1 + number % 3, 3, 4 + number % 2, 5)
            x = np.full(shape, number, np.float32)
            return np.array_equal(engine.submit("toy", {"input": x}).result(20)["output"], 2 * x)

        with ThreadPoolExecutor(12) as pool:
            assert all(pool.map(ask, range(300)))
        stats = engine.stats()["toy"]
    assert stats.items == 300
    assert stats.batches < 300, "nothing was merged"


@pytest.mark.parametrize("max_size", [1, 2, 16])
def test_the_embedder_answers_the_same_in_any_company(
    real_store: ModelStore, max_size: int
) -> None:
    spec = real_store.manifest.model("mobilefacenet-fr")
    x = np.random.default_rng(1).normal(size=(5, 3, 112, 112)).astype(np.float32)
    limits = BatchOverride(max_size=max_size, max_wait_ms=5.0)
    with LocalEngine([spec], real_store) as alone:
        expected = [alone.submit(spec.id, {"input": row[None]}).result()["output"] for row in x]
    with LocalEngine([spec], real_store, EngineSettings(batch={spec.id: limits})) as engine:
        futures = [engine.submit(spec.id, {"input": row[None]}) for row in x]
        for future, answer in zip(futures, expected, strict=True):
            np.testing.assert_allclose(future.result()["output"], answer, atol=1e-5)
        together = engine.submit(spec.id, {"input": x}).result()["output"]
    np.testing.assert_allclose(together, np.concatenate(expected), atol=1e-5)


def test_a_graph_of_batch_one_takes_any_number_of_rows(tmp_path: Path) -> None:
    store = store_of(tmp_path, file_model(tmp_path, fixed_prelu_model()))
    with engine_of(store) as engine:
        answer = engine.submit("toy", {"input": np.ones((3, 3, 4, 4), np.float32)}).result()
        assert engine.stats()["toy"].batch_rows == {1: 3}
    assert answer["output"].shape == (3, 64)


def test_an_unknown_model_is_refused_at_once(tmp_path: Path) -> None:
    with engine_of(doubling_store(tmp_path)) as engine:
        for ask in (engine.spec, engine.provider, lambda name: engine.submit(name, {})):
            with pytest.raises(UnknownModelError, match="'other'; it runs toy"):
                ask("other")


def test_weights_that_are_not_there_stop_the_start(tmp_path: Path) -> None:
    store = doubling_store(tmp_path)
    (tmp_path / "toy.onnx").unlink()
    with pytest.raises(ModelUnavailableError):
        engine_of(store)


def test_a_device_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailableError):
        engine_of(doubling_store(tmp_path), EngineSettings(providers=("tensorrt", "cuda", "cpu")))


def test_the_provider_in_use_is_told(tmp_path: Path) -> None:
    settings = EngineSettings(providers=("cuda", "cpu"), allow_cpu_fallback=True)
    with engine_of(doubling_store(tmp_path), settings) as engine:
        assert engine.provider("toy") == "cpu"
        assert engine.stats()["toy"].provider == "cpu"
        assert engine.spec("toy").family == "arcface"


@pytest.mark.parametrize(
    "changed",
    [{"providers": ("gpu",)}, {"providers": ()}, {"workers": 0}, {"intra_op_threads": 0}],
    ids=str,
)
def test_settings_that_cannot_be_are_refused(changed: Mapping[str, object]) -> None:
    with pytest.raises(SettingsError):
        replace(EngineSettings(), **changed)  # type: ignore[arg-type]


def test_a_closed_engine_takes_no_more(tmp_path: Path) -> None:
    engine: Engine
    with engine_of(doubling_store(tmp_path)) as engine:
        pass
    with pytest.raises(DrainingError):
        engine.submit("toy", {"input": np.ones((1, 3, 2, 2), np.float32)})


def test_memory_stays_where_it_is_when_sizes_change_all_the_time(tmp_path: Path) -> None:
    sizes = [(64, 80), (96, 96), (128, 64), (200, 180)]
    with engine_of(doubling_store(tmp_path)) as engine:

        def ask(number: int) -> None:
            height, width = sizes[number % len(sizes)]
            engine.submit("toy", {"input": np.ones((1, 3, height, width), np.float32)}).result()

        before = list(itertools.accumulate([run_many(ask, 200), run_many(ask, 1000)], max))
    assert before[1] <= before[0] * 1.05


def run_many(ask: "object", count: int) -> int:
    """Call and return the pages of memory that the process then holds."""
    assert callable(ask)
    for number in range(count):
        ask(number)
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
