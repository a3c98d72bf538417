"""Counting people in a clip, for `smartbranch evaluate flow`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from branch_edge.watch.replay import Replay
    from evaluation.flow.report import FlowCount
    from vision.scene import CameraScene

MAX_CLIP_S = 4 * 3600.0
MAX_CLIP_BYTES = 16 << 30


def count_clip(clip: Path, scene: "CameraScene", fps: float) -> "FlowCount":
    """Watch a clip as a box would watch a camera, at a rate. Raises what reading clips raises."""
    from branch_edge.watch.replay import replay
    from branch_edge.watch.views import build_eyes, eye_models
    from evaluation.flow.report import FlowCount
    from evaluation.flow.truth import CountedStay
    from inference.local import LocalEngine
    from inference.manifest import load_manifest
    from inference.store import ModelStore, default_cache_dir
    from media.clips import read_frames
    from media.containers import ClipLimits

    manifest = load_manifest()
    models = eye_models(manifest)
    limits = ClipLimits(MAX_CLIP_BYTES, MAX_CLIP_S, max_frames=int(MAX_CLIP_S * 60))
    with LocalEngine(models, ModelStore(manifest, default_cache_dir())) as engine:
        frames = read_frames(clip, limits, target_fps=fps)
        told = replay(scene, build_eyes(engine, manifest), frames)
    person_model = models[-1]
    return FlowCount(
        model=person_model.id,
        model_terms=person_model.terms,
        frame_count=told.frame_count,
        stays=tuple(CountedStay(s.zone, s.enter_s, s.enter_s + s.dwell_s) for s in told.stays),
        lines=_crossings(told, scene),
    )


def _crossings(told: "Replay", scene: "CameraScene") -> dict[str, tuple[int, int]]:
    tallies = [tally for span in told.spans for tally in span.lines]
    return {
        line.id: (
            sum(tally.in_count for tally in tallies if tally.line == line.id),
            sum(tally.out_count for tally in tallies if tally.line == line.id),
        )
        for line in scene.lines
    }


def flow_as_text(report: Mapping[str, Any]) -> str:
    """Return the report for people."""
    lines = [
        f"model    {report['model']} (terms: {report['model_terms']})",
        f"frames   {report['frames']}",
    ]
    for name, count in report["lines"].items():
        lines.append(f"line     {name}: {count['in']} in, {count['out']} out")
    lines += [f"stay     {_stay(stay)}" for stay in report["stays"]]
    compared = report.get("compared")
    if compared is not None:
        lines += [f"missed   {_stay(stay)}" for stay in compared["missed"]]
        lines += [f"extra    {_stay(stay)}" for stay in compared["extra"]]
        lines.append(_verdict(compared))
    return "\n".join(lines)


def _stay(stay: Mapping[str, Any]) -> str:
    span = f"{stay['enter_s']:.1f} to {stay['leave_s']:.1f} s"
    return f"{stay['zone']}: {span} ({stay['dwell_s']:.1f} s)"


def _verdict(compared: Mapping[str, Any]) -> str:
    if not compared["pairs"]:
        return "no stay of the truth was found"
    return (
        f"{len(compared['pairs'])} stays found, {len(compared['missed'])} missed, "
        f"{len(compared['extra'])} too many; entered within "
        f"{compared['worst_enter_error_s']:.2f} s, stayed within "
        f"{compared['worst_dwell_error_s']:.2f} s"
    )
