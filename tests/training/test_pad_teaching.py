"""What is learned from photographs, and what the trials say of a recipe."""

from functools import partial

import numpy as np
import pytest

from training.pad_fit import Column, Table
from training.pad_loso import Labelled, Limits, leave_out
from training.pad_material import Material
from training.pad_teaching import head_of, joined_unseen, probe_unseen
from training.pad_trials import CHANGES, SPOILT, line

SOURCES = ("a", "b", "c")
EACH = 60


@pytest.fixture
def material() -> Material:
    """Three sources: the first feature tells the classes apart, the second the sources."""
    chance = np.random.default_rng(6)
    sources = np.repeat(SOURCES, EACH)
    is_live = np.tile([True, False], len(sources) // 2)

    def table(live: Column | np.ndarray) -> Table:
        noise = chance.normal(0, 0.5, (len(live), 2))
        return np.asarray(noise + np.column_stack([live, np.zeros(len(live))]), np.float32)

    judged = table(is_live * 2.0)
    judged[:, 1] += np.repeat([0, 3, -3], EACH)
    photographs = [table(np.full(40, value)) for value in (2.0, 0.0)]
    return Material(
        labelled=Labelled(is_live, sources),
        judged=judged,
        whole=judged,
        teaching=(judged, judged + np.float32(0.1)),
        live=(photographs[0],),
        screens=(photographs[1],),
        probe=judged,
        baseline=np.asarray(judged[:, 0] - 1, np.float64),
        trunk=b"",
    )


def test_a_head_learns_from_every_view_and_from_photographs(material: Material) -> None:
    head = head_of(material, np.ones(len(material.judged), np.bool_))
    assert head.weights[0] > 3 * abs(head.weights[1])
    assert head.logits(material.live[0]).mean() > 0 > head.logits(material.screens[0]).mean()


def test_photographs_count_as_much_as_they_are_given(material: Material) -> None:
    """With screens and photographs swapped, a larger share spoils what is learned."""
    labelled = material.labelled
    swapped = Material(
        **{
            name: getattr(material, name)
            for name in Material.__dataclass_fields__
            if name not in ("live", "screens")
        },
        live=material.screens,
        screens=material.live,
    )
    weights = [
        head_of(swapped, np.ones(len(labelled.is_live), np.bool_), share).weights[0]
        for share in (0.0, 0.5, 5.0)
    ]
    assert weights == sorted(weights, reverse=True)


def test_baselines_are_scored_on_sources_that_they_did_not_see(material: Material) -> None:
    labelled = material.labelled
    unseen = leave_out(labelled, partial(head_of, material)).score(labelled, material.judged)
    for logits in (probe_unseen(material), joined_unseen(material, unseen)):
        for source in SOURCES:
            own = labelled.of(source)
            live, spoof = logits[own & labelled.is_live], logits[own & ~labelled.is_live]
            assert (live[:, None] > spoof).mean() > 0.9


def test_a_trial_tells_areas_and_rates(material: Material) -> None:
    heads = leave_out(material.labelled, partial(head_of, material))
    unseen = heads.score(material.labelled, material.judged)
    said = line("as made up", material.labelled, unseen, Limits(0.1, 0.1))
    assert said.startswith("as made up")
    words = said.replace("|", "").split()
    auc, worst = float(words[words.index("auc") + 1]), float(words[words.index("worst") + 1])
    assert 0.9 < worst <= auc <= 1
    assert float(words[words.index("caught") + 1]) > 0.5


@pytest.mark.parametrize("name", [*CHANGES, *SPOILT])
def test_a_spoilt_face_is_still_a_face_of_its_size(name: str) -> None:
    change = {**CHANGES, **SPOILT}[name]
    face = np.random.default_rng(7).integers(0, 256, (320, 320, 3), np.uint8)
    spoilt = change(face, np.random.default_rng(8))
    assert spoilt.shape == face.shape
    assert spoilt.dtype == np.uint8
    assert not np.array_equal(spoilt, face)
