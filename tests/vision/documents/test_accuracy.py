"""The proof behind docs/documents.md; `make document-proof` prints what it measures."""

import pytest

from tests.support.cards.disturbing import STRONG
from tests.support.cards.proof import Report, measure, open_alone
from tests.support.cards.sets import make_cases
from vision.documents.assembly import DocumentReader

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

# No card of these seeds was looked at while the reader was made.
MILD_SEED, STRONG_SEED = 20261, 20262


@pytest.fixture(scope="module")
def mild(document_reader: DocumentReader) -> Report:
    document_reader.warm_up()
    return measure(document_reader, make_cases(MILD_SEED, 200), open_alone())


def test_mildly_disturbed_cards_are_read_right(
    mild: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print("\n" + mild.lines("mild"))
    assert mild.cards == 200
    assert mild.number_right >= 0.98 * mild.cards
    assert mild.all_right >= 0.92 * mild.cards


def test_reading_takes_at_most_1_4_times_what_text_alone_takes(mild: Report) -> None:
    assert mild.time_ratio <= 1.4


def test_no_number_of_a_strongly_disturbed_card_is_read_wrong(
    document_reader: DocumentReader, capsys: pytest.CaptureFixture[str]
) -> None:
    report = measure(document_reader, make_cases(STRONG_SEED, 60, STRONG))
    with capsys.disabled():
        print("\n" + report.lines("strong"))
    assert report.wrong["number"] == 0
