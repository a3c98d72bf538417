import re
import tomllib
from pathlib import Path

import pytest

from tests.support.source_tree import ROOT, tracked_files

PAGES = sorted(path for path in tracked_files() if path.suffix == ".md")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


def test_every_page_of_docs_can_be_reached_from_the_index() -> None:
    linked = set(LINK.findall((ROOT / "docs/index.md").read_text()))
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert pages <= linked


def test_the_changelog_describes_the_version_that_is_built() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$",
                          (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)  # fmt: skip
    assert released[0] == version


def test_every_package_is_on_the_index() -> None:
    index = (ROOT / "docs/index.md").read_text()
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    for package in packages - {"tests", "cli", "tour", "training", "branch_edge"}:
        assert f"`{package}/`" in index


def test_every_word_of_the_glossary_is_explained_once() -> None:
    text = (ROOT / "docs/glossary.md").read_text()
    words = re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \|", text, re.MULTILINE)
    names = [word for word, _ in words]
    assert len(names) > 30
    assert len(names) == len(set(names))
    assert all(meaning.strip() for _, meaning in words)
