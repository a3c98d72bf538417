"""What an image is inside the house."""

import numpy as np
import numpy.typing as npt

# (H, W, 3) uint8, RGB, origin top-left, x right, y down.
ImageRGB = npt.NDArray[np.uint8]
