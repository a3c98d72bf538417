"""`smartbranch evaluate`: error rates measured on labelled data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.deepfake_words import report_as_text
from cli.injection_words import kit_as_text
from cli.output import emit, errors_reported, note
from cli.pad_words import pad_as_text
from cli.progress import counting

app = typer.Typer(help="Measure error rates on labelled data and write the report.")


@app.callback()
def _evaluate() -> None:
    """Measure error rates on labelled data and write the report."""


@app.command()
def verification(
    pairs: Annotated[Path, typer.Option(help="Pairs file in LFW's format.")],
    root: Annotated[Path, typer.Option(help="Folder with NAME/NAME_0001.jpg.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for verification.json and verification.html.")
    ] = None,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="Average each embedding with its mirror image's.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="About how many pairs to use.")] = None,
    resize: Annotated[
        int, typer.Option(min=0, max=4096, help="Grow smaller pictures to this side; 0: never.")
    ] = 250,
    name: Annotated[str, typer.Option(help="What the data is called in the report.")] = "",
    detector: Annotated[str | None, typer.Option(help="Detector's model id.")] = None,
    embedder: Annotated[str | None, typer.Option(help="Embedder's model id.")] = None,
    replicates: Annotated[
        int, typer.Option(min=20, max=10_000, help="Bootstrap draws behind the intervals.")
    ] = 500,
    write_table: Annotated[
        bool, typer.Option("--write-table", help="Keep the error rates in the model catalogue.")
    ] = False,
    table_dir: Annotated[
        Path | None, typer.Option(help="Keep them in this folder instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Run a verification protocol and compare every two pictures of it."""
    from evaluation.page import write_report
    from evaluation.report import to_json
    from evaluation.run import VerificationRun, run_verification

    with errors_reported(as_json):
        run = VerificationRun(
            pairs,
            root,
            data_name=name,
            resize_px=resize,
            limit=limit,
            mirror=mirror,
            detector_id=detector,
            embedder_id=embedder,
            replicates=replicates,
        )
        with counting("pictures") as start:
            result, table = run_verification(run, start)
        if out is not None:
            note(f"report: {write_report(result, out)[1]}")
        if write_table or table_dir is not None:
            note(f"error rates: {table.write(table_dir)}")
        emit(to_json(result), as_json, _as_text)


@app.command()
def pad(
    manifest: Annotated[
        Path, typer.Option(help="CSV: path,label[,attack,source,context,clip]; live or spoof.")
    ],
    root: Annotated[Path, typer.Option(help="Folder that the paths are below.")],
    out: Annotated[Path | None, typer.Option(help="Folder for pad.json and pad.html.")] = None,
    name: Annotated[str, typer.Option(help="What the data is called in the report.")] = "",
    passive: Annotated[str | None, typer.Option(help="Passive model's id.")] = None,
    replicates: Annotated[
        int, typer.Option(min=20, max=10_000, help="Bootstrap draws behind the intervals.")
    ] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Measure attack detection on pictures and clips, in the terms of ISO/IEC 30107-3."""
    from evaluation.pad.page import write_report
    from evaluation.pad.report import to_json
    from evaluation.pad.run import PadRun, run_pad

    with errors_reported(as_json):
        run = PadRun(manifest, root, data_name=name, passive_id=passive, replicates=replicates)
        with counting("presentations") as start:
            result, loso = run_pad(run, start)
        if out is not None:
            note(f"report: {write_report(result, out, loso)[1]}")
        emit(to_json(result, loso), as_json, pad_as_text)


@app.command()
def deepfake(
    manifest: Annotated[
        Path, typer.Option(help="CSV: path,label[,attack,source,context,clip]; real or fake.")
    ],
    root: Annotated[Path, typer.Option(help="Folder that the paths are below.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for deepfake.json and deepfake.html.")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="File that keeps answers on the way; go on with it.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the data is called in the report.")] = "",
    model: Annotated[str | None, typer.Option(help="Frame model's id.")] = None,
    replicates: Annotated[
        int, typer.Option(min=20, max=10_000, help="Bootstrap draws behind the intervals.")
    ] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Measure the check for forgery on pictures and clips, by source and method."""
    from evaluation.deepfake.page import write_report
    from evaluation.deepfake.report import to_json
    from evaluation.deepfake.run import ForgeryRun, run_forgery

    with errors_reported(as_json):
        run = ForgeryRun(manifest, root, name, model, answers, replicates)
        with counting("files") as start:
            report = run_forgery(run, start)
        if out is not None:
            note(f"report: {write_report(report, out)[1]}")
        emit(to_json(report), as_json, report_as_text)


@app.command()
def injection(
    clips: Annotated[
        list[Path], typer.Argument(help="Two genuine clips or more, of one face each.")
    ],
    seed: Annotated[int | None, typer.Option(help="Draws the attacks; the kit's own.")] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Judge as a caller's clip, by its looks as well.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Inject genuine clips in every way of the attack kit and count what gets through."""
    from evaluation.injection.command import InjectionRun, run_injection
    from evaluation.injection.run import SEED

    with errors_reported(as_json):
        run = InjectionRun(tuple(clips), SEED if seed is None else seed, is_whole=whole)
        with counting("streams") as start:
            report = run_injection(run, start)
        emit(report.to_plain(), as_json, kit_as_text)


@app.command()
def flow(
    clip: Annotated[Path, typer.Option(help="What a fixed camera saw.")],
    scene: Annotated[Path, typer.Option(help="TOML: [[zone]], [[line]] and [[mask]] in shares.")],
    truth: Annotated[
        Path | None, typer.Option(help="CSV of stays counted by hand: zone,enter_s,leave_s.")
    ] = None,
    fps: Annotated[float, typer.Option(min=0.2, max=30, help="Frames a second looked at.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Count people in a clip, as a box does, and compare with counts made by hand."""
    from cli.flow import count_clip, flow_as_text
    from evaluation.flow.comparison import compare
    from evaluation.flow.report import to_json
    from evaluation.flow.scene_file import read_scene
    from evaluation.flow.truth import read_truth

    with errors_reported(as_json):
        known = None if truth is None else read_truth(truth)
        count = count_clip(clip, read_scene(scene), fps)
        comparison = None if known is None else compare(known, count.stays)
        emit(to_json(count, comparison), as_json, flow_as_text)


def _as_text(report: Mapping[str, Any]) -> str:
    low, high = report["accuracy_interval"]
    lines = [
        f"{report['data']}",
        f"model               {report['model']} (terms: {report['model_terms']})",
        f"accuracy            {report['accuracy']:.2%}  (95 %: {low:.2%} to {high:.2%}), "
        f"{report['pairs']} pairs, {report['folds']} folds",
    ]
    for fmr, tar in report["tar_at_fmr"].items():
        low, high = report["tar_at_fmr_interval"][fmr]
        lines.append(f"TAR at FMR {fmr}     {tar:.2%}  (95 %: {low:.2%} to {high:.2%})")
    lines += [
        f"no face found       {report['failures_to_acquire']} pictures, "
        f"{report['failures_to_acquire_pairs']} pairs",
        f"INCONCLUSIVE        {report['inconclusive']} pairs "
        f"({report['inconclusive'] / report['pairs']:.2%})",
        f"all impostor pairs  {report['all_pairs']['impostor_pairs']:,}, "
        f"genuine {report['all_pairs']['genuine_pairs']:,}",
    ]
    lines += [
        f"  FMR {row['fmr']:.0e}  threshold {row['threshold']:.4f}  FNMR {row['fnmr']:.2%}"
        for row in report["all_pairs"]["rows"]
    ]
    lines += ["what this cannot carry:", *(f"  - {limit}" for limit in report["limits"])]
    return "\n".join(lines)
