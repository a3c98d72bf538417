"""Something that a rule would tell, before it is known whether it was told already."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from base.ids import SubjectName
from lobby.rules.rule import Rule
from lobby.seen import CameraRef
from lobby.visit import Visit, ZonePlace


@dataclass(frozen=True, slots=True)
class Cue:
    """What would be told. code: of the reason. subject_key: as in the alert.

    cooldown_key: the same thing over several visits. is_once: whether the same subject is told of
    once only, however long it goes on.
    """

    rule: Rule
    code: str
    facts: Mapping[str, str]
    subject_key: str
    cooldown_key: str
    visit: Visit | None = None
    camera: CameraRef | None = None
    zone: str = ""
    face_at: datetime | None = None
    is_once: bool = False


def place_key(place: ZonePlace) -> str:
    """Return the key of a zone: `{device}/{camera}/{zone}`."""
    return f"{place.camera}/{place.zone}"


def person_key(visit: Visit, subject: SubjectName | None = None) -> str:
    """Return the key of a person over several visits, of the visit if it is not known who."""
    subject = subject or visit.identity.subject
    return str(subject) if subject is not None else visit.id
