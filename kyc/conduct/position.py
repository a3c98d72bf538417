"""Where a client says that it is, against the policy's fence."""

import math
from enum import Enum

from kyc.case import Position
from kyc.policy import Fence

# Mean radius of the earth (IUGG).
_EARTH_M = 6_371_008.8


class Place(Enum):
    """How a position lies to a fence."""

    INSIDE = "POSITION_INSIDE"
    OUTSIDE = "OUTSIDE_FENCE"
    IMPRECISE = "POSITION_IMPRECISE"


def place_of(position: Position, fence: Fence) -> Place:
    """Return where it is; IMPRECISE where its radius reaches over the fence."""
    apart_m = distance_m(
        *(position.latitude_deg, position.longitude_deg),
        *(fence.latitude_deg, fence.longitude_deg),
    )
    if apart_m - position.accuracy_m > fence.radius_m:
        return Place.OUTSIDE
    return Place.INSIDE if apart_m + position.accuracy_m <= fence.radius_m else Place.IMPRECISE


def distance_m(
    first_latitude_deg: float,
    first_longitude_deg: float,
    second_latitude_deg: float,
    second_longitude_deg: float,
) -> float:
    """Return the way between two places over a sphere (haversine)."""
    first, second = math.radians(first_latitude_deg), math.radians(second_latitude_deg)
    across = math.sin(math.radians(second_longitude_deg - first_longitude_deg) / 2) ** 2
    along = math.sin((second - first) / 2) ** 2
    share = along + math.cos(first) * math.cos(second) * across
    return 2 * _EARTH_M * math.asin(math.sqrt(min(share, 1.0)))
