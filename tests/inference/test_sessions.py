"""A model runs where it was asked to run, or does not start."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from base.errors import ModelCorruptError, ProviderUnavailableError, SettingsError
from inference.manifest import ModelSpec, TensorRtProfile
from inference.sessions import OrtRunner, choose_providers, open_session, provider_options
from tests.support.models import file_model
from tests.support.onnx_models import doubling_model, fixed_prelu_model, scrfd_model

CPU_ONLY = ("CPUExecutionProvider",)
WITH_CUDA = ("CUDAExecutionProvider", "CPUExecutionProvider")
EVERYTHING = ("TensorrtExecutionProvider", *WITH_CUDA)


def opened(spec: ModelSpec, content: bytes, tmp_path: Path) -> OrtRunner:
    return open_session(
        spec, content, ("cpu",), intra_op_threads=1, allow_cpu_fallback=False, cache_dir=tmp_path
    )


@pytest.mark.parametrize("available", [CPU_ONLY, WITH_CUDA, EVERYTHING])
@pytest.mark.parametrize(
    "wanted", [*itertools.permutations(("tensorrt", "cuda", "cpu")), ("cuda",), ("cpu",)]
)
def test_what_is_there_is_taken_in_the_order_asked_for(
    wanted: tuple[str, ...], available: tuple[str, ...]
) -> None:
    present = {"TensorrtExecutionProvider": "tensorrt", "CUDAExecutionProvider": "cuda"}
    names = {present.get(name, "cpu") for name in available}
    if set(wanted) <= names:
        assert choose_providers(wanted, False, available) == wanted  # type: ignore[arg-type]
        return
    with pytest.raises(ProviderUnavailableError, match="allow_cpu_fallback"):
        choose_providers(wanted, False, available)  # type: ignore[arg-type]
    kept = tuple(name for name in wanted if name in names)
    assert choose_providers(wanted, True, available) == (kept or ("cpu",))  # type: ignore[arg-type]


def test_a_device_that_this_build_lacks_is_refused() -> None:
    with pytest.raises(ProviderUnavailableError, match="cuda was asked for") as caught:
        choose_providers(("cuda", "cpu"), False, CPU_ONLY)
    assert caught.value.metadata == {"provider": "cuda"}


def test_a_session_that_does_not_come_up_on_the_device_is_refused(tmp_path: Path) -> None:
    """This build has no CUDA; asking for it all the same shows that nothing falls back unseen."""
    content = doubling_model()
    spec = file_model(tmp_path, content)
    with pytest.raises(ProviderUnavailableError, match="was to run on cuda"):
        open_session(
            spec,
            content,
            ("cuda",),
            intra_op_threads=1,
            allow_cpu_fallback=False,
            cache_dir=tmp_path,
        )


def test_the_cpu_takes_over_where_that_is_allowed(tmp_path: Path) -> None:
    content = doubling_model()
    spec = file_model(tmp_path, content)
    runner = open_session(
        spec, content, ("cuda",), intra_op_threads=1, allow_cpu_fallback=True, cache_dir=tmp_path
    )
    assert runner.provider == "cpu"


def test_bytes_that_are_no_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelCorruptError, match="toy does not load"):
        opened(file_model(tmp_path, b"no model"), b"no model", tmp_path)


def test_tensors_that_the_graph_lacks_are_named(tmp_path: Path) -> None:
    content = doubling_model()
    spec = file_model(tmp_path, content, outputs={"embedding": "features"})
    with pytest.raises(SettingsError, match="has not: features; it has input, output"):
        opened(spec, content, tmp_path)


def test_a_graph_of_one_picture_is_known_as_such(tmp_path: Path) -> None:
    content = fixed_prelu_model()
    assert opened(file_model(tmp_path, content), content, tmp_path).fixed_batch == 1
    free = doubling_model()
    assert opened(file_model(tmp_path, free), free, tmp_path).fixed_batch is None


def test_outputs_without_a_batch_axis_get_one(tmp_path: Path) -> None:
    content = scrfd_model(batched=False)
    source = file_model(tmp_path, content)
    spec = source.model_copy(
        update={
            "outputs_have_batch": False,
            "input": source.input.model_copy(update={"name": "input.1"}),
            "outputs": {"scores_8": "score_8"},
        }
    )
    runner = opened(spec, content, tmp_path)
    answer = runner.run({"input.1": np.ones((1, 3, 64, 64), np.float32)})
    assert answer["score_8"].shape == (1, 128, 1)
    assert runner.fixed_batch == 1


def test_tensorrt_is_told_the_shapes_and_where_to_keep_its_engines(tmp_path: Path) -> None:
    profile = TensorRtProfile(
        min_shape=(1, 3, 8, 8), opt_shape=(2, 3, 8, 8), max_shape=(4, 3, 8, 8), half_precision=True
    )
    spec = file_model(tmp_path, doubling_model(), tensorrt=profile)
    options = provider_options("tensorrt", spec, tmp_path)
    assert options["trt_profile_max_shapes"] == "input:4x3x8x8"
    assert options["trt_fp16_enable"] == "1"
    assert Path(options["trt_engine_cache_path"]).is_dir()
    assert provider_options("cpu", spec, tmp_path) == {}


def test_the_library_tells_its_maker_nothing(root: Path, tmp_path: Path) -> None:
    """It left an id of the machine in TMPDIR, and sent word of models to a server of its own."""
    environment = {name: value for name, value in os.environ.items() if "TELEMETRY" not in name}
    script = "from inference.sessions import ort; assert ort.get_available_providers()"
    subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env={**environment, "TMPDIR": str(tmp_path)},
        check=True,
        timeout=60,
    )
    assert not list(tmp_path.iterdir())
