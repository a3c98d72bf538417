"""One verification run, from files to a result."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from decision.rates import ErrorRateTable
from evaluation.pictures import Progress, read_faces
from evaluation.pipeline import OpenPipeline, core_count, open_pipeline
from evaluation.protocol import PairProtocol, load_protocol
from evaluation.verification import REPLICATES, SEED, VerificationResult, evaluate
from inference.operating_points import OperatingPoints, write_operating_points

RESIZE_PX = 250  # The side that LFW's pictures had when its results were published.


@dataclass(frozen=True, slots=True)
class VerificationRun:
    """What to measure on.

    data_name: what the pictures are called in the report; the folder's name by default.
    resize_px: pictures whose longer side is smaller grow to it, bicubic; 0 for none.
    limit: about how many of the protocol's pairs, None for all.
    """

    pairs_file: Path
    root: Path
    data_name: str = ""
    resize_px: int = RESIZE_PX
    limit: int | None = None
    mirror: bool = False
    detector_id: str | None = None
    embedder_id: str | None = None
    replicates: int = REPLICATES
    seed: int = SEED


def run_verification(
    run: VerificationRun, start_progress: Callable[[int], Progress] = lambda _: lambda _: None
) -> tuple[VerificationResult, "TableWriter"]:
    """Read every picture once, score the pairs, and return what to report.

    start_progress: called with the number of pictures; what it returns, with 1 for each.
    Raises InvalidArgumentError and whatever opening the models raises.
    """
    protocol = load_protocol(run.pairs_file, run.root, run.limit)
    with open_pipeline(
        detector_id=run.detector_id, embedder_id=run.embedder_id, mirror=run.mirror
    ) as opened:
        started = time.monotonic()
        faces = read_faces(
            protocol.paths,
            opened.pipeline.analyzer,
            # One more than there are cores, so that decoding fills what waiting leaves.
            workers=core_count() + 1,
            min_side_px=run.resize_px,
            progress=start_progress(len(protocol.paths)),
        )
        reading_s = time.monotonic() - started
        min_quality = opened.pipeline.matcher.min_quality
    data = _describe_data(run, opened, protocol)
    facts = {
        "model": opened.pipeline.embedding_model_id,
        "model_sha256": opened.embedder.sha256,
        "model_terms": opened.embedder.terms,
        "detector": opened.detector.id,
        "variant": opened.variant,
        "data": data,
        "resize_px": run.resize_px,
        "limit": run.limit,
        "reading_s": round(reading_s, 1),
        "ms_per_picture": round(1000 * reading_s / len(protocol.paths), 2),
    }
    result = evaluate(
        protocol,
        faces,
        min_quality=min_quality,
        data=data,
        replicates=run.replicates,
        seed=run.seed,
        facts=facts,
    )
    return result, TableWriter(opened, result.all_pairs.table)


@dataclass(frozen=True, slots=True)
class TableWriter:
    """Puts a measured table into the catalogue, or elsewhere."""

    opened: OpenPipeline
    table: ErrorRateTable

    def write(self, folder: Path | None = None) -> Path:
        """Write the model's operating points and return the file's path.

        folder: where to; by default the catalogue that ships with the manifest.
        """
        points = OperatingPoints(
            variant=self.opened.variant,
            data=self.table.data,
            model_sha256=self.opened.embedder.sha256,
            impostor_pairs=self.table.impostor_pairs,
            genuine_pairs=self.table.genuine_pairs,
            similarities=self.table.similarities,
            fmrs=self.table.fmrs,
            fnmrs=self.table.fnmrs,
        )
        folder = folder or self.opened.manifest_root / "operating_points"
        return write_operating_points(folder, self.opened.embedder.id, points)


def _describe_data(run: VerificationRun, opened: OpenPipeline, protocol: PairProtocol) -> str:
    name = run.data_name or run.root.resolve().name
    size = f", grown to {run.resize_px} px" if run.resize_px else ""
    return (
        f"{name}: {len(protocol.paths)} pictures of {protocol.subject_count} people{size}; "
        f"faces by {opened.detector.id}; pairs mixed in sex, age and origin"
    )
