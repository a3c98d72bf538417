"""`smartbranch document`: what an identity document says, and whether it holds together."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.errors import InvalidArgumentError, InvalidInputError
from cli.output import emit, run

if TYPE_CHECKING:
    from media.image import ImageRGB
    from media.pictures import PictureLimits

app = typer.Typer(no_args_is_help=True, help="Read and check identity documents.")


@app.callback()
def _document() -> None:
    """Read and check identity documents."""


@app.command()
def read(
    image: Annotated[Path, typer.Argument(help="The side with the portrait; JPEG, PNG, WebP.")],
    back: Annotated[Path | None, typer.Option(help="A picture of the other side.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings file of the server, TOML: models, limits.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find, straighten, read and check a document: a Chinese resident card, or one with an MRZ.

    A picture without a document is an answer, not an error. Nothing is kept.
    """
    run(lambda: _read(image, back, config, as_json), as_json)


def _read(image: Path, back: Path | None, config: Path | None, as_json: bool) -> None:
    from serving.documents.answers import reading_json
    from serving.open_models import open_documents, picture_limits
    from serving.settings import load_settings

    settings = load_settings(config)
    limits = picture_limits(settings)
    front = _picture(image, limits, "image")
    other = None if back is None else _picture(back, limits, "back")
    with open_documents(settings) as reader:
        reading = reader.read(front, other)
    emit(reading_json(reading), as_json, describe)


def _picture(path: Path, limits: "PictureLimits", field: str) -> "ImageRGB":
    from media.pictures import decode_picture

    try:
        with path.open("rb") as file:
            # One byte more than is taken, so that the decoder sees and refuses the rest.
            data = file.read(limits.max_bytes + 1)
    except OSError as error:
        raise InvalidArgumentError(
            f"{path} cannot be read: {error.strerror}", field=field
        ) from error
    try:
        return decode_picture(data, limits)
    except InvalidInputError as error:
        raise type(error)(f"{path}: {error.message}", **error.metadata, field=field) from error


def describe(payload: Mapping[str, Any]) -> str:
    """Return the answer for people."""
    lines = [f"{payload['decision']} {payload['kind']}"]
    lines += [f"  {reason['text']}" for reason in payload["reasons"]]
    lines += [
        f"  {name}: {field['value']} ({field['confidence']:.2f})"
        for name, field in payload["fields"].items()
    ]
    marks = {True: "passed", False: "FAILED", None: "not checked"}
    lines += [
        f"  {check['name']}: {marks[check['passed']]}. {check['text']}"
        for check in payload["checks"]
    ]
    lines += [f"  picture: {reason['text']}" for reason in payload["picture_reasons"]]
    return "\n".join(lines)
