"""Faces in a picture."""

from enum import Enum
from typing import Protocol

from inference.engine import Engine
from inference.manifest import ModelSpec
from media.image import ImageRGB
from vision.crowd import CrowdSearch
from vision.faces import Faces
from vision.network import DetectorNetwork
from vision.portrait import STREAM_LADDER_PX, PortraitSearch


class Profile(Enum):
    """What kind of picture it is."""

    PORTRAIT = "portrait"  # One person, or a few, near the camera.
    CROWD = "crowd"  # Many people, near and far.
    STREAM = "stream"  # One frame of many: a portrait that is looked at in less detail.


class PendingFaces(Protocol):
    """Faces that are being looked for."""

    def result(self) -> Faces:
        """Wait for the network and return the faces in pixels of the picture, surest first."""
        ...


class FaceDetector:
    """Finds faces with one detector model; safe to share between threads."""

    def __init__(self, engine: Engine, spec: ModelSpec) -> None:
        self._network = DetectorNetwork(engine, spec)

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._network.model_id

    def detect(self, image: ImageRGB, profile: Profile = Profile.PORTRAIT) -> Faces:
        """Return the faces in pixels of `image`, surest first."""
        return self.submit(image, profile).result()

    def submit(self, image: ImageRGB, profile: Profile = Profile.PORTRAIT) -> PendingFaces:
        """Start looking, so that the caller can do other work meanwhile."""
        match profile:
            case Profile.CROWD:
                return CrowdSearch(self._network, image)
            case Profile.STREAM:
                return PortraitSearch(self._network, image, STREAM_LADDER_PX)
            case Profile.PORTRAIT:
                return PortraitSearch(self._network, image)
