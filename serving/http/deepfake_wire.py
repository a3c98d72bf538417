"""Answers of the check for forgery as JSON, with the keys of the command line."""

from collections.abc import Callable

from deepfake.heat_map import HeatMap
from deepfake.outcome import ForgeryResult, Moment
from serving.deepfake.books import ClipForgery, ImageForgery
from serving.http.wire import Json, face_json, model_json, reasons_json, signal_json
from serving.models import ModelFacts

Facts = Callable[[str], ModelFacts]


def found_json(found: ImageForgery | ClipForgery, facts_of: Facts) -> Json:
    """Return the check of a picture or clip as JSON."""
    answer = _decision_json(found.result, facts_of)
    if isinstance(found, ImageForgery):
        return {**answer, "face": face_json(found.face)}
    return {
        **answer,
        "frame_count": found.frame_count,
        "judged_frame_count": found.judged_count,
        "is_early": found.is_early,
    }


def _decision_json(result: ForgeryResult, facts_of: Facts) -> Json:
    target = result.target
    return {
        "decision": result.outcome.value,
        "fake_score": result.fake_score,
        "reasons": reasons_json(result.decision.reasons),
        "signals": [signal_json(signal) for signal in result.decision.signals],
        "moments": [_moment_json(moment) for moment in result.moments],
        "operating_point": {
            "max_false_alarm_rate": target.max_false_alarm_rate,
            "max_inconclusive_rate": target.max_inconclusive_rate,
            "data": target.data,
        },
        "models": [model_json(facts_of(model_id)) for model_id in result.model_ids],
        "heat_map": None if result.heat is None else _heat_json(result.heat),
    }


def _moment_json(moment: Moment) -> Json:
    return {
        "code": moment.code,
        "signal": moment.signal,
        "weight": moment.weight.value,
        "start_s": round(moment.start_s, 3),
        "end_s": None if moment.end_s is None else round(moment.end_s, 3),
    }


def _heat_json(heat: HeatMap) -> Json:
    return {
        "cells": [[round(float(cell), 4) for cell in row] for row in heat.cells],
        "window_xyxy": list(heat.window_xyxy),
        "time_s": heat.time_s,
    }
