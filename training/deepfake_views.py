"""From faces in the store to pairs of crops, one real and one forged, as the network sees them."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from deepfake.face_crop import CROP_FACTOR, crop_window, fit
from media.image import ImageRGB
from training.deepfake_blends import ANCHORS, OTHER_PERSON, Blend, Scene, blend
from training.deepfake_cameras import film
from training.deepfake_faces import LFW, WEBCAM, FaceStore, RealFace
from training.deepfake_masks import OVAL
from vision.geometry import Floats

INPUT_PX = 160
MAP_CELLS = 10
ROOM = 1.6
"""Side of a scene, in longer sides of the face's box."""
FACE_PX = (80, 250)
_CANDIDATES = 24
SHARES = {LFW: 0.42, "ciplab": 0.24, "stylegan2_ffhq": 0.2, WEBCAM: 0.14}


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """real, fake: (INPUT_PX, INPUT_PX, 3). cells: (MAP_CELLS, MAP_CELLS) share that is forged."""

    real: ImageRGB
    fake: ImageRGB
    cells: npt.NDArray[np.float32]


class PairMaker:
    """Makes pairs of the faces of one half; the seed alone decides what a pair shows."""

    def __init__(self, store: FaceStore, is_held: bool, is_filmed: bool = True) -> None:
        self._store = store
        self._is_filmed = is_filmed
        self._pools = {
            name: np.flatnonzero((store.sources == name) & (store.is_held == is_held))
            for name in SHARES
        }
        self._shapes = _normalised(store.points)

    def pair(self, *seed: int) -> Pair:
        """Return one pair."""
        chance = np.random.default_rng(seed)
        names = [name for name in SHARES if len(self._pools[name])]
        shares = np.array([SHARES[name] for name in names])
        pool = self._pools[names[int(chance.choice(len(names), p=shares / shares.sum()))]]
        number = int(chance.choice(pool))
        scene = draw_scene(self._store.face(number), chance)
        other = None
        if chance.random() < OTHER_PERSON:
            other = draw_scene(self._store.face(self._alike(number, pool, chance)), chance)
        made = blend(scene, other, chance)
        return film_pair(made, scene.face_px, chance, self._is_filmed)

    def _alike(self, number: int, pool: npt.NDArray[np.int64], chance: np.random.Generator) -> int:
        some = chance.choice(pool, _CANDIDATES)
        others = some[self._store.groups[some] != self._store.groups[number]]
        if not len(others):
            return number
        apart = np.abs(self._shapes[others] - self._shapes[number]).mean((1, 2))
        return int(others[int(np.argmin(apart))])


def draw_scene(face: RealFace, chance: np.random.Generator) -> Scene:
    """Return a face in a square, at a size, tilt and side that chance chooses."""
    box = face.box_xyxy
    native_px = float(max(box[2] - box[0], box[3] - box[1]))
    top_px = min(native_px * 1.1, FACE_PX[1])
    low_px = min(max(FACE_PX[0], top_px / 2), top_px)
    face_px = float(np.exp(chance.uniform(np.log(low_px), np.log(top_px))))
    scale = face_px / native_px
    image, points = face.image, face.points_xy
    if scale < 0.75:
        image = np.asarray(
            cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
        points, box, scale = points * scale, box * scale, 1.0
    side = round(ROOM * face_px)
    way = cv2.getRotationMatrix2D(
        (float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2), chance.normal(0, 7), scale
    )
    way[:, 2] = way[:, 2] + side / 2 - (box[:2] + box[2:]) / 2
    if chance.random() < 0.5:
        way = np.array([[-1, 0, side - 1], [0, 1, 0]]) @ np.vstack([way, [0, 0, 1]])
    how = cv2.INTER_CUBIC if chance.random() < 0.5 else cv2.INTER_LINEAR
    drawn = cv2.warpAffine(image, way, (side, side), flags=how, borderMode=cv2.BORDER_REPLICATE)
    moved = points @ way[:, :2].T + way[:, 2]
    return Scene(np.asarray(drawn, np.uint8), np.asarray(moved, np.float32), face_px)


def film_pair(
    made: Blend, face_px: float, chance: np.random.Generator, is_filmed: bool = True
) -> Pair:
    """Take pictures of both halves with one camera, and cut the face out of both alike."""
    seed, real, fake = int(chance.integers(2**62)), made.real, made.fake
    if is_filmed:
        real, fake = (film(half, np.random.default_rng(seed)) for half in (real, fake))
    scale = real.shape[0] / made.real.shape[0]
    middle = made.real.shape[0] / 2 + chance.normal(0, 0.04, 2) * face_px
    half = np.exp(chance.normal(0, 0.08)) * face_px / 2
    box = np.concatenate([middle - half, middle + half]).astype(np.float32)
    window = crop_window(box * scale, (real.shape[1], real.shape[0]), CROP_FACTOR)
    mask = cv2.resize(made.mask, (real.shape[1], real.shape[0]), interpolation=cv2.INTER_LINEAR)
    x1, y1, x2, y2 = window.xyxy
    cut = np.ascontiguousarray(mask[max(y1, 0) : y2, max(x1, 0) : x2])
    cells = cv2.resize(cut, (MAP_CELLS, MAP_CELLS), interpolation=cv2.INTER_AREA)
    return Pair(
        np.ascontiguousarray(fit(window.cut(real), INPUT_PX)),
        np.ascontiguousarray(fit(window.cut(fake), INPUT_PX)),
        np.asarray(cells, np.float32),
    )


def _normalised(points: Floats) -> Floats:
    """Return landmarks (N, K, 2) without place and size, so that faces can be compared."""
    some = points[:, list(ANCHORS)]
    spread = np.ptp(points[:, list(OVAL), 1], axis=1)
    return np.asarray((some - some.mean(1, keepdims=True)) / spread[:, None, None], np.float32)
