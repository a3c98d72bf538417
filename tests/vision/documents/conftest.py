"""Readers and specimens for the tests of documents."""

import os
from datetime import UTC, datetime

import pytest

from inference.manifest import load_manifest
from inference.store import ModelStore
from tests.support.cards.people import TODAY
from tour.cards.fonts import chinese_fonts
from vision.documents.assembly import DocumentReader
from vision.documents.finding import find_card
from vision.documents.rapid_text import RapidTextReader, open_text_reader


class FixedClock:
    """Says the day on which the specimens were issued for."""

    def now(self) -> datetime:
        return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture(scope="session")
def text_reader() -> RapidTextReader:
    return open_text_reader(ModelStore(load_manifest()))


@pytest.fixture(scope="session")
def document_reader(text_reader: RapidTextReader) -> DocumentReader:
    """A reader whose day is that of the specimens; the Chinese ones need a font."""
    if not chinese_fonts():
        message = "there is no Chinese font; apt-get install fonts-wqy-microhei"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return DocumentReader(text_reader, find_card, clock=FixedClock())
