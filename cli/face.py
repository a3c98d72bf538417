"""`smartbranch face`: find faces in a picture, compare two pictures."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.errors import InvalidArgumentError
from cli.output import emit, note, run

if TYPE_CHECKING:
    from decision.outcome import Reason
    from media.image import ImageRGB
    from media.pictures import PictureLimits
    from vision.analysis import FaceReading
    from vision.match import MatchResult
    from vision.quality import FaceQuality

app = typer.Typer(no_args_is_help=True, help="Find and compare faces.")

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
ConfigOption = Annotated[
    Path | None,
    typer.Option(help="Settings file of the server, TOML: models, InsightFace pack, error rates."),
]
DrawOption = Annotated[
    Path | None, typer.Option("--draw", help="Write the picture with boxes, as PNG.")
]


class ProfileName(StrEnum):
    """What kind of picture it is."""

    portrait = "portrait"
    crowd = "crowd"


class SelectName(StrEnum):
    """Which face is meant where there are several."""

    single = "single"
    largest = "largest"
    central = "central"


@app.command()
def detect(
    image: Annotated[Path, typer.Argument(help="JPEG, PNG, WebP or BMP.")],
    profile: Annotated[
        ProfileName, typer.Option(help="`crowd` looks for small faces and takes longer.")
    ] = ProfileName.portrait,
    draw: DrawOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the faces in a picture and rate each."""
    run(lambda: _detect(image, profile, draw, config, as_json), as_json)


@app.command()
def verify(
    reference: Annotated[Path, typer.Argument(help="Picture of the person it should be.")],
    probe: Annotated[Path, typer.Argument(help="Picture of the person who is there.")],
    fmr: Annotated[float, typer.Option(help="False match rate to decide at.")] = 1e-4,
    select: Annotated[
        SelectName, typer.Option(help="Which face, where a picture shows several.")
    ] = SelectName.single,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide whether two pictures show one person."""
    run(lambda: _verify(reference, probe, fmr, select, config, as_json), as_json)


def _detect(
    image: Path, profile: ProfileName, draw: Path | None, config: Path | None, as_json: bool
) -> None:
    from cli.pipeline import open_configured_pipeline
    from vision.detection import Profile

    with open_configured_pipeline(config) as (pipeline, limits):
        picture = _read_picture(image, limits)
        readings = pipeline.analyzer.detect(picture, Profile(profile.value))
        model = pipeline.detector.model_id
    if draw is not None:
        _draw(picture, readings, draw)
    faces = [_face(reading) for reading in readings]
    emit({"faces": faces, "model": model, "profile": profile.value}, as_json, _describe_faces)


def _verify(
    reference: Path,
    probe: Path,
    fmr: float,
    select: SelectName,
    config: Path | None,
    as_json: bool,
) -> None:
    from cli.pipeline import open_configured_pipeline
    from vision.analysis import Select

    with open_configured_pipeline(config) as (pipeline, limits):
        pictures = _read_picture(reference, limits), _read_picture(probe, limits)
        readings = pipeline.analyzer.read_pair(*pictures, Select(select.value))
        result = pipeline.matcher.compare(*readings, target_fmr=fmr)
    payload = _match(result) | {"reference": _face(readings[0]), "probe": _face(readings[1])}
    emit(payload, as_json, _describe_match)


def _read_picture(path: Path, limits: "PictureLimits") -> "ImageRGB":
    from media.pictures import decode_picture

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidArgumentError(
            f"{path} cannot be read: {error.strerror}", field="image"
        ) from error
    return decode_picture(data, limits)


def _draw(picture: "ImageRGB", readings: "tuple[FaceReading, ...]", path: Path) -> None:
    from media.pictures import encode_png
    from vision.drawing import draw_faces

    try:
        path.write_bytes(encode_png(draw_faces(picture, readings)))
    except OSError as error:
        raise InvalidArgumentError(
            f"{path} cannot be written: {error.strerror}", field="draw"
        ) from error
    note(f"wrote {path}")


def _face(reading: "FaceReading") -> dict[str, Any]:
    return {
        "box_xyxy": [round(float(value), 2) for value in reading.box_xyxy],
        "score": round(reading.score, 4),
        "landmarks": [[round(float(v), 2) for v in point] for point in reading.landmarks],
        "quality": _quality(reading.quality),
    }


def _quality(quality: "FaceQuality") -> dict[str, Any]:
    return {
        "score": round(quality.score, 1),
        "reasons": _reasons(quality.reasons),
        "components": {
            component.name: {
                "value": round(component.value, 1),
                "measured": round(component.measured, 4),
            }
            for component in quality.components
        },
    }


def _match(result: "MatchResult") -> dict[str, Any]:
    return {
        "decision": result.outcome.value,
        "similarity": result.similarity,
        "threshold": result.threshold,
        "fmr": result.fmr,
        "target_fmr": result.target_fmr,
        "model": result.model_id,
        "reasons": _reasons(result.decision.reasons),
    }


def _reasons(reasons: "tuple[Reason, ...]") -> list[dict[str, str]]:
    return [{"code": reason.code, "text": reason.text} for reason in reasons]


def _describe_faces(payload: Mapping[str, Any]) -> str:
    faces = payload["faces"]
    if not faces:
        return "no face"
    return "\n".join(_describe_face(number, face) for number, face in enumerate(faces, 1))


def _describe_face(number: int, face: Mapping[str, Any]) -> str:
    x1, y1, x2, y2 = (round(value) for value in face["box_xyxy"])
    quality = face["quality"]
    line = f"{number}. at {x1},{y1} to {x2},{y2}, score {face['score']:.2f}, "
    line += f"quality {quality['score']:.0f} of 100"
    return "\n".join([line, *(f"   {reason['text']}" for reason in quality["reasons"])])


def _describe_match(payload: Mapping[str, Any]) -> str:
    lines = [payload["decision"], *(f"  {reason['text']}" for reason in payload["reasons"])]
    if payload["fmr"] is not None:
        lines.append(f"  false match rate at this similarity: {payload['fmr']:.2g}")
    return "\n".join([*lines, f"  model: {payload['model']}"])
