"""The catalogue of models: what each is, where it is from, how it is fed, how well it does."""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from base.errors import SettingsError, UnknownModelError
from inference.operating_points import OperatingPoints, load_operating_points
from inference.origins import Part, Sha256, Source

ProviderName = Literal["tensorrt", "cuda", "cpu"]
Terms = Literal["open", "undisclosed-data", "research"]
Conversion = Literal["free-batch", "split-prelu", "speech-rows"]
ModelId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]

SHARE = Path(__file__).resolve().parent.parent / "models"
"""The catalogue folder that travels with the packages."""


class InputSpec(Part):
    """How the picture tensor is made: x = (pixel - mean) * scale, pixel in 0..255.

    name: tensor name. layout: order of the axes; NT is rows of T samples of sound in [-1, 1],
    of which the rest says nothing. size_hw: pixels, None when the graph takes any.
    colour: order of the channels. mean: one value a channel, in that order.
    state: further inputs by name, each with the shape of one row: what the model remembers of
    the samples before, zero at first.
    """

    name: str
    layout: Literal["NCHW", "NHWC", "NT"] = "NCHW"
    size_hw: tuple[int, int] | None = None
    colour: Literal["RGB", "BGR"] = "RGB"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0
    state: dict[str, tuple[int, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _only_sound_has_state(self) -> Self:
        if self.layout != "NT" and not {"colour", "mean", "scale"} <= self.model_fields_set:
            raise ValueError("a picture's input must say colour, mean and scale")
        if self.state and self.layout != "NT":
            raise ValueError("only an input of sound may have a state")
        return self


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
    shape: tuple[int, int] | tuple[int, int, int, int]
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


class CatalogueEntry(Part):
    """What the house knows of any file of weights, whoever runs it. The file is one of `sha256`.

    card: path below the catalogue's folder.
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

    @property
    def suffix(self) -> str:
        """How the names of its files end."""
        return ".onnx"

    @property
    def conversions(self) -> tuple[Conversion, ...]:
        """What is done to the file once, before it is used."""
        return ()


class ModelSpec(CatalogueEntry):
    """All that the house knows of one ONNX model.

    outputs: meaning -> tensor name. outputs_have_batch: False for a graph of one picture whose
    outputs lack the leading axis; the engine adds it.
    recognisability: of an embedder; None where it was not measured.
    """

    convert: tuple[Conversion, ...] = ()
    input: InputSpec
    outputs: dict[str, str]
    outputs_have_batch: bool = True
    batch: BatchLimits = BatchLimits()
    example: Example | None = None
    tensorrt: TensorRtProfile | None = None
    recognisability: Recognisability | None = None
    operating_points: tuple[OperatingPoints, ...] = ()

    @property
    def conversions(self) -> tuple[Conversion, ...]:
        """What is done to the file once, before it is used."""
        return self.convert


class BundleSpec(CatalogueEntry):
    """A file that another runtime than ONNX Runtime opens; it is handed out as it was fetched.

    runtime: what opens it.
    """

    runtime: Literal["mediapipe", "rapidocr"]

    @property
    def suffix(self) -> str:
        """How the names of its files end."""
        return ".task" if self.runtime == "mediapipe" else ".onnx"


Entry = TypeVar("Entry", bound=CatalogueEntry)


class Manifest(Part):
    """The models that can be named. root: the catalogue's folder."""

    root: Path
    models: tuple[ModelSpec, ...]
    bundles: tuple[BundleSpec, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [entry.id for entry in self.entries]
        if len(ids) != len(set(ids)):
            raise ValueError(f"model ids must be unique, got {sorted(ids)}")
        return self

    @property
    def entries(self) -> tuple[CatalogueEntry, ...]:
        """Everything that can be pulled."""
        return (*self.models, *self.bundles)

    def model(self, model_id: str) -> ModelSpec:
        """Return one ONNX model. Raises UnknownModelError."""
        return _named(self.models, model_id)

    def bundle(self, model_id: str) -> BundleSpec:
        """Return one bundle. Raises UnknownModelError."""
        return _named(self.bundles, model_id)

    def entry(self, model_id: str) -> CatalogueEntry:
        """Return a model or bundle. Raises UnknownModelError."""
        return _named(self.entries, model_id)

    def with_models(self, specs: Iterable[ModelSpec]) -> "Manifest":
        """Return a manifest that has `specs` as well, such as those of a pack."""
        return Manifest(root=self.root, models=(*self.models, *specs), bundles=self.bundles)


def _named(entries: Sequence[Entry], model_id: str) -> Entry:
    for entry in entries:
        if entry.id == model_id:
            return entry
    known = ", ".join(entry.id for entry in entries)
    raise UnknownModelError(
        f"no model is called {model_id!r}; the manifest has {known}", model=model_id
    )


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
    models, bundles = raw.pop("model", []), raw.pop("bundle", [])
    known = raw.pop("schema", None) == 1 and not raw
    if not (known and isinstance(models, list) and isinstance(bundles, list)):
        raise ValueError("expected `schema = 1`, [[model]] and [[bundle]] blocks, nothing else")
    return Manifest(
        root=root,
        models=tuple(_parse_model(entry, root) for entry in models),
        bundles=tuple(BundleSpec.model_validate(bundle) for bundle in bundles),
    )


def _parse_model(entry: dict[str, object], root: Path) -> ModelSpec:
    spec = ModelSpec.model_validate(entry)
    points = load_operating_points(root / "operating_points", spec.id, spec.sha256)
    return spec.model_copy(update={"operating_points": points})
