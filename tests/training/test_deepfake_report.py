"""Calibration, operating point and table of the frame model."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from decision.calibration import Calibration
from decision.fusion import OperatingPoint, Verdict
from training.deepfake_faces import LFW, WEBCAM, Photo
from training.deepfake_judged import Judged, items_to_judge
from training.deepfake_report import (
    BLENDS,
    FITTED,
    Limits,
    Rule,
    Scored,
    clips_toml,
    rule_of,
    rule_toml,
    scored_of,
    table_toml,
)
from training.deepfake_sources import Item, read_items

LIMITS = Limits(max_false_alarms=0.05, max_inconclusive=0.15)


def scored(shift: float = 0.0) -> Scored:
    """Return 100 genuine and 100 forged rows of every source that a rule is fitted on, and clips.

    shift: of the logits of one source's genuine rows.
    """
    chance = np.random.default_rng(1)
    parts = []
    for name in (*FITTED, "clips"):
        genuine = chance.normal(-1 + shift * (name == "webcam"), 1, 100)
        logits = np.concatenate([genuine, chance.normal(1, 1, 100)])
        parts.append(Scored(logits, np.arange(200) >= 100, np.full(200, name)))
    return Scored(
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.is_fake for part in parts]),
        np.concatenate([part.sources for part in parts]),
    )


def test_the_point_keeps_its_limits_on_what_it_was_chosen_on() -> None:
    rows = scored().of(FITTED)
    rule = rule_of(rows, LIMITS, "toy")
    genuine = rows.logits[~rows.is_fake]
    assert rule.says(Verdict.ACCEPT, genuine).mean() <= LIMITS.max_false_alarms
    assert rule.says(Verdict.UNSURE, genuine).mean() == pytest.approx(0.15, abs=0.01)
    assert rule.says(Verdict.ACCEPT, rows.logits[rows.is_fake]).mean() > 0.5
    assert rule.calibration.llr(3) > 0 > rule.calibration.llr(-3)


def test_every_source_counts_the_same_however_many_rows_it_has() -> None:
    rows = scored()
    names = list(FITTED)
    few = rows.only(~((rows.sources == "lfw") & (np.arange(len(rows.logits)) % 2 == 0)))
    all_rows, fewer = (rule_of(each.of(names), LIMITS, "toy").point for each in (rows, few))
    assert fewer.accept_llr == pytest.approx(all_rows.accept_llr, abs=0.3)


def test_a_source_is_judged_without_its_own_rows() -> None:
    """A source that scores high raises the threshold of the others, and not its own."""
    shifted = tomllib.loads(table_toml(scored(shift=3.0), LIMITS, "toy"))
    rows = {row["name"]: row for row in shifted["source"]}
    assert rows["webcam"]["genuine_called_fake"] > 0.5
    assert rows["lfw"]["genuine_called_fake"] < 0.05


def test_a_table_has_every_source_with_intervals() -> None:
    table = tomllib.loads(table_toml(scored(), LIMITS, "toy"))
    assert table["model"] == "toy"
    assert [row["name"] for row in table["source"]] == sorted((*FITTED, "clips"))
    for row in table["source"]:
        assert row["auc_low"] < row["auc"] < row["auc_high"]
        for kind in ("genuine", "fake"):
            decided = row[f"{kind}_called_fake"] + row[f"{kind}_called_inconclusive"]
            assert 0 <= decided <= 1


def test_what_is_shipped_says_what_it_was_measured_on() -> None:
    rule = Rule(Calibration(0.5, 0.1, -3.0, 3.0, "toy: 3 for"), OperatingPoint(1.5, 0.25))
    shipped = tomllib.loads(rule_toml(rule, LIMITS, "abc"))
    assert shipped["weights_sha256"] == "abc"
    assert Calibration.from_plain(shipped["calibration"]) == rule.calibration
    assert shipped["operating_point"] == {
        "fake_llr": 1.5,
        "genuine_llr": 0.25,
        "max_false_alarm_rate": 0.05,
        "max_inconclusive_rate": 0.15,
    }


def test_a_clip_counts_once_and_what_shows_no_face_not_at_all() -> None:
    items = tuple(Item(Path(f"{n}.mp4"), n == 1, "camera", "clips") for n in range(3))
    sides = np.array([2, 3, 2])
    pixels = np.arange(3 * int((sides**2).sum()), dtype=np.uint8)
    judged = Judged(np.array([0, 0, 1]), items, sides, pixels)
    assert judged.faces(4).shape == (3, 4, 4, 3)
    means = judged.means(np.array([1.0, 2.0, 5.0]))
    assert means[:2].tolist() == [1.5, 5.0]
    rows = scored_of(judged, means, {BLENDS: np.array([-1.0, -2.0, 3.0, 4.0])})
    assert rows.logits.tolist() == [1.5, 5.0, -1.0, -2.0, 3.0, 4.0]
    assert rows.is_fake.tolist() == [False, True, False, False, True, True]
    assert rows.names == (BLENDS, "clips")


def test_clips_are_measured_together_and_by_frames() -> None:
    clips = [("a", False), ("a", True), ("b", True), ("c", False)]
    items = tuple(Item(Path(f"{n}.mp4"), fake, "x", name) for n, (name, fake) in enumerate(clips))
    items += (Item(Path("p.jpg"), True, "x", "a"),)
    takes = np.array([0, 0, 1, 1, 2, 3, 4])
    judged = Judged(takes, items, np.full(7, 2), np.zeros(84, np.uint8))
    table = tomllib.loads(clips_toml(judged, np.array([0.0, 2.0, 3.0, 1.0, 5.0, 9.0, -9.0])))
    assert (table["clips"]["genuine"], table["clips"]["fake"]) == (1, 2)
    assert table["clips"]["auc"] == 1.0
    assert table["clips"]["frame_auc"] == pytest.approx(5 / 6, abs=1e-4)


def test_nothing_that_taught_is_judged(tmp_path: Path) -> None:
    (tmp_path / "talking" / "grid").mkdir(parents=True)
    (tmp_path / "talking" / "grid" / "a.mpg").touch()
    (tmp_path / "talking" / "grid" / "a.txt").touch()
    labelled = [Item(tmp_path / f"{n}.jpg", n == 3, "camera", "portraits") for n in range(4)]
    photos = [Photo(tmp_path / f"{n}.jpg", "portraits", str(n), n == 1) for n in range(3)]
    photos += [Photo(tmp_path / f"l{n}.jpg", LFW, str(n), n == 1) for n in range(2)]
    photos += [Photo(tmp_path / f"w{n}.jpg", WEBCAM, str(n), n == 1) for n in range(2)]
    items = items_to_judge(labelled, photos, tmp_path / "talking")
    assert {item.path.name for item in items} == {"1.jpg", "3.jpg", "l1.jpg", "w1.jpg", "a.mpg"}
    taught = {photo.path for photo in photos if not photo.is_held}
    assert not taught & {item.path for item in items}
    assert items[-1].source == "talking/grid"
    assert items[-1].is_clip


def test_a_manifest_with_other_labels_is_refused(tmp_path: Path) -> None:
    manifest = tmp_path / "images.csv"
    manifest.write_text("path,label,attack,source\na.jpg,real,camera,x\nb.mp4,fake,swap,y\n")
    items = read_items(manifest, tmp_path)
    assert [(item.is_fake, item.method, item.source, item.is_clip) for item in items] == [
        (False, "camera", "x", False),
        (True, "swap", "y", True),
    ]
    manifest.write_text("path,label,attack,source\na.jpg,live,,x\n")
    with pytest.raises(ValueError, match="live"):
        read_items(manifest, tmp_path)
