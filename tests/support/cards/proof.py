"""How many cards of a set are read right, and how long that takes beside RapidOCR alone."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidocr import RapidOCR

from media.image import ImageRGB
from tests.support.cards.sets import CardCase, expected_fields
from vision.documents.assembly import DocumentReader


@dataclass(slots=True)
class Report:
    """What came out of a set. wrong: values that are not what stands there, by field."""

    cards: int = 0
    number_right: int = 0
    all_right: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    reading_s: float = 0.0
    timed_s: float = 0.0
    alone_s: float = 0.0

    @property
    def time_ratio(self) -> float:
        """Time of a reading over that of RapidOCR alone, on the pictures that both read."""
        return self.timed_s / self.alone_s

    def lines(self, name: str) -> str:
        """Say it to people."""
        ratio = f", {self.time_ratio:.2f} of RapidOCR alone" if self.alone_s else ""
        return (
            f"{name}: {self.cards} cards, number right {self.number_right}, all fields right "
            f"{self.all_right}, missing {dict(self.missing)}, wrong {dict(self.wrong)}, "
            f"outcomes {dict(self.outcomes)}, {self.reading_s / self.cards:.2f} s a card{ratio}"
        )


def measure(
    reader: DocumentReader, cases: Iterable[CardCase], alone: RapidOCR | None = None, each: int = 5
) -> Report:
    """Read a set. alone: timed on both pictures of every `each`-th card, in turn with ours."""
    report = Report()
    for case in cases:
        started = time.perf_counter()
        reading = reader.read(case.front, case.back)
        took_s = time.perf_counter() - started
        expected = expected_fields(case.holder)
        values = {name: reading.value(name) for name in expected}
        faults = {name for name in expected if values[name] != expected[name]}
        report.missing.update(name for name in faults if values[name] is None)
        report.wrong.update(name for name in faults if values[name] is not None)
        report.number_right += "number" not in faults
        report.all_right += not faults
        report.outcomes[reading.decision.outcome.value] += 1
        report.reading_s += took_s
        if alone is not None and report.cards % each == 0:
            report.timed_s += took_s
            report.alone_s += _time_s(alone, case.front) + _time_s(alone, case.back)
        report.cards += 1
    return report


def open_alone(threads: int = 1) -> RapidOCR:
    """Return RapidOCR as it comes, on so many threads."""
    return RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "Global.log_level": "error",
        }
    )


def _time_s(alone: RapidOCR, picture: ImageRGB) -> float:
    picture_bgr = picture[:, :, ::-1].copy()
    started = time.perf_counter()
    alone(picture_bgr)
    return time.perf_counter() - started
