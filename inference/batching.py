"""Merges the callers of one model into batches and gives each its own answer."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future

from base.clock import Clock, SystemClock
from base.errors import (
    DeadlineExceededError,
    DrainingError,
    InferenceFailedError,
    InvalidArgumentError,
    QueueFullError,
)
from inference.checks import check_item, check_outputs, is_finite, join, rows_of
from inference.engine import Tensors
from inference.manifest import BatchLimits
from inference.runner import Runner
from inference.stats import ModelStats, Tally
from inference.waiting import Item, WaitingLine

_log = logging.getLogger(__name__)


class Batcher:
    """One model's queue and the threads that empty it.

    Callers submit items of one or more rows; those of equal shape that wait together run
    together, in order of arrival, at most `limits.max_size` rows at a time. An item that is
    larger runs in pieces. Nothing that one caller sends can change or fail another's answer.
    """

    def __init__(
        self,
        model_id: str,
        runner: Runner,
        limits: BatchLimits,
        *,
        workers: int = 1,
        provider: str = "cpu",
        clock: Clock | None = None,
    ) -> None:
        self._model_id = model_id
        self._runner = runner
        self._limits = limits
        self._provider = provider
        self._clock = clock or SystemClock()
        self._tally = Tally()
        self._line = WaitingLine(limits.max_size, limits.max_wait_ms / 1000, limits.max_queue)
        self._changed = threading.Condition()
        self._is_closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{model_id}-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, inputs: Tensors, *, deadline_s: float | None = None) -> "Future[Tensors]":
        """Queue one item; see Engine.submit.

        Raises QueueFullError and DrainingError here; a bad item fails its future.
        """
        now_s = self._clock.monotonic()
        try:
            rows, shape = check_item(self._model_id, self._runner.ports, inputs)
            self._check_size(rows)
        except InvalidArgumentError as error:
            self._tally.count("invalid")
            return _failed(error)
        item = Item(inputs, rows, shape, now_s, deadline_s)
        with self._changed:
            self._check_room(item, now_s)
            self._line.add(item)
            self._tally.queue(self._line.rows)
            self._changed.notify()
        return item.future

    def stats(self) -> ModelStats:
        """Return the counts as they stand."""
        with self._changed:
            queued = self._line.rows
        return self._tally.read(self._provider, queued)

    def close(self) -> None:
        """Fail what waits with DrainingError, let what runs end, and join the threads."""
        with self._changed:
            self._is_closed = True
            waiting = self._line.empty()
            self._changed.notify_all()
        for item in waiting:
            if item.future.set_running_or_notify_cancel():
                item.future.set_exception(self._stopping())
            else:
                self._tally.count("cancelled")
        for thread in self._threads:
            thread.join()

    def _check_size(self, rows: int) -> None:
        if rows > self._limits.max_queue:
            raise InvalidArgumentError(
                f"an item of {rows} rows is more than the {self._limits.max_queue} that "
                f"{self._model_id} takes at once",
                model=self._model_id,
            )

    def _check_room(self, item: Item, now_s: float) -> None:
        if self._is_closed:
            raise self._stopping()
        if self._line.has_room(item.rows):
            return
        for dead in self._line.drop_dead(now_s):
            self._is_wanted(dead, now_s)
        if not self._line.has_room(item.rows):
            self._tally.count("rejected")
            raise QueueFullError(
                f"{self._limits.max_queue} rows wait for {self._model_id}; try again later",
                model=self._model_id,
                max_queue=self._limits.max_queue,
            )

    def _stopping(self) -> DrainingError:
        return DrainingError(f"{self._model_id} is being closed", model=self._model_id)

    def _work(self) -> None:
        while True:
            batch = self._next_batch()
            if batch is None:
                return
            self._answer(batch)

    def _next_batch(self) -> list[Item] | None:
        """Wait for a batch that is due; None when there will be no more."""
        with self._changed:
            while not self._is_closed:
                due_in_s = self._line.due_in(self._clock.monotonic())
                if due_in_s == 0.0:
                    batch = self._line.take()
                    if self._line.rows:
                        self._changed.notify()
                    return batch
                self._changed.wait(due_in_s)
        return None

    def _answer(self, batch: Sequence[Item]) -> None:
        now_s = self._clock.monotonic()
        live = [item for item in batch if self._is_wanted(item, now_s)]
        if live:
            self._run(live, wait_s=sum(now_s - item.arrived_s for item in live))

    def _is_wanted(self, item: Item, now_s: float) -> bool:
        """Mark the item as running, unless its caller has gone or its time has run out."""
        if not item.future.set_running_or_notify_cancel():
            self._tally.count("cancelled")
            return False
        if item.is_late(now_s):
            self._tally.count("expired")
            item.future.set_exception(
                DeadlineExceededError(
                    f"the deadline passed while the item waited for {self._model_id}",
                    model=self._model_id,
                )
            )
            return False
        return True

    def _run(self, items: Sequence[Item], wait_s: float) -> None:
        """Run the items together; if that fails, one by one, so that only the culprit fails."""
        rows = sum(item.rows for item in items)
        try:
            outputs = self._infer(join([item.inputs for item in items]), rows)
        except Exception as error:
            if len(items) > 1:
                for item in items:
                    self._run([item], wait_s / len(items))
            else:
                self._fail(items[0], error)
            return
        self._hand_out(items, outputs, wait_s)

    def _infer(self, inputs: Tensors, rows: int) -> Tensors:
        """Run the model, in pieces if there are more rows than it takes at once."""
        step = self._limits.max_size
        pieces = [
            self._infer_piece(rows_of(inputs, start, start + step), min(step, rows - start))
            for start in range(0, rows, step)
        ]
        return join(pieces)

    def _infer_piece(self, inputs: Tensors, rows: int) -> Tensors:
        started_s = time.perf_counter()
        outputs = check_outputs(self._runner.run(inputs), rows)
        self._tally.ran(rows=rows, run_seconds=time.perf_counter() - started_s)
        return outputs

    def _hand_out(self, items: Sequence[Item], outputs: Tensors, wait_s: float) -> None:
        answers = list(_cut(items, outputs))
        sound = [is_finite(answer) for answer in answers]
        self._tally.answered(items=sum(sound), wait_seconds=wait_s)
        for item, answer, is_sound in zip(items, answers, sound, strict=True):
            if is_sound:
                item.future.set_result(answer)
            else:
                self._fail(item, ArithmeticError("the answer is not finite"))

    def _fail(self, item: Item, cause: Exception) -> None:
        """Fail an item that runs. The cause, a matter of nodes and shapes, stays in the log."""
        self._tally.count("failed")
        _log.warning("%s failed on a checked input: %.300s", self._model_id, cause)
        error = InferenceFailedError(
            f"{self._model_id} failed on an input that passed every check; see the server's log",
            model=self._model_id,
        )
        item.future.set_exception(error)


def _failed(error: InvalidArgumentError) -> "Future[Tensors]":
    future: Future[Tensors] = Future()
    future.set_running_or_notify_cancel()
    future.set_exception(error)
    return future


def _cut(items: Sequence[Item], outputs: Tensors) -> Iterator[Tensors]:
    """Give each item its rows: copies, so that no caller keeps or sees those of another."""
    if len(items) == 1:
        yield outputs
        return
    start = 0
    for item in items:
        own = rows_of(outputs, start, start + item.rows)
        yield {name: tensor.copy() for name, tensor in own.items()}
        start += item.rows
