"""`smartbranch liveness`: whether a picture or clip shows a living person."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.errors import InvalidArgumentError
from cli.output import emit, run
from cli.progress import counting

if TYPE_CHECKING:
    from liveness.outcome import LivenessResult

app = typer.Typer(no_args_is_help=True, help="Tell living people from attacks.")


@app.callback()
def _liveness() -> None:
    """Tell living people from attacks."""


@app.command()
def check(
    image_or_clip: Annotated[Path, typer.Argument(help="JPEG, PNG, WebP or BMP; MP4, WebM, ...")],
    config: Annotated[
        Path | None, typer.Option(help="Settings file of the server, TOML: models, provider.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Decide whether a picture or clip shows a living person, with reasons.

    A file carries less than a guided session: nobody asks anything of the person in it.
    """
    run(lambda: _check(image_or_clip, config, as_json), as_json)


def _check(path: Path, config: Path | None, as_json: bool) -> None:
    from liveness.files import FileJudge
    from serving.open_models import open_models, picture_limits
    from serving.settings import load_settings

    settings = load_settings(config)
    with readable(path):
        path.open("rb").close()  # Before the models are opened, which takes a second.
    with open_models(settings) as models, counting("frames") as start:
        judge = FileJudge(models.liveness, models.vision, picture_limits(settings))
        with readable(path):
            result = judge.check(path, start(None))
        terms = {facts.model_id: facts.terms for facts in models.facts}
    emit(to_payload(result, terms), as_json, describe)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what the operating system says into an error of ours."""
    try:
        yield
    except OSError as error:
        raise InvalidArgumentError(
            f"{path} cannot be read: {error.strerror}", field="image_or_clip"
        ) from error


def to_payload(result: "LivenessResult", terms: Mapping[str, str]) -> dict[str, Any]:
    """Return an answer as plain JSON values. terms: of each model, by id."""
    return {
        "decision": result.outcome.value,
        "live_score": result.live_score,
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
        "operating_point": {
            "max_apcer": result.target.max_apcer,
            "max_bpcer": result.target.max_bpcer,
            "data": result.target.data,
        },
        "models": [{"id": model_id, "terms": terms.get(model_id)} for model_id in result.model_ids],
    }


def describe(payload: Mapping[str, Any]) -> str:
    """Return the answer for people."""
    point = payload["operating_point"]
    lines = [payload["decision"], *(f"  {reason['text']}" for reason in payload["reasons"])]
    if payload["live_score"] is not None:
        lines.append(f"  live score: {payload['live_score']:.3f}")
    lines.append(
        f"  decided at: APCER {point['max_apcer']:.2%}, BPCER {point['max_bpcer']:.2%} "
        f"({point['data']})"
    )
    lines += [f"  model: {model['id']} (terms: {model['terms']})" for model in payload["models"]]
    return "\n".join(lines)
