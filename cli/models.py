"""`smartbranch models`: the catalogue, its terms, and the weights in the cache."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import emit, run

if TYPE_CHECKING:
    from inference.manifest import BundleSpec, CatalogueEntry, ModelSpec
    from inference.store import ModelStore

app = typer.Typer(no_args_is_help=True, help="List, fetch and verify models.")

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
ShapeOption = Annotated[
    str, typer.Option(help="Of the input, such as 2x3x112x112; else that of the manifest.")
]
IdsArgument = Annotated[list[str] | None, typer.Argument(help="Model ids; all if none is given.")]

_Rows = dict[str, dict[str, Any]]


@app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """Show every model: what it is for, where it is from, its terms, whether it is here."""
    run(lambda: _list(as_json), as_json)


@app.command()
def pull(ids: IdsArgument = None, as_json: JsonOption = False) -> None:
    """Fetch models into the cache and verify them; quick if they are there."""
    run(lambda: _pull(ids, as_json), as_json)


@app.command()
def verify(ids: IdsArgument = None, as_json: JsonOption = False) -> None:
    """Check the files of models and that each gives the answer of its example on the CPU."""
    run(lambda: _verify(ids, as_json), as_json)


@app.command()
def example(
    model_id: str, seed: int = 1, shape: ShapeOption = "", as_json: JsonOption = False
) -> None:
    """Print the example block of one model for the manifest, as this CPU computes it."""
    run(lambda: _example(model_id, seed, shape, as_json), as_json)


def _store() -> "ModelStore":
    from inference.manifest import load_manifest
    from inference.store import ModelStore

    return ModelStore(load_manifest())


def _chosen(store: "ModelStore", ids: list[str] | None) -> "list[CatalogueEntry]":
    return [store.manifest.entry(name) for name in ids] if ids else list(store.manifest.entries)


def _list(as_json: bool) -> None:
    store = _store()
    rows = [_described(spec, _state(store, spec.id)) for spec in store.manifest.entries]
    emit({"cache": str(store.cache_dir), "models": rows}, as_json, _table)


def _state(store: "ModelStore", model_id: str) -> str:
    from base.errors import ModelCorruptError, ModelUnavailableError

    try:
        store.verify(model_id)
    except ModelUnavailableError:
        return "absent"
    except ModelCorruptError:
        return "corrupt"
    return "ready"


def _described(spec: "CatalogueEntry", state: str) -> dict[str, Any]:
    from inference.manifest import ModelSpec

    points = spec.operating_points if isinstance(spec, ModelSpec) else ()
    return {
        "id": spec.id,
        "task": spec.task,
        "family": spec.family,
        "state": state,
        "file_bytes": spec.file_bytes,
        "sha256": spec.sha256,
        "source": spec.source.model_dump(mode="json", exclude_none=True),
        "licence": spec.licence,
        "terms": spec.terms,
        "terms_note": spec.terms_note,
        "card": spec.card,
        "operating_points": [
            {"variant": p.variant, "data": p.data, "impostor_pairs": p.impostor_pairs}
            for p in points
        ],
    }


def _table(payload: Any) -> str:
    lines = []
    for row in payload["models"]:
        lines.append(
            f"{row['id']}  {row['task']}  {row['state']}  {row['file_bytes'] / 1e6:.1f} MB  "
            f"{row['source']['kind']}  {row['licence']}"
        )
        lines.append(f"    terms {row['terms']}: {row['terms_note']}")
    return "\n".join(lines)


def _pull(ids: list[str] | None, as_json: bool) -> None:
    store = _store()
    rows = []
    for spec in _chosen(store, ids):
        with _progress_bar(spec) as progress:
            path = store.pull(spec.id, progress)
        rows.append(_described(spec, "ready") | {"path": str(path)})
    emit({"cache": str(store.cache_dir), "models": rows}, as_json, _table)


@contextmanager
def _progress_bar(spec: "CatalogueEntry") -> "Iterator[Callable[[str, int, int | None], None]]":
    """Show what a pull does, on standard error, if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(spec.id, total=None)

        def show(stage: str, done: int, total: int | None) -> None:
            bar.update(task, description=f"{spec.id}: {stage}", completed=done, total=total)

        yield show


def _verify(ids: list[str] | None, as_json: bool) -> None:
    from inference.manifest import BundleSpec, ModelSpec

    store = _store()
    chosen = _chosen(store, ids)
    rows = {s.id: {"id": s.id, "path": str(store.verify(s.id)), "terms": s.terms} for s in chosen}
    _verify_models([s for s in chosen if isinstance(s, ModelSpec)], store, rows)
    _verify_bundles([s for s in chosen if isinstance(s, BundleSpec)], store, rows)
    emit({"models": list(rows.values())}, as_json, _verified_lines)


def _verify_models(specs: "list[ModelSpec]", store: "ModelStore", rows: _Rows) -> None:
    from inference.local import LocalEngine

    with LocalEngine(specs, store) as engine:
        engine.warm_up()
        for spec in specs:
            rows[spec.id]["provider"] = engine.provider(spec.id)
            rows[spec.id]["example"] = "absent" if spec.example is None else "agrees"


def _verify_bundles(specs: "list[BundleSpec]", store: "ModelStore", rows: _Rows) -> None:
    from vision.documents.rapid_text import open_text_reader
    from vision.landmarkers import open_landmarkers

    for spec in specs:
        if spec.runtime == "rapidocr":
            open_text_reader(store).warm_up()
        else:
            with open_landmarkers(store, spec, limit=1) as landmarkers:
                landmarkers.warm_up()
        rows[spec.id] |= {"provider": spec.runtime, "example": "agrees"}


def _verified_lines(payload: Any) -> str:
    return "\n".join(
        f"{row['id']}  sound, example {row['example']} on {row['provider']}"
        for row in payload["models"]
    )


def _example(model_id: str, seed: int, shape: str, as_json: bool) -> None:
    from inference.examples import as_toml, make_example
    from inference.local import LocalEngine

    store = _store()
    spec = store.manifest.model(model_id)
    sizes = spec.example.shape if spec.example is not None and not shape else _sizes(shape)
    with LocalEngine([spec], store) as engine:
        made = make_example(engine, spec, seed, sizes)
    emit(
        {"model": spec.id, "example": made.model_dump(mode="json")}, as_json, as_toml(made).rstrip()
    )


def _sizes(shape: str) -> tuple[int, int, int, int]:
    from base.errors import InvalidArgumentError

    words = shape.split("x")
    if len(words) != 4 or not all(word.isdigit() and int(word) > 0 for word in words):
        raise InvalidArgumentError("--shape must be four sizes such as 2x3x112x112", field="shape")
    one, two, three, four = (int(word) for word in words)
    return (one, two, three, four)
