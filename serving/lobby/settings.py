"""What can be set about lobbies."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings

from serving.staff.types import StaffLimits

DAY_S = 86_400.0


class LobbySettings(BaseModel):
    """How long what happened in a lobby is kept; read once at start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    visit_memory_s: float = Field(default=30 * DAY_S, gt=0, description="Visits that ended.")
    alert_memory_s: float = Field(default=90 * DAY_S, gt=0, description="Alerts that are done.")
    flow_memory_s: float = Field(default=400 * DAY_S, gt=0, description="Counts.")
    event_memory_s: float = Field(default=DAY_S, gt=0, description="Events to be told again.")
    max_events: int = Field(default=50_000, ge=1, description="The same, of one branch.")


class LobbyFields(BaseSettings):
    """Settings of the server that concern lobbies."""

    lobby_file: Path | None = Field(
        None, description="TOML file of branches, directory and rules; None for no lobby."
    )
    lobby_visit_days: float = Field(
        30.0, gt=0, le=3660, description="How long a visit is kept after its end, without a name."
    )
    lobby_alert_days: float = Field(
        90.0, gt=0, le=3660, description="How long an alert is kept after it was raised."
    )
    lobby_flow_days: float = Field(
        400.0, gt=0, le=3660, description="How long counts are kept, which tell nobody apart."
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

    @property
    def lobby(self) -> LobbySettings:
        """How long what happened in a lobby is kept."""
        return LobbySettings(
            visit_memory_s=self.lobby_visit_days * DAY_S,
            alert_memory_s=self.lobby_alert_days * DAY_S,
            flow_memory_s=self.lobby_flow_days * DAY_S,
        )

    @property
    def staff(self) -> StaffLimits:
        """How long a sign-in of staff lasts."""
        return StaffLimits(self.staff_session_hours * 3600.0, self.staff_idle_minutes * 60.0)
