import json
import re
from pathlib import Path

import pytest

from evaluation.pad.loso import LosoTable
from evaluation.pad.manifest import Presentation
from evaluation.pad.page import to_html, write_report
from evaluation.pad.report import to_json
from evaluation.pad.result import PadResult, evaluate_pad
from tests.support.pad_rows import LIVE, SPOOF, UNSURE, Rows


def test_the_keys_that_checks_read_are_there(result: PadResult, loso: LosoTable) -> None:
    report = json.loads(json.dumps(to_json(result, loso), allow_nan=False))
    assert set(report["sources"]) == {"seen", "new", "masks"}
    new = report["sources"]["new"]
    assert (new["live"], new["spoof"], new["trained_on"]) == (50, 60, False)
    assert new["bpcer"] == pytest.approx(2 / 40)
    assert new["apcer"] == {"print": 0, "screen": pytest.approx(8 / 40)}
    assert new["inconclusive_live"] == 0
    assert new["inconclusive_spoof"] == pytest.approx(4 / 60)
    assert 0.7 < new["auc"] < 1
    assert report["sources"]["seen"]["trained_on"] is True
    assert report["worst_apcer"] == pytest.approx(8 / 40)
    assert report["worst"]["source"] == "new"
    assert report["worst"]["species"] == "screen"
    assert report["leave_one_source_out"]["sources"]["elsewhere"]["auc"] == 0.97


def test_a_source_of_one_class_has_no_area(result: PadResult) -> None:
    masks = json.loads(json.dumps(to_json(result)))["sources"]["masks"]
    assert masks["auc"] is None
    assert masks["bpcer"] is None
    assert masks["inconclusive_live"] is None
    assert masks["apcer"] == {"mask": 0}


def test_no_response_is_in_no_error_rate(result: PadResult) -> None:
    (new,) = [source for source in result.sources if source.name == "new"]
    assert new.live.bpnrr.value == pytest.approx(10 / 50)
    assert new.live.bpcer.total == 40
    assert result.no_response == {"NO_FACE": 10}


def test_an_unsure_answer_is_no_error_and_stands_beside(rows: Rows) -> None:
    rows.add(10, "s", "", UNSURE, 0.5)
    rows.add(10, "s", "screen", UNSURE, 0.5)
    report = to_json(rows.result())
    assert report["worst_apcer"] == 0
    (source,) = rows.result().sources
    assert source.live.bpcer.value == 0
    assert source.live.accepted.value == 0
    assert source.live.inconclusive.value == source.attacks.inconclusive.value == 1


def test_every_answer_is_in_exactly_one_share(result: PadResult) -> None:
    for source in result.sources:
        for one in source.species:
            assert one.apcer.count + one.detected.count + one.inconclusive.count == one.apcer.total
            assert one.apcer.total + one.apnrr.count == one.attacks
        live = source.live
        assert live.bpcer.count + live.accepted.count + live.inconclusive.count == live.bpcer.total


def test_intervals_hold_the_shares(result: PadResult) -> None:
    for one in result.species:
        for share in (one.apcer, one.detected, one.inconclusive):
            assert share.interval is not None
            assert share.value is not None
            assert share.interval.low <= share.value <= share.interval.high


def test_a_species_of_one_source_is_drawn_within_it(result: PadResult) -> None:
    """Drawn by source, the one source came every time: an interval of no width."""
    (printed,) = [one for one in result.species if one.species == "print"]
    (own,) = [one for source in result.sources for one in source.species if one.species == "print"]
    assert printed.apcer.interval == own.apcer.interval
    assert printed.apcer.interval is not None
    assert printed.apcer.interval.high < 0.5


def test_unseen_sources_stand_in_the_page_with_their_mean(
    result: PadResult, loso: LosoTable
) -> None:
    section = to_html(result, loso).split("had not seen</h2>")[1].split("<h2>")[0]
    assert "<td>elsewhere</td>" in section
    assert "0.9700" in section
    assert "2.00%" in section
    assert section.index("<td>mean</td>") > section.index("<td>seen</td>")
    assert "has no leave-one-source-out table" in to_html(result)


def test_live_people_alone_have_no_apcer(rows: Rows) -> None:
    rows.add(10, "s", "", LIVE, 0.9)
    report = to_json(rows.result())
    assert report["worst_apcer"] is None
    assert report["worst"] is None
    assert report["mean_auc"] is None
    assert "No attack was answered" in to_html(rows.result())


def test_attacks_alone_have_no_bpcer(rows: Rows) -> None:
    rows.add(10, "s", "print", SPOOF, 0.1)
    rows.add(1, "s", "print", LIVE, 0.9)
    report = json.loads(json.dumps(to_json(rows.result()), allow_nan=False))
    assert report["worst_apcer"] == pytest.approx(1 / 11)
    assert report["overall"]["bpcer"] is None


def test_nothing_but_silence_can_be_reported(rows: Rows) -> None:
    rows.add(3, "s", "print", None, 0)
    rows.add(3, "s", "", None, 0)
    report = json.loads(json.dumps(to_json(rows.result()), allow_nan=False))
    assert report["worst_apcer"] is None
    assert report["sources"]["s"]["apnrr"] == {"print": 1}
    assert "<svg" in to_html(rows.result())


def test_each_presentation_needs_its_answer() -> None:
    with pytest.raises(ValueError, match="1 presentations and 0 answers"):
        evaluate_pad([Presentation(Path("a"), True, "", "s")], [])


def test_the_page_needs_nothing_but_itself(result: PadResult, loso: LosoTable) -> None:
    page = to_html(result, loso)
    assert page.count("<svg") == page.count("</svg>") == 4
    assert "toy &lt;model&gt;" in page
    assert "<script" not in page
    assert "<img" not in page
    addresses = set(re.findall(r"https?://[^\s\"'<]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', page)) <= set(ids)


def test_the_worst_rate_is_the_headline(result: PadResult) -> None:
    page = to_html(result)
    head = page.index("Worst APCER")
    assert head < page.index("<table")
    assert "20.00%" in page[head : head + 80]
    assert "INCONCLUSIVE" in page[head : head + 400]


def test_the_page_says_what_the_figures_cannot_carry(result: PadResult, loso: LosoTable) -> None:
    page = to_html(result, loso)
    for words in (
        "trained on 1 of the 3 sources here (seen)",
        "Of masks there are scores of one class only",
        "mask of masks (5)",
        "no certification",
        "never saw that source",
    ):
        assert words in page


def test_no_people_appear_in_the_report_files(
    result: PadResult, loso: LosoTable, tmp_path: Path
) -> None:
    for path in write_report(result, tmp_path / "new" / "folder", loso):
        assert "person-" not in path.read_text()


def test_both_files_are_written_and_the_same_twice(result: PadResult, tmp_path: Path) -> None:
    json_path, html_path = write_report(result, tmp_path, None)
    first = json_path.read_text(), html_path.read_text()
    write_report(result, tmp_path, None)
    assert (json_path.read_text(), html_path.read_text()) == first
