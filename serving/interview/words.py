"""What a participant's client says beside media."""

from dataclasses import dataclass

from kyc.case import Position


@dataclass(frozen=True, slots=True)
class ConsentWord:
    """Whether the participant agrees, and to which text."""

    text_version: str
    accepted: bool
    accepted_face: bool


@dataclass(frozen=True, slots=True, repr=False)
class AnswerWord:
    """An answer to a question; empty where it was spoken."""

    question: str
    text: str

    def __repr__(self) -> str:
        return f"AnswerWord({self.question}, text=<hidden>)"


@dataclass(frozen=True, slots=True, repr=False)
class PersonWord:
    """The participant asks for a person."""

    text: str

    def __repr__(self) -> str:
        return "PersonWord(text=<hidden>)"


ClientWord = ConsentWord | AnswerWord | PersonWord | Position
