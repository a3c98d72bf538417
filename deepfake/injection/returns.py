"""Pictures that come again to the pixel: sensors have noise, and no two pictures are the same."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from media.image import ImageRGB

# What a link sends twice comes at once; what comes later than this was kept by somebody.
MIN_LAG_S = 0.7
# So many different pictures in a row make a loop; fewer may be a slide that is shown again.
MIN_RETURNS = 5
MAX_KEPT = 1_500
# Black and other flat pictures are all the same. Of 255, over the sampled pixels.
_MIN_CONTRAST = 4.0
_EVERY_PX = 8


@dataclass(slots=True)
class ReturnWatch:
    """Remembers the last minute's pictures by their digests.

    count: different pictures in a row that were there before.
    """

    count: int = 0
    since_s: float = 0.0
    _last: bytes = b""
    _seen_s: OrderedDict[bytes, float] = field(default_factory=OrderedDict)

    def push(self, image: ImageRGB, time_s: float) -> bool:
        """Take one frame; return whether enough of them in a row were there before."""
        sample = np.ascontiguousarray(image[::_EVERY_PX, ::_EVERY_PX])
        if float(sample.std()) < _MIN_CONTRAST:
            return False
        digest = hashlib.blake2b(sample.tobytes(), digest_size=16).digest()
        if digest == self._last:
            # As a slower camera's are in a faster film.
            self._seen_s[digest] = time_s
            return False
        self._last = digest
        before_s = self._seen_s.get(digest)
        self._keep(digest, time_s)
        if before_s is None or time_s - before_s < MIN_LAG_S:
            self.count = 0
            return False
        self.since_s = time_s if not self.count else self.since_s
        self.count += 1
        return self.count >= MIN_RETURNS

    def _keep(self, digest: bytes, time_s: float) -> None:
        self._seen_s[digest] = time_s
        self._seen_s.move_to_end(digest)
        if len(self._seen_s) > MAX_KEPT:
            self._seen_s.popitem(last=False)
