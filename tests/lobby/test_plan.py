"""The file of branches and directory is read strictly."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from base.errors import RulesInvalidError
from base.ids import GalleryName
from lobby.plan import DirectoryKind, DirectoryPlan, LobbyPlan, read_plan
from lobby.visit_limits import VisitLimits

BRANCH = '[[branch]]\ntenant = "bank"\nid = "main"\ntime_zone = "Asia/Shanghai"\n'


def plan(text: str, folder: Path) -> LobbyPlan:
    path = folder / "lobby.toml"
    path.write_text(text)
    return read_plan(path)


def test_a_plan_is_read_whole(tmp_path: Path) -> None:
    text = (
        'rules = "rules.toml"\n'
        "[visits]\nrejoin_seconds = 120\nstranger_fmr = 1e-6\n"
        '[directory]\nkind = "csv"\nfile = "people.csv"\ncache_seconds = 60\n'
        + BRANCH
        + 'display_name = "Main branch"\ngalleries = ["customers"]\nwatchlists = ["wanted"]\n'
        "target_fpir = 0.001\n"
    )
    found = plan(text, tmp_path)
    assert found.rules_path == tmp_path / "rules.toml"
    assert found.directory == DirectoryPlan(DirectoryKind.CSV, tmp_path / "people.csv", cache_s=60)
    assert found.visits == VisitLimits(rejoin_s=120)
    assert found.stranger_fmr == 1e-6
    (branch,) = found.branches
    assert (branch.display_name, branch.time_zone) == ("Main branch", ZoneInfo("Asia/Shanghai"))
    assert branch.galleries == (GalleryName("bank", "customers"),)
    assert branch.watchlists == (GalleryName("bank", "wanted"),)
    assert found.find("bank", "main") is branch
    assert found.find("other", "main") is None


def test_a_branch_alone_is_enough(tmp_path: Path) -> None:
    found = plan(BRANCH, tmp_path)
    assert found.directory.kind is DirectoryKind.NONE
    assert found.rules_path is None
    assert found.visits == VisitLimits()


def test_an_address_that_holds_a_customer_key_stays_out_of_what_is_printed(
    tmp_path: Path,
) -> None:
    url = 'kind = "http"\nurl = "https://crm.bank.test/v1?key=abc"\n'
    assert "abc" not in repr(plan(f"{BRANCH}[directory]\n{url}", tmp_path))


WRONG = [
    ("", 0, r"branch: is missing; expected tables, each begun by \[\[branch\]\]"),
    (BRANCH + BRANCH, 7, "another branch of the tenant is called main"),
    (BRANCH.replace("Asia", "Mars"), 4, "'Mars/Shanghai' is no time zone"),
    (BRANCH.replace("Asia/Shanghai", "../x"), 4, "is no time zone"),
    (BRANCH + "target_fpir = 2", 5, "expected a number from 1e-06 to 0.5, got 2"),
    (BRANCH + 'galleries = ["A b"]', 5, "galleries: the gallery is not a valid id"),
    (BRANCH + 'galleries = ["a"]\nwatchlists = ["a"]', 6, "a is among the galleries as well"),
    (BRANCH + "gallery = []", 5, "did you mean galleries"),
    (BRANCH + '[directory]\nkind = "ldap"', 6, "expected none, csv, http"),
    (BRANCH + '[directory]\nkind = "csv"', 5, "file: is missing"),
    (BRANCH + '[directory]\nkind = "csv"\nfile = "a"\nurl = "b"', 8, "no such key here"),
    (BRANCH + '[directory]\nkind = "http"\nurl = "http://crm.bank.test"', 7, "expected an https"),
    (BRANCH + '[directory]\nkind = "http"\nurl = "https://a:b@c"', 7, "no password"),
    (BRANCH + "[visits]\nrejoin_second = 3", 6, "did you mean rejoin_seconds"),
    (BRANCH + "[visits]\ngone_after_seconds = 9", 5, "expected at most gone_after_seconds"),
    ("rule = 'x'\n" + BRANCH, 1, "did you mean rules"),
]


@pytest.mark.parametrize(("text", "line", "what"), WRONG, ids=[what for _, _, what in WRONG])
def test_what_is_wrong_is_told_with_its_line(
    text: str, line: int, what: str, tmp_path: Path
) -> None:
    with pytest.raises(RulesInvalidError, match=what) as caught:
        plan(text, tmp_path)
    assert caught.value.metadata.get("line", "0") == str(line)
