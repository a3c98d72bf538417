import json
import re

import pytest

from evaluation.deepfake.page import to_html, write_report
from evaluation.deepfake.report import to_json
from evaluation.deepfake.result import ForgeryReport, evaluate_forgery
from tests.support.forgery_rows import FAKE, GENUINE, UNSURE, ForgeryRows, labelled


def plain(report: ForgeryReport) -> dict[str, dict[str, dict[str, object]]]:
    loaded: dict[str, dict[str, dict[str, object]]] = json.loads(
        json.dumps(to_json(report), allow_nan=False)
    )
    return loaded


def test_the_keys_that_checks_read_are_there(report: ForgeryReport) -> None:
    found = plain(report)
    assert set(found["sources"]) == {"seen", "films", "faces"}
    seen = found["sources"]["seen"]
    assert (seen["genuine"], seen["fake"], seen["trained_on"]) == (60, 50, True)
    assert seen["false_alarms"] == pytest.approx(1 / 50)
    assert seen["inconclusive_genuine"] == pytest.approx(4 / 50)
    assert seen["missed"] == pytest.approx(10 / 50)
    assert seen["no_response_genuine"] == pytest.approx(10 / 60)
    assert found["sources"]["films"]["trained_on"] is False
    for key in ("auc", "frame_auc", "eer"):
        value = seen[key]
        assert isinstance(value, float)
        assert 0 <= value <= 1
    assert set(found["methods"]) == {"splice", "swap", "lips", "gan"}
    assert set(found["kinds"]) == {"pictures", "clips"}


def test_a_source_of_one_class_has_no_area(report: ForgeryReport) -> None:
    faces = plain(report)["sources"]["faces"]
    assert (faces["auc"], faces["eer"], faces["false_alarms"]) == (None, None, None)
    assert faces["caught"] == 1


def test_a_method_is_told_from_the_genuine_files_of_its_sources(report: ForgeryReport) -> None:
    methods = plain(report)["methods"]
    assert (methods["swap"]["genuine"], methods["swap"]["fake"]) == (8, 6)
    assert methods["swap"]["sources"] == ["films"]
    assert methods["swap"]["auc"] == 1
    assert methods["gan"]["auc"] is None
    lips, swap = methods["lips"]["auc"], methods["swap"]["auc"]
    assert isinstance(lips, float)
    assert isinstance(swap, float)
    assert lips < swap


def test_frames_of_a_clip_are_drawn_together(rows: ForgeryRows) -> None:
    """Two clips of 200 frames drawn by frame gave an interval of no width."""
    rows.add(2, "s", "", GENUINE, 0.4, frames=200)
    rows.add(2, "s", "swap", FAKE, 0.6, frames=200)
    area = rows.report().sources[0].frame_auc
    assert area is not None
    whole = rows.report().sources[0].auc
    assert whole is not None
    assert area.value < 1
    assert area.interval.low <= area.value <= area.interval.high


def test_every_answer_is_in_exactly_one_share(report: ForgeryReport) -> None:
    for group in (*report.sources, *report.methods, *report.kinds):
        for one in (group.genuine, group.fakes):
            counts = (one.fake.count, one.inconclusive.count, one.genuine.count, one.silent.count)
            assert sum(counts) == one.count


def test_an_unsure_answer_is_no_error_and_stands_beside(rows: ForgeryRows) -> None:
    rows.add(10, "s", "", UNSURE, 0.5)
    rows.add(10, "s", "swap", UNSURE, 0.5)
    source = plain(rows.report())["sources"]["s"]
    assert source["false_alarms"] == source["missed"] == source["caught"] == 0
    assert source["inconclusive_genuine"] == source["inconclusive_fake"] == 1


def test_nothing_but_silence_can_be_reported(rows: ForgeryRows) -> None:
    rows.add(3, "s", "swap", None, 0)
    rows.add(3, "s", "", None, 0)
    found = plain(rows.report())
    assert found["sources"]["s"]["no_response_fake"] == 1
    assert rows.report().silence == {"NO_FACE": 6}
    assert "<svg" in to_html(rows.report())


def test_each_row_needs_its_answer() -> None:
    with pytest.raises(ValueError, match="1 rows and 0 answers"):
        evaluate_forgery([labelled("a")], [])


def test_the_page_needs_nothing_but_itself(report: ForgeryReport) -> None:
    page = to_html(report)
    assert page.count("<svg") == page.count("</svg>") == 4
    assert "toy &lt;model&gt;" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "person-1" not in page
    addresses = set(re.findall(r"https?://[^\s\"'<]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', page)) <= set(ids)


def test_the_page_says_what_the_figures_cannot_carry(report: ForgeryReport) -> None:
    page = to_html(report)
    assert page.index("Pictures: AUC") < page.index("Clips: AUC") < page.index("<table")
    for words in (
        "left out: 3 of seen",
        "Of seen the model has seen other genuine files",
        "Of faces there are scores of one class only",
        "Few fakes of a method",
    ):
        assert words in page


def test_what_is_written_is_what_is_reported(
    report: ForgeryReport, tmp_path_factory: pytest.TempPathFactory
) -> None:
    json_path, html_path = write_report(report, tmp_path_factory.mktemp("report") / "new")
    assert json.loads(json_path.read_text("utf-8")) == plain(report)
    assert html_path.read_text("utf-8") == to_html(report)
