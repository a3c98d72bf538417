"""Somebody who attends an interview with photographs instead of a face."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from client import SmartBranchClient
from client.attend_types import (
    Attended,
    AttendEvent,
    AttendOptions,
    DocumentSide,
    InterviewProgress,
    InterviewPrompt,
    InterviewState,
    InterviewVerdict,
    PromptKind,
)

LIMIT_S = 120.0
FPS = 12.0


@dataclass(frozen=True, slots=True)
class Actor:
    """What somebody shows and does.

    front, back: pictures of the document, JPEG. camera: what is before the camera at a second of
    the attendance, JPEG. leaves_at: the step at which a person is asked for.
    """

    front: bytes
    back: bytes
    camera: Callable[[float], bytes]
    leaves_at: InterviewState | None = None


@dataclass(slots=True)
class Attendance:
    """What was said. verdict: None if none came."""

    events: list[AttendEvent] = field(default_factory=list)
    verdict: InterviewVerdict | None = None

    @property
    def prompts(self) -> Iterator[InterviewPrompt]:
        """What was asked for, in order."""
        return (event for event in self.events if isinstance(event, InterviewPrompt))


async def attend(client: SmartBranchClient, token: str, actor: Actor) -> Attendance:
    """Attend until the verdict. Raises ApiError and TimeoutError."""
    seen = Attendance()
    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        async with client.attend(AttendOptions(attend_token=token)) as session:

            async def film() -> None:
                number = 0
                while seen.verdict is None:
                    session.send_picture(actor.camera(number / FPS), pts_s=number / FPS)
                    number += 1
                    await asyncio.sleep(1 / FPS)

            def act(prompt: InterviewPrompt) -> None:
                if prompt.kind is PromptKind.GIVE_CONSENT:
                    session.consent(prompt.text_version, accepted=True, accepted_face=True)
                elif prompt.kind is PromptKind.SHOW_DOCUMENT and prompt.side is not None:
                    is_front = prompt.side is DocumentSide.FRONT
                    session.show_document(prompt.side, actor.front if is_front else actor.back)
                elif prompt.kind is PromptKind.ANSWER_QUESTION:
                    session.answer(prompt.question, next(iter(prompt.choices), ""))

            async for event in session:
                seen.events.append(event)
                if isinstance(event, Attended) and not event.is_return:
                    filming = group.create_task(film())
                elif isinstance(event, InterviewPrompt):
                    act(event)
                elif isinstance(event, InterviewProgress) and event.state is actor.leaves_at:
                    session.ask_for_person()
                elif isinstance(event, InterviewVerdict):
                    seen.verdict = event
            filming.cancel()
    return seen
