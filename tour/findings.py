"""What the tour saw, beside what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen. seen: what came back. promised: what should have. is_kept: whether."""

    subject: str
    seen: str
    promised: str
    is_kept: bool


@dataclass(slots=True)
class Chapter:
    """Findings that belong together; `notes` say what a reader should know beforehand."""

    title: str
    notes: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)

    def check(self, subject: str, seen: str, promised: str, is_kept: bool) -> None:
        """Add a finding."""
        self.findings.append(Finding(subject, seen, promised, is_kept))

    @property
    def is_kept(self) -> bool:
        """Whether every promise of the chapter was kept; one without findings keeps none."""
        return bool(self.findings) and all(finding.is_kept for finding in self.findings)


def print_chapter(chapter: Chapter, console: Console) -> None:
    """Print one chapter as a table."""
    table = Table(title=chapter.title, title_justify="left", title_style="bold", expand=False)
    table.add_column("", no_wrap=True)
    table.add_column("what")
    table.add_column("answer", overflow="fold")
    table.add_column("promised")
    for one in chapter.findings:
        mark = "[green]ok[/]" if one.is_kept else "[bold red]NO[/]"
        table.add_row(mark, one.subject, one.seen, one.promised)
    console.print(table)
    for note in chapter.notes:
        console.print(f"  {note}", style="dim", markup=False, highlight=False)
    console.print()


def count_broken(chapters: Sequence[Chapter]) -> int:
    """Return how many promises were not kept; a chapter without findings counts as one."""
    return sum(
        sum(not one.is_kept for one in chapter.findings) if chapter.findings else 1
        for chapter in chapters
    )
