"""What one attendance is to do, and from where it goes on."""

from dataclasses import dataclass, field

from kyc.case import Findings
from kyc.policy import Product
from kyc.states import Role, State
from liveness.texts import Language


@dataclass(frozen=True, slots=True, repr=False)
class AttendancePlan:
    """One participant's part of a case.

    steps: what the policy leads the role through, in order. state: where the participant stands;
    CREATED for somebody who comes for the first time. findings, sealed: what an earlier attendance
    wrote down. document_by_camera: whether documents are held up to the camera. camera_label: what
    the client's camera calls itself.
    """

    product: Product
    role: Role
    steps: tuple[State, ...]
    state: State = State.CREATED
    findings: Findings = field(default_factory=Findings)
    sealed: bytes = b""
    accessible: bool = False
    document_by_camera: bool = False
    camera_label: str = ""
    language: Language = Language.ENGLISH

    def __repr__(self) -> str:
        return f"AttendancePlan({self.product.id}, {self.role.value}, {self.state.value})"
