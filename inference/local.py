"""The engine in this process: a session and a queue for each model."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, get_args

from base.errors import ModelDisagreesError, SettingsError, UnknownModelError
from inference.batching import Batcher
from inference.engine import Tensors
from inference.examples import check_answer, example_input, probe_example
from inference.manifest import BatchLimits, BatchOverride, ModelSpec, ProviderName
from inference.sessions import OrtRunner, choose_providers, open_session
from inference.stats import ModelStats
from inference.store import ModelStore


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Where and how models run.

    providers: in order of preference; the first must be there. allow_cpu_fallback: take the CPU
    instead of refusing to start. intra_op_threads: threads inside one run. workers: runs of one
    model at a time; None is one a core on a CPU and one on a GPU. batch: by model id, over the
    manifest's limits.
    """

    providers: tuple[ProviderName, ...] = ("cpu",)
    allow_cpu_fallback: bool = False
    intra_op_threads: int = 1
    workers: int | None = None
    batch: Mapping[str, BatchOverride] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = get_args(ProviderName)
        unknown = [name for name in self.providers if name not in known]
        if unknown or not self.providers:
            raise SettingsError(f"providers must be some of {', '.join(known)}, got {unknown}")
        if self.intra_op_threads < 1 or (self.workers is not None and self.workers < 1):
            raise SettingsError("intra_op_threads and workers must be at least 1")

    def workers_on(self, provider: ProviderName) -> int:
        """Return how many runs of one model go side by side."""
        if self.workers is not None:
            return self.workers
        return len(os.sched_getaffinity(0)) if provider == "cpu" else 1


class LocalEngine:
    """Runs models for every caller of this process; implements Engine.

    Opens one session after the other when built. Raises ModelUnavailableError,
    ModelCorruptError and ProviderUnavailableError.
    """

    def __init__(
        self,
        specs: Sequence[ModelSpec],
        store: ModelStore,
        settings: EngineSettings | None = None,
    ) -> None:
        self._settings = settings or EngineSettings()
        self._specs = {spec.id: spec for spec in specs}
        self._runners: dict[str, OrtRunner] = {}
        self._batchers: dict[str, Batcher] = {}
        try:
            for spec in specs:
                self._open(spec, store)
        except BaseException:
            self.close()
            raise

    def _open(self, spec: ModelSpec, store: ModelStore) -> None:
        settings = self._settings
        runner = open_session(
            spec,
            store.load(spec.id),
            choose_providers(settings.providers, settings.allow_cpu_fallback),
            intra_op_threads=settings.intra_op_threads,
            allow_cpu_fallback=settings.allow_cpu_fallback,
            cache_dir=store.cache_dir,
        )
        self._runners[spec.id] = runner
        self._batchers[spec.id] = Batcher(
            spec.id,
            runner,
            self._limits(spec, runner),
            workers=settings.workers_on(runner.provider),
            provider=runner.provider,
        )

    def _limits(self, spec: ModelSpec, runner: OrtRunner) -> BatchLimits:
        limits = spec.batch.for_provider(runner.provider)
        override = self._settings.batch.get(spec.id, BatchOverride())
        update = override.model_dump(exclude_none=True)
        if runner.fixed_batch is not None:
            update["max_size"] = runner.fixed_batch
        return limits.model_copy(update=update)

    def submit(
        self, model_id: str, inputs: Tensors, *, deadline_s: float | None = None
    ) -> "Future[Tensors]":
        """Queue one item; see Engine.submit."""
        return self._batcher(model_id).submit(inputs, deadline_s=deadline_s)

    def warm_up(self) -> None:
        """Run every model once, on its example if it has one, and compare the answers.

        Raises ModelDisagreesError naming the first model that does not agree.
        """
        for spec in self._specs.values():
            example = spec.example or probe_example(spec)
            outputs = self.submit(spec.id, example_input(spec.input, example)).result()
            if spec.example is None:
                continue
            provider = self._runners[spec.id].provider
            problem = check_answer(example, outputs, provider)
            if problem is not None:
                raise ModelDisagreesError(
                    f"{spec.id} does not give the answer of its example on {provider}: {problem}",
                    model=spec.id,
                    provider=provider,
                )

    def spec(self, model_id: str) -> ModelSpec:
        """Return what the manifest says of a model. Raises UnknownModelError."""
        self._batcher(model_id)
        return self._specs[model_id]

    def provider(self, model_id: str) -> str:
        """Return the name of the provider that a model runs on. Raises UnknownModelError."""
        self._batcher(model_id)
        return self._runners[model_id].provider

    def stats(self) -> dict[str, ModelStats]:
        """Return the counts of every model."""
        return {model_id: batcher.stats() for model_id, batcher in self._batchers.items()}

    def close(self) -> None:
        """Fail what waits, let what runs end, and let go of the sessions."""
        for batcher in self._batchers.values():
            batcher.close()
        for runner in self._runners.values():
            runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _batcher(self, model_id: str) -> Batcher:
        try:
            return self._batchers[model_id]
        except KeyError:
            known = ", ".join(self._batchers) or "none"
            raise UnknownModelError(
                f"the engine runs no model {model_id!r}; it runs {known}", model=model_id
            ) from None
