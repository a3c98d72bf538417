"""The newest records of one camera, in memory."""

from collections import deque

from branch_edge.spool.types import Entry

# What is on its way to the server and a little more is sent without reading it from disk.
FRESH_COUNT, FRESH_BYTES = 64, 2 * 1024 * 1024


class Tail:
    """fresh: copies of what is on disk as well. loose: what is nowhere else; newer than those."""

    def __init__(self) -> None:
        self.fresh: deque[Entry] = deque()
        self.loose: deque[Entry] = deque()

    @property
    def loose_bytes(self) -> int:
        """Size of what is nowhere else."""
        return sum(len(entry.payload) for entry in self.loose)

    def add_fresh(self, entry: Entry) -> None:
        """Keep a copy; older ones go."""
        self.fresh.append(entry)
        while len(self.fresh) > FRESH_COUNT or _size(self.fresh) > FRESH_BYTES:
            self.fresh.popleft()

    def settle(self) -> None:
        """Note that what was nowhere else is on disk now."""
        while self.loose:
            self.add_fresh(self.loose.popleft())

    def fresh_behind(self, after: int, limit: int) -> list[Entry] | None:
        """Return copies behind a number, None if they would leave a gap."""
        if not self.fresh or self.fresh[0].sequence > after + 1:
            return None
        return [entry for entry in self.fresh if entry.sequence > after][:limit]

    def loose_behind(self, after: int, limit: int) -> list[Entry]:
        """Return what is nowhere else, behind a number."""
        return [entry for entry in self.loose if entry.sequence > after][:limit]

    def acknowledge(self, sequence: int) -> None:
        """Let go of all up to a number."""
        for entries in (self.fresh, self.loose):
            while entries and entries[0].sequence <= sequence:
                entries.popleft()

    def remove(self, sequence: int) -> bool:
        """Remove one record; return whether it was nowhere else."""
        kept = [entry for entry in self.loose if entry.sequence != sequence]
        was_loose = len(kept) < len(self.loose)
        self.loose = deque(kept)
        self.fresh = deque(entry for entry in self.fresh if entry.sequence != sequence)
        return was_loose

    def renumber(self, last: int) -> int:
        """Give what is nowhere else new numbers, behind `last`; return the last one."""
        self.fresh.clear()
        self.loose = deque(
            Entry(entry.camera, last + place, entry.payload)
            for place, entry in enumerate(self.loose, 1)
        )
        return last + len(self.loose)


def _size(entries: deque[Entry]) -> int:
    return sum(len(entry.payload) for entry in entries)
