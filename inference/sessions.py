"""ONNX Runtime sessions, and the choice of the device they run on."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]

from base.errors import (
    DrainingError,
    ModelCorruptError,
    ProviderUnavailableError,
    SettingsError,
)
from inference.engine import Tensors
from inference.manifest import ModelSpec, ProviderName
from inference.runner import Port

_ORT_NAMES: dict[ProviderName, str] = {
    "tensorrt": "TensorrtExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
_DTYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}
_ERRORS_ONLY = 3
_BUILDING = threading.Lock()


class OrtRunner:
    """One model on one session; `run` may be called from several threads at once."""

    def __init__(
        self, session: ort.InferenceSession, provider: ProviderName, spec: ModelSpec
    ) -> None:
        self._session: ort.InferenceSession | None = session
        self._outputs_have_batch = spec.outputs_have_batch
        self.provider = provider
        self._ports = {port.name: _port(port) for port in session.get_inputs()}
        self._outputs = [output.name for output in session.get_outputs()]
        self.fixed_batch = _fixed_batch(session) if spec.outputs_have_batch else 1
        self._check_names(spec)

    @property
    def ports(self) -> dict[str, Port]:
        """The inputs, by name."""
        return self._ports

    def run(self, inputs: Tensors) -> Tensors:
        """Run one batch; ONNX Runtime frees the interpreter's lock meanwhile."""
        session = self._session
        if session is None:
            raise DrainingError("the session was closed")
        tensors = session.run(None, dict(inputs))
        if not self._outputs_have_batch:
            tensors = [tensor[np.newaxis] for tensor in tensors]
        return dict(zip(self._outputs, tensors, strict=True))

    def close(self) -> None:
        """Let go of the session; its memory goes when no run holds it any more."""
        self._session = None

    def _check_names(self, spec: ModelSpec) -> None:
        named = {spec.input.name, *spec.outputs.values()}
        missing = sorted(named - self._ports.keys() - set(self._outputs))
        if missing:
            raise SettingsError(
                f"the manifest names tensors of {spec.id} that its graph has not: "
                f"{', '.join(missing)}; it has {', '.join([*self._ports, *self._outputs])}",
                model=spec.id,
            )


def choose_providers(
    wanted: Sequence[ProviderName], allow_cpu_fallback: bool, available: Sequence[str] | None = None
) -> tuple[ProviderName, ...]:
    """Return the providers to ask for, in order; the first is the one that will serve.

    available: names as ONNX Runtime gives them, by default those of the installed build.
    Raises ProviderUnavailableError for one that is missing, unless the CPU may take its place.
    """
    present = ort.get_available_providers() if available is None else available
    missing = [name for name in wanted if _ORT_NAMES[name] not in present]
    if missing and not allow_cpu_fallback:
        raise ProviderUnavailableError(
            f"the provider {missing[0]} was asked for and is not in this ONNX Runtime; install "
            "onnxruntime-gpu and its CUDA libraries, or set allow_cpu_fallback",
            provider=missing[0],
        )
    chosen = [name for name in wanted if name not in missing]
    return tuple(dict.fromkeys(chosen)) or ("cpu",)


def open_session(
    spec: ModelSpec,
    content: bytes,
    providers: Sequence[ProviderName],
    *,
    intra_op_threads: int,
    allow_cpu_fallback: bool,
    cache_dir: Path,
) -> OrtRunner:
    """Build a session from verified bytes and make sure that it runs where it was asked to.

    One session is built at a time in a process: side by side, ONNX Runtime does not do it safely
    (microsoft/onnxruntime issue 27089).
    Raises ProviderUnavailableError, ModelCorruptError.
    """
    asked = [(_ORT_NAMES[name], provider_options(name, spec, cache_dir)) for name in providers]
    try:
        session = _build(content, asked, intra_op_threads)
    except Exception as error:
        # ONNX Runtime's errors have no common parent but Exception.
        if providers == ("cpu",):
            raise ModelCorruptError(f"{spec.id} does not load: {error}", model=spec.id) from error
        if not allow_cpu_fallback:
            raise _refused(spec, providers[0], str(error)) from error
        session = _build(content, [(_ORT_NAMES["cpu"], {})], intra_op_threads)
    in_use = session.get_providers()
    wanted = [name for name, _ in asked]
    if in_use[: len(wanted)] != wanted and not allow_cpu_fallback:
        raise _refused(spec, providers[0], f"the session runs on {in_use}")
    by_ort_name = {ort_name: name for name, ort_name in _ORT_NAMES.items()}
    return OrtRunner(session, by_ort_name[in_use[0]], spec)


def _refused(spec: ModelSpec, provider: ProviderName, why: str) -> ProviderUnavailableError:
    return ProviderUnavailableError(
        f"{spec.id} was to run on {provider} and does not: {why}; mend the device's libraries, or "
        "set allow_cpu_fallback",
        model=spec.id,
        provider=provider,
    )


def _build(
    content: bytes, providers: list[tuple[str, dict[str, str]]], intra_op_threads: int
) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = intra_op_threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    # A pattern is planned for one shape; with several in turn it only holds memory.
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    names, settings = [name for name, _ in providers], [option for _, option in providers]
    with _BUILDING:
        return ort.InferenceSession(
            content, options, providers=names, provider_options=settings, enable_fallback=0
        )


def provider_options(name: ProviderName, spec: ModelSpec, cache_dir: Path) -> dict[str, str]:
    """Return what a provider is told, in ONNX Runtime's terms."""
    if name == "cuda":
        return {"arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC"}
    if name == "cpu" or spec.tensorrt is None:
        return {}
    profile = spec.tensorrt
    engines = cache_dir / spec.id / "tensorrt"
    engines.mkdir(parents=True, exist_ok=True)
    options = {
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(engines),
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(engines),
        "trt_fp16_enable": "1" if profile.half_precision else "0",
    }
    for bound in ("min", "opt", "max"):
        shape = "x".join(str(size) for size in getattr(profile, f"{bound}_shape"))
        options[f"trt_profile_{bound}_shapes"] = f"{spec.input.name}:{shape}"
    return options


def _port(port: Any) -> Port:
    sizes = tuple(size if isinstance(size, int) else None for size in port.shape[1:])
    return Port(np.dtype(_DTYPES[port.type]), sizes)


def _fixed_batch(session: ort.InferenceSession) -> int | None:
    sizes = {port.shape[0] for port in session.get_inputs() if isinstance(port.shape[0], int)}
    return max(sizes, default=None)
