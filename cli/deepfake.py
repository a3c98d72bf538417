"""`smartbranch deepfake`: whether a picture or clip is what a camera saw."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.errors import InvalidArgumentError
from cli.liveness import readable
from cli.output import emit, note, run
from cli.progress import counting

if TYPE_CHECKING:
    from deepfake.files import FileJudge
    from deepfake.heat_map import HeatMap
    from deepfake.outcome import ForgeryResult

app = typer.Typer(no_args_is_help=True, help="Tell genuine pictures and clips from forged ones.")


@app.callback()
def _deepfake() -> None:
    """Tell genuine pictures and clips from forged ones."""


@app.command()
def check(
    image_or_clip: Annotated[Path, typer.Argument(help="JPEG, PNG, WebP or BMP; MP4, WebM, ...")],
    heat_map: Annotated[
        Path | None, typer.Option(help="PNG to draw into: where the face looks forged.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings file of the server, TOML: models, provider.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Decide whether a picture or clip is genuine or forged, with reasons.

    A file's times are made up and nobody has signed it: a stream from the bank's app says more.
    """
    run(lambda: _check(image_or_clip, heat_map, config, as_json), as_json)


def _check(path: Path, drawing: Path | None, config: Path | None, as_json: bool) -> None:
    from deepfake.files import FileJudge
    from serving.open_models import open_models, picture_limits
    from serving.settings import load_settings

    settings = load_settings(config)
    limits = picture_limits(settings)
    with readable(path):
        path.open("rb").close()  # Before the models are opened, which takes a second.
    if drawing is not None and not drawing.parent.is_dir():
        # Else it would show after a clip was judged, and take the answer with it.
        raise InvalidArgumentError(f"{drawing.parent} is no folder", field="heat_map")
    with open_models(settings) as models, counting("frames") as start:
        judge = FileJudge(models.forgery, models.vision, limits)
        with readable(path):
            result = judge.check(path, drawing is not None, start(None))
        terms = {facts.model_id: facts.terms for facts in models.facts}
    if drawing is not None:
        _draw(path, result.heat, drawing, judge)
    emit(to_payload(result, terms), as_json, describe)


def _draw(path: Path, heat: "HeatMap | None", drawing: Path, judge: "FileJudge") -> None:
    from deepfake.heat_picture import image_of, paint_heat
    from media.pictures import encode_png

    if heat is None:
        note("no heat map: no face was looked at")
        return
    image = image_of(path, heat, judge.picture_limits, judge.clip_limits)
    try:
        drawing.write_bytes(encode_png(paint_heat(image, heat)))
    except OSError as error:
        raise InvalidArgumentError(
            f"{drawing} cannot be written: {error.strerror}", field="heat_map"
        ) from error
    note(f"heat map: {drawing}")


def to_payload(result: "ForgeryResult", terms: Mapping[str, str]) -> dict[str, Any]:
    """Return an answer as plain JSON values. terms: of each model, by id."""
    return {
        "decision": result.outcome.value,
        "fake_score": result.fake_score,
        "reasons": [{"code": one.code, "text": one.text} for one in result.decision.reasons],
        "signals": [
            {
                "name": signal.name,
                "score": signal.score,
                "llr": signal.llr,
                "group": signal.group,
                "calibration": signal.calibration,
            }
            for signal in result.decision.signals
        ],
        "moments": [
            {
                "code": moment.code,
                "signal": moment.signal,
                "weight": moment.weight.value,
                "start_s": round(moment.start_s, 3),
                "end_s": None if moment.end_s is None else round(moment.end_s, 3),
            }
            for moment in result.moments
        ],
        "operating_point": {
            "max_false_alarm_rate": result.target.max_false_alarm_rate,
            "max_inconclusive_rate": result.target.max_inconclusive_rate,
            "data": result.target.data,
        },
        "models": [{"id": model_id, "terms": terms.get(model_id)} for model_id in result.model_ids],
    }


def describe(payload: Mapping[str, Any]) -> str:
    """Return the answer for people."""
    point = payload["operating_point"]
    lines = [payload["decision"], *(f"  {reason['text']}" for reason in payload["reasons"])]
    if payload["fake_score"] is not None:
        lines.append(f"  fake score: {payload['fake_score']:.3f}")
    lines.append(
        f"  decided at: false alarms {point['max_false_alarm_rate']:.2%}, INCONCLUSIVE "
        f"{point['max_inconclusive_rate']:.2%} of what is genuine ({point['data']})"
    )
    lines += [f"  model: {model['id']} (terms: {model['terms']})" for model in payload["models"]]
    return "\n".join(lines)
