"""What the directory said lately: asked in threads of its own, never waited for long."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from base.clock import Clock
from base.errors import DirectoryInvalidError, DirectoryUnavailableError
from base.ids import SubjectName
from decision.outcome import Reason
from lobby.customer import Customer, CustomerDirectory

_log = logging.getLogger(__name__)
_THREADS = 4
_MAX_KNOWN = 4096
_MAX_ASKED = 256
_RETRY_S = 5.0
# While the directory is down, an answer of half an hour ago is better than none.
_STALE_S = 1800.0

Key = tuple[str, str]  # Tenant and subject id.


@dataclass(frozen=True, slots=True)
class Lookup:
    """A customer, or why there is none."""

    customer: Customer | None = field(default=None, repr=False)
    reason: str = ""


NO_DIRECTORY = Lookup(reason="NO_DIRECTORY")
NOT_LISTED = Lookup(reason="NOT_IN_DIRECTORY")
DOWN = Lookup(reason="DIRECTORY_DOWN")
PENDING = Lookup(reason="DIRECTORY_PENDING")


@dataclass(frozen=True, slots=True)
class _Known:
    lookup: Lookup
    at_s: float


class Customers:
    """Customers by subject; safe to share between threads.

    memory_s: life of an answer. on_found: told of answers that came too late for who asked.
    on_health: told when the directory goes down (False) and when it is back (True).
    Both are called in threads of this object's own.
    """

    def __init__(
        self,
        directory: CustomerDirectory | None,
        clock: Clock,
        memory_s: float,
        on_found: Callable[[Key, Customer], None],
        on_health: Callable[[bool], None],
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._memory_s = memory_s
        self._on_found = on_found
        self._on_health = on_health
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="directory")
        self._lock = threading.Lock()
        self._known: OrderedDict[Key, _Known] = OrderedDict()
        self._asked: dict[Key, Future[None]] = {}
        self._late: set[Key] = set()
        self._unwanted: set[Key] = set()  # Forgotten while they were asked for.
        self._failed: Key | None = None
        self._problem: Reason | None = None
        self._tried_s = float("-inf")

    @property
    def problem(self) -> Reason | None:
        """Why the directory could not be asked when it was last asked; None if it could."""
        return self._problem if self._failed is not None else None

    @property
    def remark(self) -> Reason | None:
        """What is wrong with what the directory answers from; it may answer all the same."""
        return None if self._directory is None else self._directory.problem

    def find(self, subject: SubjectName, wait_s: float) -> Lookup:
        """Return a customer, waiting for the directory for a moment at most."""
        return self.find_all([subject], wait_s)[subject]

    def find_all(self, subjects: Iterable[SubjectName], wait_s: float) -> dict[SubjectName, Lookup]:
        """Return customers, waiting for all of them together for a moment at most."""
        wanted = list(dict.fromkeys(subjects))
        asked = [self._ask(key) for key in map(_key, wanted) if self._needs(key)]
        wait([one for one in asked if one is not None], timeout=wait_s)
        return {subject: self.peek(subject) for subject in wanted}

    def peek(self, subject: SubjectName) -> Lookup:
        """Return what is known now; what is not comes later, by `on_found`."""
        if self._directory is None:
            return NO_DIRECTORY
        key = _key(subject)
        if self._needs(key):
            with self._lock:
                self._late.add(key)
            self._ask(key)
        with self._lock:
            known = self._known.get(key)
            if known is not None and self._clock.monotonic() - known.at_s < _STALE_S:
                self._late.discard(key)
                return known.lookup
            return PENDING if self._failed is None else DOWN

    def retry(self) -> None:
        """While the directory is down, ask it once every few seconds; call it now and then."""
        failed, now_s = self._failed, self._clock.monotonic()
        if failed is not None and now_s - self._tried_s >= _RETRY_S:
            self._tried_s = now_s
            self._submit(failed)

    def forget(self, tenant: str, subject: str) -> int:
        """Drop what is remembered of a subject; return how many things that was."""
        with self._lock:
            count = int(self._known.pop((tenant, subject), None) is not None)
            self._late.discard((tenant, subject))
            if (tenant, subject) in self._asked:
                self._unwanted.add((tenant, subject))
        return count + (self._directory.forget(tenant, subject) if self._directory else 0)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _needs(self, key: Key) -> bool:
        """Whether nothing fresh is known of a key."""
        with self._lock:
            known = self._known.get(key)
        is_fresh = known is not None and self._clock.monotonic() - known.at_s < self._memory_s
        return self._directory is not None and not is_fresh

    def _ask(self, key: Key) -> "Future[None] | None":
        """Let the directory be asked, unless it is down; its recovery asks again."""
        return None if self._failed is not None else self._submit(key)

    def _submit(self, key: Key) -> "Future[None] | None":
        with self._lock:
            pending = self._asked.get(key)
            if pending is not None or len(self._asked) >= _MAX_ASKED:
                return pending
            try:
                future = self._pool.submit(self._look_up, key)
            except RuntimeError:  # The server stops.
                return None
            self._asked[key] = future
            return future

    def _look_up(self, key: Key) -> None:
        assert self._directory is not None
        try:
            customer = self._directory.find(*key)
        except (DirectoryUnavailableError, DirectoryInvalidError) as error:
            self._note_failure(key, Reason(error.reason, error.message))
        except Exception:
            _log.exception("the customer directory failed")
            self._note_failure(key, Reason("INTERNAL", "it failed; the log says how"))
        else:
            self._note_answer(key, customer)

    def _note_failure(self, key: Key, problem: Reason) -> None:
        with self._lock:
            self._asked.pop(key, None)
            self._unwanted.discard(key)
            was_up, self._failed = self._failed is None, key
            self._problem = problem
            self._tried_s = self._clock.monotonic()
        if was_up:
            _log.warning("customer directory unavailable: %s", problem.text)
            self._on_health(False)

    def _note_answer(self, key: Key, customer: Customer | None) -> None:
        lookup = NOT_LISTED if customer is None else Lookup(customer)
        with self._lock:
            self._asked.pop(key, None)
            is_late = key in self._late
            if key not in self._unwanted:
                self._known[key] = _Known(lookup, self._clock.monotonic())
                self._known.move_to_end(key)
            self._unwanted.discard(key)
            if len(self._known) > _MAX_KNOWN:
                self._known.popitem(last=False)
            self._late.discard(key)
            was_down, self._failed = self._failed is not None, None
            owed = list(self._late) if was_down else []
        if was_down:
            _log.warning("customer directory back")
            self._on_health(True)
        for other in owed:
            self._submit(other)
        if is_late and customer is not None:
            self._on_found(key, customer)


def _key(subject: SubjectName) -> Key:
    return subject.tenant, subject.subject
