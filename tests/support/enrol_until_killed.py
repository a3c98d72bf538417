"""Enrols one new subject after the other and says each name once it is acknowledged.

Run as a process of its own by the crash test, which kills it.
"""

import sys
from pathlib import Path

from base.clock import SystemClock
from base.ids import GalleryName
from cli.pipeline import open_face_pipeline
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.crypto.keyring import Keyring
from serving.crypto.master import make_master_key
from serving.galleries.service import GalleryService
from serving.galleries.settings import GallerySettings
from serving.storage.database import DATABASE_FILE, Database
from tests.support.galleries import lenient, shots
from tour import photographs

DELETE_EVERY = 5


def main(data_dir: Path, round_name: str) -> None:
    """Enrol for ever; every fifth subject is deleted again."""
    with open_face_pipeline() as pipeline:
        database = Database.open_file(data_dir / DATABASE_FILE)
        keyring = Keyring(make_master_key(data_dir / "master.key"))
        audit = AuditLog(database, keyring, SystemClock(), data_dir / "audit")
        settings = GallerySettings(snapshot_dir=data_dir / "snapshots", snapshot_every=3)
        service = GalleryService(
            database, keyring, lenient(pipeline), audit, SystemClock(), settings
        )
        caller, gallery = Caller.local("bank-a"), GalleryName("bank-a", "staff")
        portrait = photographs.people()[0].portrait
        for number, picture in enumerate(shots(portrait)):
            name = gallery.subject(f"{round_name}-{number}")
            print(f"try {name.subject}", flush=True)
            service.enrol_subject(caller, name, [picture], display_name="Somebody")
            print(f"enrolled {name.subject}", flush=True)
            if number % DELETE_EVERY == DELETE_EVERY - 1:
                print(f"try-delete {name.subject}", flush=True)
                service.delete_subject(caller, name)
                print(f"deleted {name.subject}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
