import json
import re
from pathlib import Path

import numpy as np
import pytest

from evaluation.discard import discard_curve, discard_rows, pair_quality
from evaluation.face_set import FaceSet
from evaluation.page import to_html, write_report
from evaluation.protocol import PairProtocol
from evaluation.report import rate_key, to_json
from evaluation.verification import VerificationResult, evaluate, outcomes_at
from tests.support.synthetic_people import draw_vectors

PEOPLE, EACH = 60, 3


@pytest.fixture(scope="module")
def result() -> VerificationResult:
    vectors, subject_of = draw_vectors(PEOPLE, EACH, noise=0.7, seed=8)
    first = np.arange(0, PEOPLE * EACH, EACH)
    genuine = np.stack([first, first + 1], 1)
    impostor = np.stack([first, np.roll(first, 1)], 1)
    is_found = np.ones(len(vectors), np.bool_)
    is_found[1] = False
    quality = np.full(len(vectors), 80, np.float32)
    quality[1], quality[first[5]] = np.nan, 10
    vectors[1] = 0
    protocol = PairProtocol(
        tuple(Path(f"{i}.jpg") for i in range(len(vectors))),
        subject_of,
        np.concatenate([genuine, impostor]),
        np.repeat([True, False], PEOPLE),
        np.tile(np.repeat(np.arange(5), PEOPLE // 5), 2),
    )
    return evaluate(
        protocol,
        FaceSet(vectors, is_found, quality),
        min_quality=30,
        data="synthetic <people>",
        replicates=100,
        facts={"model": "toy <model>"},
    )


def test_the_keys_that_checks_read_are_there(result: VerificationResult) -> None:
    report = json.loads(json.dumps(to_json(result), allow_nan=False))
    assert report["pairs"] == 120
    assert report["failures_to_acquire"] == 1
    assert report["failures_to_acquire_pairs"] == 1
    # Picture first[5] is in one genuine and two impostor pairs.
    assert (report["inconclusive"], report["inconclusive_genuine"]) == (3, 1)
    assert 0.9 < report["accuracy"] <= 1
    assert set(report["tar_at_fmr"]) == {"1e-2", "1e-3", "1e-4"}
    assert report["model"] == "toy <model>"
    low, high = report["accuracy_interval"]
    assert low <= report["accuracy"] <= high


def test_all_pairs_leave_out_pictures_without_a_face(result: VerificationResult) -> None:
    pictures = PEOPLE * EACH - 1
    own = (PEOPLE - 1) * 3 + 1
    assert result.all_pairs.table.genuine_pairs == own
    assert result.all_pairs.table.impostor_pairs == pictures * (pictures - 1) // 2 - own


def test_intervals_hold_the_rates(result: VerificationResult) -> None:
    assert result.all_pairs.rows
    for row in result.all_pairs.rows:
        assert row.fmr_interval.low <= row.fmr <= row.fmr_interval.high
        assert row.threshold_interval.low <= row.threshold <= row.threshold_interval.high


def test_callers_outcomes_add_up(result: VerificationResult) -> None:
    counts = outcomes_at(result, 1e-2)
    assert {name: sum(kinds.values()) for name, kinds in counts.items()} == {
        "genuine": 60,
        "impostor": 60,
    }
    assert counts["genuine"]["refused"] == 1
    assert counts["genuine"]["INCONCLUSIVE"] == 1


def test_a_stricter_quality_limit_leaves_more_pairs_open(result: VerificationResult) -> None:
    rows = discard_rows(result, threshold=0.5)
    counts = [row.inconclusive for row in rows]
    assert counts == sorted(counts)
    by_limit = {row.min_quality: row for row in rows}
    # Quality is 80 but for one picture of 10, which is in three pairs.
    assert by_limit[10].inconclusive == 0
    assert by_limit[30].inconclusive == result.pairs.inconclusive == 3


def test_leaving_out_the_worst_pairs_leaves_the_other_errors(result: VerificationResult) -> None:
    shares, fnmrs = discard_curve(result, threshold=0.5)
    genuine = result.protocol.is_genuine & ~np.isnan(pair_quality(result))
    misses = result.pairs.similarities[genuine] < 0.5
    assert shares[0] == 0
    assert fnmrs[0] == pytest.approx(misses.mean())
    worst = int(np.argmin(pair_quality(result)[genuine]))
    assert fnmrs[1] == pytest.approx(np.delete(misses, worst).mean())


def test_the_page_needs_nothing_but_itself(result: VerificationResult) -> None:
    page = to_html(result)
    assert page.count("<svg") == page.count("</svg>") == 5
    assert "toy &lt;model&gt;" in page
    assert "<script" not in page
    assert "<img" not in page
    addresses = set(re.findall(r"https?://[^\s\"'<]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    targets = set(re.findall(r'(?:url\(|href=")#([^)"]+)', page))
    assert targets <= set(ids)


def test_the_page_says_what_the_figures_cannot_carry(result: VerificationResult) -> None:
    page = to_html(result)
    for words in ("mixed in sex, age and origin", "support false match rates down to", "wrong"):
        assert words in page


def test_both_files_are_written_and_the_same_twice(
    result: VerificationResult, tmp_path: Path
) -> None:
    json_path, html_path = write_report(result, tmp_path / "new" / "folder")
    assert json.loads(json_path.read_text())["pairs"] == 120
    first = html_path.read_text()
    write_report(result, tmp_path / "new" / "folder")
    assert html_path.read_text() == first


def test_rates_are_keyed_as_people_write_them() -> None:
    assert [rate_key(rate) for rate in (1e-3, 0.01, 2.5e-5)] == ["1e-3", "1e-2", "2.5e-5"]
