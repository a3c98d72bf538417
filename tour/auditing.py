"""The chapter about the audit log: it adds up, and a forged copy does not."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from serving.storage.database import DATABASE_FILE
from tour.findings import Chapter


def check_audit(data_dir: Path) -> Chapter:
    """Verify the log of the tour by the command line, then a copy with one line changed."""
    chapter = Chapter(
        "The log shows tampering",
        ("The forged copy has one line changed by somebody who may write to the database.",),
    )
    report = verify_log(data_dir)
    chapter.check("the log of this tour", say_report(report), "adds up", report["intact"] is True)
    with tempfile.TemporaryDirectory(prefix="smartbranch-forged-") as folder:
        copy = Path(folder) / "data"
        copy_data(data_dir, copy)
        forge_line(copy)
        forged = verify_log(copy)
    is_found = forged["intact"] is False
    chapter.check("a forged copy", say_report(forged), "does not add up", is_found)
    return chapter


def verify_log(data_dir: Path) -> dict[str, Any]:
    """Return what `smartbranch audit verify --json` says about a data folder."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", "audit", "verify", "--json"],
        env=dict(os.environ) | {"SMARTBRANCH_DATA_DIR": str(data_dir)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stdout or "{}")
    return {"intact": None} | report


def say_report(report: dict[str, Any]) -> str:
    """Return the report in words."""
    if report["intact"]:
        return f"{report['lines']} lines, all in order"
    broken = report.get("first_broken")
    if broken is None:
        return f"not checked: {report.get('error')}"
    return f"line {broken['line']}: {broken['problem']}"


def copy_data(source: Path, target: Path) -> None:
    """Copy a data folder whose database is in use."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{DATABASE_FILE}*"))
    with (
        closing(sqlite3.connect(source / DATABASE_FILE)) as live,
        closing(sqlite3.connect(target / DATABASE_FILE)) as copy,
    ):
        live.backup(copy)


def forge_line(data_dir: Path) -> None:
    """Change one line of the audit log, as somebody could who may write to the database."""
    with closing(sqlite3.connect(data_dir / DATABASE_FILE)) as database, database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(
            "UPDATE audit SET actor = 'somebody-else' WHERE rowid = (SELECT min(rowid) FROM audit)"
        )
