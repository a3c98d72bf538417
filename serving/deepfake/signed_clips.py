"""Signed clips that were opened and not begun: each name is good once, its key in memory alone."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from base.clock import Clock
from base.errors import ClipNotFoundError, TooManyRequestsInFlightError
from base.ids import new_id
from serving.caller import Caller

KEY_BYTES = 32
# An app that is one caller opens a clip for each visitor; what is begun does not count.
MAX_OF_CALLER, MAX_OF_TENANT, MAX_OF_ALL = 64, 256, 2048


@dataclass(frozen=True, slots=True)
class SignedClip:
    """A clip whose chunks are signed. name: resource name. expires_at: when it is forgotten."""

    name: str
    expires_at: datetime
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Waiting:
    clip: SignedClip
    tenant: str
    subject: str
    expires_s: float


class SignedClips:
    """Opens clips and hands each to its caller once; safe to share between threads."""

    def __init__(self, clock: Clock, open_s: float) -> None:
        self._clock = clock
        self._open_s = open_s
        self._lock = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}

    @property
    def count(self) -> int:
        """Clips that wait for their stream, those included whose time is over."""
        return len(self._waiting)

    def open(self, caller: Caller) -> SignedClip:
        """Return a clip with a key of its own. Raises TooManyRequestsInFlightError."""
        with self._lock:
            self._forget_old()
            self._check_room(caller)
            name = f"tenants/{caller.tenant}/deepfakeClips/{new_id('dc')}"
            ends_at = self._clock.now() + timedelta(seconds=self._open_s)
            clip = SignedClip(name, ends_at, secrets.token_bytes(KEY_BYTES))
            expires_s = self._clock.monotonic() + self._open_s
            self._waiting[name] = _Waiting(clip, caller.tenant, caller.subject, expires_s)
            return clip

    def take(self, caller: Caller, name: str) -> SignedClip:
        """Return a clip and forget it. Raises ClipNotFoundError for anybody's but the caller's."""
        with self._lock:
            self._forget_old()
            waiting = self._waiting.get(name)
            owner = None if waiting is None else (waiting.tenant, waiting.subject)
            if waiting is None or owner != (caller.tenant, caller.subject):
                raise ClipNotFoundError(
                    "no clip of this name waits: it is unknown, used up or expired; open another"
                )
            del self._waiting[name]
            return waiting.clip

    def forget_old(self) -> None:
        """Drop the keys whose time is over; call it now and then."""
        with self._lock:
            self._forget_old()

    def _forget_old(self) -> None:
        now_s = self._clock.monotonic()
        self._waiting = {
            name: waiting for name, waiting in self._waiting.items() if waiting.expires_s > now_s
        }

    def _check_room(self, caller: Caller) -> None:
        waiting = self._waiting.values()
        of_tenant = [one for one in waiting if one.tenant == caller.tenant]
        of_caller = [one for one in of_tenant if one.subject == caller.subject]
        limits = (
            ("caller", len(of_caller), MAX_OF_CALLER),
            ("tenant", len(of_tenant), MAX_OF_TENANT),
            ("server", len(waiting), MAX_OF_ALL),
        )
        for whose, count, limit in limits:
            if count >= limit:
                raise TooManyRequestsInFlightError(
                    f"{limit} opened clips of this {whose} wait to be begun already; begin them, "
                    f"or ask again in {self._open_s:g} s",
                    max_open_clips=limit,
                    retry_after_s=self._open_s,
                )
