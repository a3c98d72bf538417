"""The report on forgeries: what was answered, by source, by method and by kind of file."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evaluation.deepfake.answers import ForgeryAnswer
from evaluation.deepfake.groups import AnsweredTable, GroupResult
from evaluation.manifest import LabelledFile
from evaluation.shares import REPLICATES, SEED

PICTURES, CLIPS = "pictures", "clips"


@dataclass(frozen=True, slots=True, eq=False)
class ForgeryReport:
    """All that a report is made of.

    methods: fakes of one method against the genuine files of the sources that they are from.
    kinds: pictures and clips, as far as there are any. left_out: files that the model learned
    from, by source. silence, reasons: counts by code, of non-responses and of first reasons.
    """

    sources: tuple[GroupResult, ...]
    methods: tuple[GroupResult, ...]
    kinds: tuple[GroupResult, ...]
    left_out: Mapping[str, int]
    silence: Mapping[str, int]
    reasons: Mapping[str, Mapping[str, int]]
    replicates: int
    seed: int
    facts: Mapping[str, object] = field(default_factory=dict)


def evaluate_forgery(
    rows: Sequence[LabelledFile],
    answers: Sequence[ForgeryAnswer],
    *,
    trained_on: Iterable[str] = (),
    left_out: Mapping[str, int] | None = None,
    replicates: int = REPLICATES,
    seed: int = SEED,
    facts: Mapping[str, object] | None = None,
) -> ForgeryReport:
    """Count everything by source, by method and by kind, with intervals.

    answers: one for each row. trained_on: sources of which the model has seen other files.
    """
    if len(rows) != len(answers):
        raise ValueError(f"{len(rows)} rows and {len(answers)} answers")
    table = AnsweredTable(rows, answers, frozenset(trained_on), replicates, seed)
    kinds = {name: table.of_kind(name == CLIPS) for name in (PICTURES, CLIPS)}
    return ForgeryReport(
        sources=tuple(
            table.group(name, table.of_source(name))
            for name in sorted({row.source for row in rows})
        ),
        methods=tuple(
            table.group(name, table.of_method(name))
            for name in sorted({row.attack for row in rows if not row.is_good})
        ),
        kinds=tuple(table.group(name, chosen) for name, chosen in kinds.items() if chosen.any()),
        left_out=dict(left_out or {}),
        silence=_count(answer.reason for answer in answers if answer.outcome is None),
        reasons={
            label: _count(
                answer.reason
                for row, answer in zip(rows, answers, strict=True)
                if row.is_good is is_good and answer.outcome is not None
            )
            for label, is_good in (("genuine", True), ("fake", False))
        },
        replicates=replicates,
        seed=seed,
        facts=dict(facts or {}),
    )


def _count(codes: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(codes).items(), key=lambda item: (-item[1], item[0])))
