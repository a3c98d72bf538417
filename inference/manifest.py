"""The catalogue of models: what each is, where it is from, how it is fed, how well it does."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from base.errors import SettingsError, UnknownModelError
from inference.operating_points import OperatingPoints, load_operating_points

ProviderName = Literal["tensorrt", "cuda", "cpu"]
Terms = Literal["open", "undisclosed-data", "research"]
Conversion = Literal["free-batch", "split-prelu"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ModelId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]

SHARE = Path(__file__).resolve().parent.parent / "models"
"""The catalogue folder that travels with the packages."""


class Part(BaseModel):
    """A checked, unchangeable piece of the manifest that knows all of its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PypiSource(Part):
    """One file of a pinned wheel, or a bytes literal inside one of its Python files."""

    kind: Literal["pypi"]
    package: str
    version: str
    package_sha256: Sha256
    member: str
    literal: str | None = None


class NpmSource(Part):
    """One file of a pinned npm tarball; `member` is relative to the package's folder."""

    kind: Literal["npm"]
    package: str
    version: str
    package_sha256: Sha256
    member: str


class RepoSource(Part):
    """A file that travels with the catalogue; `path` is relative to the catalogue's folder."""

    kind: Literal["repo"]
    path: str


class UrlSource(Part):
    """An official download page."""

    kind: Literal["url"]
    url: Annotated[str, Field(pattern=r"^https://")]


class FileSource(Part):
    """A file that the operator already has, such as one of an InsightFace pack."""

    kind: Literal["file"]
    path: Path


Source = Annotated[
    PypiSource | NpmSource | RepoSource | UrlSource | FileSource, Field(discriminator="kind")
]


class InputSpec(Part):
    """How the picture tensor is made: x = (pixel - mean) * scale, pixel in 0..255.

    name: tensor name. layout: order of the axes. size_hw: pixels, None when the graph takes any.
    colour: order of the channels. mean: one value a channel, in that order.
    """

    name: str
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    size_hw: tuple[int, int] | None = None
    colour: Literal["RGB", "BGR"]
    mean: tuple[float, float, float]
    scale: float


class BatchOverride(Part):
    """What one provider does differently; None keeps the model's own value."""

    max_size: Annotated[int, Field(ge=1, le=1024)] | None = None
    max_wait_ms: Annotated[float, Field(ge=0, le=1000)] | None = None
    max_queue: Annotated[int, Field(ge=1, le=100_000)] | None = None


class BatchLimits(Part):
    """Limits of dynamic batching, all counted in rows of the batch axis.

    max_size: rows of one run. max_wait_ms: how long the first item waits for others.
    max_queue: rows that may wait; more are refused.
    """

    max_size: Annotated[int, Field(ge=1, le=1024)] = 16
    max_wait_ms: Annotated[float, Field(ge=0, le=1000)] = 2.0
    max_queue: Annotated[int, Field(ge=1, le=100_000)] = 256
    providers: dict[ProviderName, BatchOverride] = Field(default_factory=dict)

    def for_provider(self, provider: ProviderName) -> Self:
        """Return the limits that hold on `provider`."""
        override = self.providers.get(provider, BatchOverride())
        return self.model_copy(update=override.model_dump(exclude_none=True) | {"providers": {}})


class OutputSummary(Part):
    """What is kept of an expected output: its shape, its size and evenly spaced values."""

    shape: tuple[int, ...]
    rms: float
    samples: tuple[float, ...]


class Example(Part):
    """A seeded input and a summary of the answer to it.

    shape: of the input tensor, batch axis included. tolerance: largest allowed difference of a
    sample, in units of the output's root mean square, by provider.
    """

    seed: Annotated[int, Field(ge=0, lt=2**32)]
    shape: tuple[int, int, int, int]
    tolerance: dict[ProviderName, float]
    outputs: dict[str, OutputSummary]


class TensorRtProfile(Part):
    """Smallest, usual and largest input shape that a TensorRT engine is built for."""

    min_shape: tuple[int, int, int, int]
    opt_shape: tuple[int, int, int, int]
    max_shape: tuple[int, int, int, int]
    half_precision: bool = False


class Recognisability(Part):
    """What the length of an embedding, before it is normalised, says of the picture.

    Networks give faces that they know well long embeddings. worst, limit, good: the lengths that
    are worth a quality of 0, of 40 (below it a picture decides nothing) and of 100.
    """

    worst: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    limit: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    good: Annotated[float, Field(gt=0, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _lengths_rise(self) -> Self:
        if not self.worst < self.limit < self.good:
            raise ValueError("recognisability must have worst < limit < good")
        return self


class ModelSpec(Part):
    """All that the house knows of one model. The weights are a file of `sha256`.

    outputs: meaning -> tensor name. outputs_have_batch: False for a graph of one picture whose
    outputs lack the leading axis; the engine adds it. card: path below the catalogue's folder.
    recognisability: of an embedder; None where it was not measured.
    """

    id: ModelId
    task: str
    family: str
    licence: str
    terms: Terms
    terms_note: str
    card: str | None
    sha256: Sha256
    file_bytes: Annotated[int, Field(gt=0)]
    source: Source
    convert: tuple[Conversion, ...] = ()
    input: InputSpec
    outputs: dict[str, str]
    outputs_have_batch: bool = True
    batch: BatchLimits = BatchLimits()
    example: Example | None = None
    tensorrt: TensorRtProfile | None = None
    recognisability: Recognisability | None = None
    operating_points: tuple[OperatingPoints, ...] = ()


class Manifest(Part):
    """The models that can be named. root: the catalogue's folder."""

    root: Path
    models: tuple[ModelSpec, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [spec.id for spec in self.models]
        if len(ids) != len(set(ids)):
            raise ValueError(f"model ids must be unique, got {sorted(ids)}")
        return self

    def model(self, model_id: str) -> ModelSpec:
        """Return one model. Raises UnknownModelError."""
        for spec in self.models:
            if spec.id == model_id:
                return spec
        known = ", ".join(spec.id for spec in self.models)
        raise UnknownModelError(
            f"no model is called {model_id!r}; the manifest has {known}", model=model_id
        )

    def with_models(self, specs: Iterable[ModelSpec]) -> "Manifest":
        """Return a manifest that has `specs` as well, such as those of a pack."""
        return Manifest(root=self.root, models=(*self.models, *specs))


def load_manifest(path: Path | None = None) -> Manifest:
    """Read a manifest and the operating points beside it; by default the one that ships.

    Raises SettingsError if the file cannot be read or says something that is not understood.
    """
    path = path or SHARE / "manifest.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return _parse(raw, path.parent)
    except (OSError, ValidationError, ValueError) as error:
        raise SettingsError(f"the model manifest {path} cannot be used: {error}") from error


def _parse(raw: dict[str, object], root: Path) -> Manifest:
    entries = raw.pop("model", [])
    if raw.pop("schema", None) != 1 or raw or not isinstance(entries, list):
        raise ValueError("expected `schema = 1` and [[model]] blocks, nothing else")
    return Manifest(root=root, models=tuple(_parse_model(entry, root) for entry in entries))


def _parse_model(entry: dict[str, object], root: Path) -> ModelSpec:
    spec = ModelSpec.model_validate(entry)
    points = load_operating_points(root / "operating_points", spec.id, spec.sha256)
    return spec.model_copy(update={"operating_points": points})
