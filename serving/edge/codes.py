"""One-time codes: made to be read out over a telephone, kept as a hash alone."""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from base.clock import Clock
from base.errors import TooManyAttemptsError

# Crockford's: no letter that is taken for a digit, 5 bits each.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
CODE_LETTERS = 28  # 140 bits.
GROUP = 4
MAX_CODE_TEXT = 64
MAX_ADDRESSES = 10_000  # Counted at once; the one that was idle longest goes first.


def new_code() -> str:
    """Return a code, such as `4TQC-...`, in groups of four."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(CODE_LETTERS))
    return "-".join(letters[at : at + GROUP] for at in range(0, CODE_LETTERS, GROUP))


def code_hash(text: str) -> str:
    """Return what is kept of a code. Case, spaces, dashes and lookalikes make no difference.

    A plain hash does: nobody can try 2^140 codes.
    """
    plain = text[:MAX_CODE_TEXT].upper().translate(_LOOKALIKES)
    return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(slots=True)
class _Bucket:
    wrong_count: float
    seen_s: float


class WrongCodes:
    """Counts wrong codes by address: after `burst` of them, one try each `every_s`.

    Nobody guesses a code; this keeps whoever tries from costing much. A box behind the same
    address waits for `every_s` at most. For use under the caller's lock.
    """

    def __init__(self, clock: Clock, burst: int = 10, every_s: float = 6.0) -> None:
        self._clock = clock
        self._burst = burst
        self._every_s = every_s
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def check(self, address: str) -> None:
        """Raise TooManyAttemptsError, which says how long to wait, if there were too many."""
        bucket = self._fill(address)
        over = bucket.wrong_count - (self._burst - 1)
        if over > 0:
            wait_s = over * self._every_s
            raise TooManyAttemptsError(
                f"too many wrong codes from this address; try again in {wait_s:.0f} s",
                retry_after_s=f"{wait_s:.3f}",
            )

    def add(self, address: str) -> None:
        """Count one."""
        bucket = self._fill(address)
        bucket.wrong_count += 1
        self._buckets[address] = bucket
        self._buckets.move_to_end(address)
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)

    def _fill(self, address: str) -> _Bucket:
        now_s = self._clock.monotonic()
        bucket = self._buckets.get(address) or _Bucket(0.0, now_s)
        drained = (now_s - bucket.seen_s) / self._every_s
        bucket.wrong_count = max(0.0, bucket.wrong_count - drained)
        bucket.seen_s = now_s
        return bucket
