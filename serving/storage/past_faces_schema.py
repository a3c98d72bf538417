"""The table of faces seen in interviews: sealed templates, and what tells documents apart."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.storage.schema import Base, RowId


class InterviewFaceRow(Base):
    """The live face of a participant who agreed that faces are compared.

    sealed_template: float16 under the case's data key. document_mac: keyed digest of kind and
    number of the document that was shown, hex; None where none was read.
    """

    __tablename__ = "interview_faces"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    tenant: Mapped[str] = mapped_column(String(63))
    interview: Mapped[str] = mapped_column(String(63))
    participant: Mapped[str] = mapped_column(String(63))
    model_id: Mapped[str] = mapped_column(String(127))
    sealed_template: Mapped[bytes]
    document_mac: Mapped[str | None] = mapped_column(String(64))
    seen_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("tenant", "interview", "participant"),
        Index("ix_interview_faces_document", "tenant", "document_mac"),
        # A number is never used again: indexes in memory follow by it.
        {"sqlite_autoincrement": True},
    )
