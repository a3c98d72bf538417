"""How a participant attends, as the first message says it."""

from dataclasses import dataclass, field

from liveness.texts import Language
from serving.edge.names import CameraName


@dataclass(frozen=True, slots=True)
class AttendConfig:
    """One of the tokens is not empty. camera: a branch's, None where the client sends pictures.

    camera_label: what the client's camera calls itself.
    """

    attend_token: str = field(default="", repr=False)
    resume_token: str = field(default="", repr=False)
    language: Language = Language.ENGLISH
    camera: CameraName | None = None
    document_by_camera: bool = False
    accessible: bool = False
    camera_label: str = field(default="", repr=False)
    request_id: str = ""
