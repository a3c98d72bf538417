"""RapidOCR behind `TextReader`: PP-OCR finds lines, tells which way up they are and reads them."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from base.errors import InferenceFailedError, ModelDisagreesError
from inference.store import ModelStore
from media.image import ImageRGB
from vision.documents.text import TextLine
from vision.documents.text_decoding import decode_line
from vision.geometry import Floats
from vision.lazy import Lazy

FINDER, READER, TURNER = "ppocr-text-finder", "ppocr-text-reader", "ppocr-text-turner"

# The longer side that lines are looked for at; RapidOCR's own rule enlarges a card's shorter side
# to 736. docs/documents.md says what other sides cost.
FIND_SIDE_PX = 960
# What the recogniser is fed: 48 rows, and never fewer columns than it was trained with room for.
_ROWS_PX, _MIN_COLUMNS_PX, _MAX_COLUMNS_PX = 48, 160, 2400
_MAX_LINES = 80
_TURNED_LINES = 6
_PROOF = "SB 2468"


@dataclass(frozen=True, slots=True)
class TextWeights:
    """Verified files of PP-OCR."""

    finder: Path
    reader: Path
    turner: Path


@dataclass(frozen=True, slots=True)
class _Networks:
    finder: Any
    reader: Any
    turner: Any
    letters: Sequence[str]


class RapidTextReader:
    """Reads Chinese and Latin text; implements TextReader; the models open on first use.

    find_weights: called once. threads: of one run of one model. use_cuda: on the GPU, where ONNX
    Runtime has one.
    """

    def __init__(
        self, find_weights: Callable[[], TextWeights], threads: int = 1, use_cuda: bool = False
    ) -> None:
        self._networks = Lazy(lambda: _open(find_weights(), threads, use_cuda))

    @property
    def model_ids(self) -> tuple[str, ...]:
        """The catalogue's ids of the models in use."""
        return FINDER, READER, TURNER

    def find(self, image: ImageRGB) -> Sequence[Floats]:
        """Return where lines of text are, from above to below. Raises InferenceFailedError."""
        found = _run(FINDER, lambda: self._networks.get().finder(_to_bgr(image)))
        if found.boxes is None:
            return ()
        return [np.asarray(quad, np.float32) for quad in found.boxes[:_MAX_LINES]]

    def upside_down_share(self, image: ImageRGB, quads: Sequence[Floats]) -> float:
        """Return how much of the text stands on its head, in [0, 1]; 0 where there is none."""
        widest = sorted(quads, key=_length_px, reverse=True)[:_TURNED_LINES]
        if not widest:
            return 0.0
        crops = [_to_bgr(cut_line(image, quad)) for quad in widest]
        said = _run(TURNER, lambda: self._networks.get().turner(crops)).cls_res
        votes = [score if label == "180" else 1 - score for label, score in said]
        return float(np.mean(votes))

    def read_at(self, image: ImageRGB, quads: Sequence[Floats]) -> tuple[TextLine, ...]:
        """Read the lines at these places, in their order; an empty text is nothing legible.

        Raises InferenceFailedError.
        """
        return tuple(self._read(image, quad) for quad in quads[:_MAX_LINES])

    def warm_up(self) -> None:
        """Open the models and let them prove themselves. Raises ModelDisagreesError."""
        picture = np.full((64, 320, 3), 255, np.uint8)
        cv2.putText(picture, _PROOF, (30, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (0, 0, 0), 3)
        lines = self.read_at(picture, self.find(picture))
        text = "".join(line.text for line in lines).replace(" ", "")
        if text != _PROOF.replace(" ", ""):
            raise ModelDisagreesError(
                f"{READER} reads {text!r} where {_PROOF!r} is drawn", model=READER
            )

    def _read(self, image: ImageRGB, quad: Floats) -> TextLine:
        networks = self._networks.get()
        tensor, share = prepare_line(cut_line(image, quad))
        scores = _run(READER, lambda: networks.reader(tensor))[0]
        return decode_line(scores, networks.letters, quad, share)


def open_text_reader(
    store: ModelStore, threads: int = 1, use_cuda: bool = False
) -> RapidTextReader:
    """Return a reader over verified weights, which open when they are first needed."""

    def find_weights() -> TextWeights:
        return TextWeights(*(store.path(model_id) for model_id in (FINDER, READER, TURNER)))

    return RapidTextReader(find_weights, threads, use_cuda)


def cut_line(image: ImageRGB, quad: Floats) -> ImageRGB:
    """Cut one line out and lay it flat."""
    top, right, foot, left = (
        float(np.hypot(*(quad[(side + 1) % 4] - quad[side]))) for side in range(4)
    )
    size = max(round(max(top, foot)), 1), max(round(max(left, right)), 1)
    flat = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    warp = cv2.getPerspectiveTransform(quad.astype(np.float32), flat)
    cut = cv2.warpPerspective(
        image, warp, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, np.uint8)


def prepare_line(line: ImageRGB) -> tuple[Floats, float]:
    """Return the reader's (1, 3, 48, W) in [-1, 1], BGR, and the share of W that is the line."""
    height, width = line.shape[:2]
    columns = int(np.clip(np.ceil(width * _ROWS_PX / height), 8, _MAX_COLUMNS_PX))
    sized = cv2.resize(line, (columns, _ROWS_PX), interpolation=cv2.INTER_LINEAR)
    padded = np.zeros((1, 3, _ROWS_PX, max(columns, _MIN_COLUMNS_PX)), np.float32)
    padded[0, :, :, :columns] = sized[:, :, ::-1].transpose(2, 0, 1) / np.float32(127.5) - 1
    return padded, columns / padded.shape[3]


def _length_px(quad: Floats) -> float:
    return float(np.linalg.norm(quad[1] - quad[0]))


def _to_bgr(image: ImageRGB) -> Any:
    return np.ascontiguousarray(image[:, :, ::-1])


def _run(model_id: str, infer: Callable[[], Any]) -> Any:
    try:
        return infer()
    except Exception as error:
        # Neither RapidOCR's errors nor ONNX Runtime's have a parent but Exception.
        raise InferenceFailedError(f"{model_id} failed on a picture", model=model_id) from error


_BUILDING = threading.Lock()


def _open(weights: TextWeights, threads: int, use_cuda: bool) -> _Networks:
    # Half a second to import; what reads no documents does not pay for it.
    from rapidocr import RapidOCR
    from rapidocr.ch_ppocr_cls import TextClassifier
    from rapidocr.ch_ppocr_det import TextDetector
    from rapidocr.ch_ppocr_rec import TextRecognizer

    params: dict[str, Any] = {
        "Global.log_level": "error",
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "EngineConfig.onnxruntime.use_cuda": use_cuda,
        "Det.model_path": str(weights.finder),
        "Rec.model_path": str(weights.reader),
        "Cls.model_path": str(weights.turner),
        "Det.limit_type": "max",
        "Det.limit_side_len": FIND_SIDE_PX,
    }
    with _BUILDING:
        config = RapidOCR(params=params).cfg
        for part in (config.Det, config.Rec, config.Cls):
            part.engine_cfg = config.EngineConfig.onnxruntime
            part.model_root_dir = config.Global.model_root_dir
        config.Rec.font_path = None
        reader = TextRecognizer(config.Rec)
        return _Networks(
            finder=TextDetector(config.Det),
            reader=reader.session,
            turner=TextClassifier(config.Cls),
            letters=tuple(reader.postprocess_op.character),
        )
