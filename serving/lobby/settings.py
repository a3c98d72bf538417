"""What can be set about lobbies."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class LobbyFields(BaseSettings):
    """Settings of the server that concern lobbies."""

    lobby_file: Path | None = Field(
        None, description="TOML file of branches, directory and rules; None for no lobby."
    )
    staff_session_hours: float = Field(
        10.0, gt=0, le=72, description="Life of a sign-in of staff, whatever they do."
    )
    staff_idle_minutes: float = Field(
        240.0, gt=0, le=4320, description="Time without a request after which a sign-in ends."
    )
    max_tablets: int = Field(
        1000, ge=1, le=20_000, description="Event streams to pages open at once."
    )
