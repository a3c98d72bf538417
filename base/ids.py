"""Identifiers and resource names (AIP-122): `tenants/{t}/galleries/{g}/subjects/{s}`."""

import re
import secrets
from dataclasses import dataclass

from base.errors import InvalidResourceNameError

_ID = re.compile(r"[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?")
ID_RULE = "1 to 63 of a-z, 0-9, '.', '_', '-', beginning and ending with a letter or digit"


def new_id(prefix: str) -> str:
    """Return an id that nobody can guess, such as `req-4f1d...` (128 random bits)."""
    return f"{prefix}-{secrets.token_hex(16)}"


def check_id(value: str, what: str) -> str:
    """Return `value` if it is a valid id; `what` names it in the error.

    Raises InvalidResourceNameError.
    """
    if not _ID.fullmatch(value):
        raise InvalidResourceNameError(
            f"the {what} is not a valid id; expected {ID_RULE}", field=what
        )
    return value


def is_id(value: str) -> bool:
    """Return whether `value` is a valid id."""
    return _ID.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class GalleryName:
    """`tenants/{tenant}/galleries/{gallery}`."""

    tenant: str
    gallery: str

    def __post_init__(self) -> None:
        check_id(self.tenant, "tenant")
        check_id(self.gallery, "gallery")

    def __str__(self) -> str:
        return f"tenants/{self.tenant}/galleries/{self.gallery}"

    @classmethod
    def parse(cls, name: str) -> "GalleryName":
        """Read a resource name. Raises InvalidResourceNameError."""
        parts = name.split("/")
        if len(parts) != 4 or parts[0] != "tenants" or parts[2] != "galleries":
            raise InvalidResourceNameError(
                "expected a name like tenants/{tenant}/galleries/{gallery}", field="gallery"
            )
        return cls(parts[1], parts[3])

    def subject(self, subject: str) -> "SubjectName":
        """Return the name of one subject of this gallery."""
        return SubjectName(self.tenant, self.gallery, subject)


@dataclass(frozen=True, slots=True)
class SubjectName:
    """`tenants/{tenant}/galleries/{gallery}/subjects/{subject}`."""

    tenant: str
    gallery: str
    subject: str

    def __post_init__(self) -> None:
        GalleryName(self.tenant, self.gallery)
        check_id(self.subject, "subject")

    def __str__(self) -> str:
        return f"{self.parent}/subjects/{self.subject}"

    @property
    def parent(self) -> GalleryName:
        """The gallery that holds the subject."""
        return GalleryName(self.tenant, self.gallery)

    @classmethod
    def parse(cls, name: str) -> "SubjectName":
        """Read a resource name. Raises InvalidResourceNameError."""
        head, separator, subject = name.rpartition("/subjects/")
        if not separator:
            raise InvalidResourceNameError(
                "expected a name like tenants/{tenant}/galleries/{gallery}/subjects/{subject}",
                field="subject",
            )
        return GalleryName.parse(head).subject(subject)


@dataclass(frozen=True, slots=True)
class InterviewName:
    """`tenants/{tenant}/interviews/{interview}`."""

    tenant: str
    interview: str

    def __post_init__(self) -> None:
        check_id(self.tenant, "tenant")
        check_id(self.interview, "interview")

    def __str__(self) -> str:
        return f"tenants/{self.tenant}/interviews/{self.interview}"

    @classmethod
    def parse(cls, name: str) -> "InterviewName":
        """Read a resource name. Raises InvalidResourceNameError."""
        parts = name.split("/")
        if len(parts) != 4 or parts[0] != "tenants" or parts[2] != "interviews":
            raise InvalidResourceNameError(
                "expected a name like tenants/{tenant}/interviews/{interview}", field="name"
            )
        return cls(parts[1], parts[3])

    def participant(self, participant: str) -> str:
        """Return the resource name of one participant of this case."""
        return f"{self}/participants/{check_id(participant, 'participant')}"
