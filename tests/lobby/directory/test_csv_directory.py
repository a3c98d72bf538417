import os
from pathlib import Path

import pytest

from base.errors import DirectoryInvalidError, DirectoryUnavailableError
from lobby.directory.csv_directory import CsvDirectory

CUSTOMERS = """subject,name,tier,language,relationship_manager,needs,offers
li,Li Na,private,zh-CN,Mr Wu,mortgage|travel card,deposit
ortega,Ana Ortega,,es,,,
"""
APPOINTMENTS = """subject,start_time,about,with_whom
li,2026-11-24T15:00:00+08:00,later,Mr Wu
li,2026-11-24T09:30:00+08:00,mortgage,Mr Wu
"""


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS)
    return path


def replace_text(path: Path, text: str) -> None:
    """Write with another time, however coarse the file system's clock."""
    path.write_text(text)
    facts = path.stat()
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1_000_000_000))


def test_a_customer_is_found_with_appointments_in_order(customers: Path, tmp_path: Path) -> None:
    (tmp_path / "appointments.csv").write_text(APPOINTMENTS)
    directory = CsvDirectory(customers, tmp_path / "appointments.csv", "bank")
    found = directory.find("bank", "li")
    assert found is not None
    assert (found.display_name, found.tier, found.language) == ("Li Na", "private", "zh-CN")
    assert found.needs == ("mortgage", "travel card")
    assert [one.subject for one in found.appointments] == ["mortgage", "later"]
    assert "Li Na" not in repr(found)
    assert directory.find("bank", "nobody") is None


def test_another_tenant_has_no_such_customer(customers: Path) -> None:
    assert CsvDirectory(customers, None, "bank").find("other", "li") is None


def test_rows_say_whose_they_are_where_there_are_several_tenants(customers: Path) -> None:
    with pytest.raises(DirectoryInvalidError, match="tenant is missing"):
        CsvDirectory(customers).find("bank", "li")


def test_a_change_is_read_and_a_mistake_leaves_what_was_there(
    customers: Path, caplog: pytest.LogCaptureFixture
) -> None:
    directory = CsvDirectory(customers, None, "bank")
    assert directory.find("bank", "ortega") is not None
    replace_text(customers, CUSTOMERS.replace("ortega,Ana Ortega", "ortega,Ana Maria Ortega"))
    found = directory.find("bank", "ortega")
    assert found is not None
    assert found.display_name == "Ana Maria Ortega"
    replace_text(customers, "subject,name\nli,Li Na,too much\n")
    for _ in range(2):
        assert directory.find("bank", "ortega") == found
    assert len(caplog.records) == 1
    assert "line 2" in caplog.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "first line"),
        ("subject\nli\n", "first line"),
        ("subject,name,salary\nli,Li,9\n", "first line"),
        ("subject,name\nli,\n", "line 2: display_name"),
        ("subject,name\n,Li\n", "line 2: the subject is missing"),
        ("subject,name\nli,Li\nli,Li\n", "line 3: the subject is there a second time"),
        ('subject,name\nli,"Li', "line"),
        ("subject,name,needs\nli,Li," + "|".join("abc" * 9 for _ in range(21)) + "\n", "needs"),
    ],
    ids=["empty", "no name", "unknown column", "blank", "no subject", "twice", "quote", "needs"],
)
def test_a_wrong_file_is_told_with_its_line(customers: Path, text: str, told: str) -> None:
    customers.write_text(text)
    with pytest.raises(DirectoryInvalidError, match=told):
        CsvDirectory(customers, None, "bank").find("bank", "li")


def test_a_time_without_a_zone_is_refused(customers: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("subject,start_time\nli,2026-11-24T15:00:00\n")
    with pytest.raises(DirectoryInvalidError, match="start_time"):
        CsvDirectory(customers, tmp_path / "a.csv", "bank").find("bank", "li")


def test_a_file_that_is_gone_is_a_directory_that_is_down(customers: Path) -> None:
    directory = CsvDirectory(customers, None, "bank")
    assert directory.find("bank", "li") is not None
    customers.unlink()
    with pytest.raises(DirectoryUnavailableError):
        directory.find("bank", "li")
    customers.write_text(CUSTOMERS)
    assert directory.find("bank", "li") is not None


def test_what_is_wrong_with_a_file_is_known_before_anybody_is_asked_for(customers: Path) -> None:
    """The log alone said it, at the next visit; the console showed a directory that answers."""
    directory = CsvDirectory(customers, None, "bank")
    assert directory.problem is None
    replace_text(customers, "subject,salary\n")
    problem = directory.problem
    assert problem is not None
    assert problem.code == "DIRECTORY_INVALID"
    assert problem.text.startswith("customers.csv: expected a first line")
    assert directory.find("bank", "li") is not None
    assert directory.problem == problem
    replace_text(customers, CUSTOMERS)
    assert directory.problem is None
    customers.unlink()
    assert directory.problem is not None


def test_a_forgotten_customer_is_not_told_any_more(customers: Path) -> None:
    directory = CsvDirectory(customers, None, "bank")
    assert directory.find("bank", "li") is not None
    assert directory.forget("bank", "li") == 1
    assert directory.find("bank", "li") is None
    assert directory.forget("bank", "li") == 0
