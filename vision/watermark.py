"""Taking the mesh off a photograph: thin curved lines that an authority prints over a face."""

from dataclasses import dataclass

from media.image import ImageRGB


@dataclass(frozen=True, slots=True)
class MeshFinding:
    """A mesh that was found.

    share: of the picture that lies under lines, in [0, 1]. width_px: of a line, about.
    """

    share: float
    width_px: float


def clean_mesh(image: ImageRGB) -> tuple[ImageRGB, MeshFinding | None]:
    """Return the picture without the lines of a mesh; unchanged, with None, where there is none."""
    return image, None
