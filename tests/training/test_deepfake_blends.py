"""Forgeries made of real faces, from a photograph to what the network learns from."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evaluation.pad.manifest import Presentation
from inference.manifest import load_manifest
from inference.store import ModelStore
from media.image import ImageRGB
from media.pictures import encode_png
from training.deepfake_blends import RATIOS, Scene, blend, displace, recolour, rerender, transplant
from training.deepfake_faces import (
    LFW,
    FaceStore,
    Photo,
    gather,
    photos_of_lfw,
    photos_of_sources,
    photos_of_webcams,
)
from training.deepfake_masks import LIPS
from training.deepfake_sources import LANDMARKER_ID, Item
from training.deepfake_views import (
    INPUT_PX,
    MAP_CELLS,
    PairMaker,
    draw_scene,
    film_pair,
)
from training.lfw import half_of
from vision.assembly import FacePipeline
from vision.landmarkers import open_landmarkers


@pytest.fixture(scope="module")
def photos(
    portraits: Mapping[str, ImageRGB], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Photo, ...]:
    folder = tmp_path_factory.mktemp("photos")
    made = []
    for number, (name, portrait) in enumerate(sorted(portraits.items())):
        path = folder / f"{name}.png"
        path.write_bytes(encode_png(portrait))
        made.append(Photo(path, LFW, name, is_held=number == 0))
    blank = folder / "blank.png"
    blank.write_bytes(encode_png(np.full((200, 200, 3), 90, np.uint8)))
    return (*made, Photo(blank, LFW, "nobody", is_held=False))


@pytest.fixture(scope="module")
def store(
    photos: tuple[Photo, ...], pipeline: FacePipeline, tmp_path_factory: pytest.TempPathFactory
) -> FaceStore:
    manifest = load_manifest()
    models, folder = ModelStore(manifest), tmp_path_factory.mktemp("faces")
    models.pull(LANDMARKER_ID)
    with open_landmarkers(models, manifest.bundle(LANDMARKER_ID), 1) as landmarker:
        gather(photos, pipeline.detector, landmarker, folder)
        return gather(photos, pipeline.detector, landmarker, folder)


@pytest.fixture(scope="module")
def scene(store: FaceStore) -> Scene:
    return draw_scene(store.face(1), np.random.default_rng(4))


def test_every_face_is_kept_once_with_its_landmarks(
    store: FaceStore, photos: tuple[Photo, ...]
) -> None:
    assert len(store) == len(photos) - 1
    assert list(store.is_held) == [True] + [False] * (len(store) - 1)
    for number in range(len(store)):
        face = store.face(number)
        x1, y1, x2, y2 = face.box_xyxy
        lips = face.points_xy[list(LIPS)].mean(0)
        assert x1 < lips[0] < x2
        assert (y1 + y2) / 2 < lips[1] < y2
        assert max(face.image.shape) <= 320


def test_halves_hang_on_names_alone(tmp_path: Path) -> None:
    for person in ("Ada", "Bob", "Cyd", "Dan"):
        for number in (1, 2):
            (tmp_path / person).mkdir(exist_ok=True)
            (tmp_path / person / f"{person}_{number:04d}.jpg").touch()
    of_lfw = list(photos_of_lfw(tmp_path))
    assert {photo.group: photo.is_held for photo in of_lfw} == {
        person: half_of(person) == 1 for person in ("Ada", "Bob", "Cyd", "Dan")
    }
    assert len(of_lfw) == 8
    items = [Item(tmp_path / f"{n}.jpg", n % 3 == 0, "camera", "a") for n in range(60)]
    of_sources = list(photos_of_sources(items))
    assert not {photo.path for photo in of_sources} & {i.path for i in items if i.is_fake}
    assert 10 < sum(photo.is_held for photo in of_sources) < 30


def test_a_webcam_is_learned_from_or_judged_never_both(tmp_path: Path) -> None:
    rows = [
        Presentation(tmp_path / f"{source}{n:03d}.jpg", n % 2 == 0, "", source)
        for source in ("jtboing", "suman")
        for n in range(300)
    ]
    photos = list(photos_of_webcams(rows))
    held = {photo.group: photo.is_held for photo in photos}
    assert held == {"jtboing": False, "suman": True}
    assert all(sum(photo.group == name for photo in photos) == 60 for name in held)
    live = {row.path for row in rows if row.is_live}
    assert {photo.path for photo in photos} <= live


def test_a_blend_differs_where_its_mask_says(scene: Scene) -> None:
    outside, inside = [], []
    for seed in range(40):
        made = blend(scene, None, np.random.default_rng(seed))
        if not np.array_equal(made.real, scene.image):
            continue
        change = np.abs(made.fake.astype(np.float64) - made.real).mean(2)
        outside.append(change[made.mask < 0.01].mean())
        inside.append(change[made.mask > 0.9].mean())
    assert len(inside) > 5
    assert np.median(inside) > 3
    # The face around the mask is what changes, in half of the blends.
    assert np.min(outside) < 0.01


def test_a_blend_without_a_share_of_the_copy_is_the_picture(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.deepfake_blends.RATIOS", (0.0,))
    monkeypatch.setattr("training.deepfake_blends.recolour", lambda light, _: light)
    monkeypatch.setattr("training.deepfake_blends.rerender", lambda light, *_: light)
    made = blend(scene, None, np.random.default_rng(2))
    assert np.array_equal(made.fake, scene.image)
    assert max(RATIOS) == 1


def test_another_face_is_laid_over_the_landmarks_in_this_ones_colours(store: FaceStore) -> None:
    here, there = (draw_scene(store.face(n), np.random.default_rng(n)) for n in (1, 2))
    mask = np.zeros(here.image.shape[:2], np.float32)
    low, high = here.points_xy.min(0).astype(int), here.points_xy.max(0).astype(int)
    mask[low[1] : high[1], low[0] : high[0]] = 1
    laid = transplant(here, there, mask)
    assert laid.shape == here.image.shape
    own = here.image[mask > 0.5].mean(0)
    assert laid[mask > 0.5].mean(0) == pytest.approx(own, abs=2)
    itself = transplant(here, here, mask)
    assert np.abs(itself - here.image)[mask > 0.5].mean() < 2


def test_changes_keep_shape_and_stay_small(scene: Scene) -> None:
    light = scene.image.astype(np.float32)
    for seed in range(20):
        chance = np.random.default_rng(seed)
        for changed in (
            recolour(light, chance),
            displace(light, scene.face_px, chance),
            rerender(light, scene.face_px, chance),
        ):
            assert changed.shape == light.shape
            assert np.isfinite(changed).all()
            assert np.abs(changed - light).mean() < 50


def test_a_pair_is_what_the_network_takes(store: FaceStore) -> None:
    maker = PairMaker(store, is_held=False)
    for seed in range(25):
        pair = maker.pair(7, seed)
        assert pair.real.shape == pair.fake.shape == (INPUT_PX, INPUT_PX, 3)
        assert pair.cells.shape == (MAP_CELLS, MAP_CELLS)
        assert 0 <= pair.cells.min() <= pair.cells.max() <= 1 + 1e-6
        assert not np.array_equal(pair.real, pair.fake)


def test_the_seed_alone_decides_a_pair(store: FaceStore) -> None:
    first, second = (PairMaker(store, is_held=False).pair(1, 2) for _ in range(2))
    other = PairMaker(store, is_held=False).pair(1, 3)
    assert np.array_equal(first.fake, second.fake)
    assert np.array_equal(first.cells, second.cells)
    assert not np.array_equal(first.fake, other.fake)


def test_the_cells_are_cut_as_the_faces_are(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.deepfake_views.film", lambda image, _: image)
    for seed in range(10):
        made = blend(scene, None, np.random.default_rng(seed))
        lit = np.repeat((made.mask * 255).astype(np.uint8)[..., None], 3, 2)
        pair = film_pair(
            replace(made, real=lit, fake=lit), scene.face_px, np.random.default_rng(seed)
        )
        step = INPUT_PX // MAP_CELLS
        seen = pair.fake[..., 0].reshape(MAP_CELLS, step, MAP_CELLS, step).mean((1, 3)) / 255
        assert np.abs(seen - pair.cells).max() < 0.12
