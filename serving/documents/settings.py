"""What can be set about reading documents."""

import os

from pydantic import Field
from pydantic_settings import BaseSettings


class DocumentFields(BaseSettings):
    """Settings of the server that concern documents."""

    max_documents: int = Field(
        # A document keeps a core busy for seconds, and streams are to go on meanwhile.
        default_factory=lambda: max(1, (os.cpu_count() or 1) // 2),
        ge=1,
        le=1000,
        description="Documents read at once for callers of DocumentService.",
    )
    document_limit_s: float = Field(
        30.0, gt=0, le=600, description="Time for a document to be read and checked."
    )
    warm_up_documents: bool = Field(
        False,
        description="Whether the models that read text are opened at start; else by the first "
        "document, which then takes a second longer.",
    )
