// What messages of the server are to the page.

import { durationMs } from "@bufbuild/protobuf/wkt";
import {
  type InterviewProgress,
  type InterviewPrompt,
  InterviewPrompt_Kind,
} from "../gen/smartbranch/kyc/v1/attend_pb.ts";
import {
  InterviewState,
  type InterviewVerdict,
  InterviewVerdict_Outcome,
} from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { Challenge } from "../gen/smartbranch/liveness/v1/liveness_pb.ts";
import { DocumentSide } from "../gen/smartbranch/vision/v1/document_pb.ts";
import type { ApiError } from "../shared/failure.ts";
import type { Asked, Ending, Panel, Problem, Progress } from "./state.ts";

const KINDS: Readonly<Record<number, Asked["kind"]>> = {
  [InterviewPrompt_Kind.GIVE_CONSENT]: "consent",
  [InterviewPrompt_Kind.SHOW_DOCUMENT]: "document",
  [InterviewPrompt_Kind.FACE_CAMERA]: "face",
  [InterviewPrompt_Kind.DO_CHALLENGE]: "challenge",
  [InterviewPrompt_Kind.ANSWER_QUESTION]: "question",
};
// What the participant did or may know. Nothing else of a verdict is told here: what exactly was
// found is for reviewers, and would teach whoever tries again.
const OWN: Readonly<Record<string, Ending>> = {
  CONSENT_DECLINED: "declined",
  ASKED_FOR_PERSON: "person",
  FACE_CONSENT_DECLINED: "person",
  LOCKED_OUT: "lockedOut",
};
const PROBLEMS: Readonly<Record<string, Problem>> = {
  ATTEND_TOKEN_INVALID: "link",
  INTERVIEW_NOT_FOUND: "link",
  INTERVIEW_CLOSED: "over",
  ALREADY_ATTENDING: "elsewhere",
  SESSION_TAKEN_OVER: "elsewhere",
};

export function askedBy(prompt: InterviewPrompt): Asked {
  const limitMs = prompt.timeLimit ? durationMs(prompt.timeLimit) : 0;
  return {
    number: prompt.number,
    kind: KINDS[prompt.kind] ?? "wait",
    text: prompt.text,
    limitMs,
    endsMs: limitMs > 0 ? performance.now() + limitMs : null,
    challenge: (prompt.challenge && Challenge[prompt.challenge]) || null,
    side: prompt.side === DocumentSide.BACK ? "back" : "front",
    textVersion: prompt.textVersion,
    question: prompt.question,
    isSpoken: prompt.isSpoken,
    choices: prompt.choices,
  };
}

// Where it is shown. While the server is at work, a participant before the camera stays there.
export function panelFor(kind: Asked["kind"], present: Panel): Panel {
  if (kind === "consent" || kind === "document") return kind;
  return kind !== "wait" || present === "live" ? "live" : "wait";
}

export const progressOf = (message: InterviewProgress): Progress => ({
  state: InterviewState[message.state] ?? "",
  doneCount: message.doneCount,
  stepCount: message.stepCount,
  share: Math.max(0, Math.min(1, message.share)),
  attemptsLeft: message.attemptsLeft,
});

export function endingOf(verdict: InterviewVerdict): Ending {
  const own = verdict.reasons.map(({ code }) => OWN[code]).find(Boolean);
  if (own) return own;
  if (verdict.state === InterviewState.EXPIRED) return "expired";
  if (verdict.outcome === InterviewVerdict_Outcome.REFUSED) {
    return verdict.state === InterviewState.REJECTED ? "rejected" : "refused";
  }
  const isThrough = verdict.state === InterviewState.APPROVED;
  const hasPassed = verdict.outcome === InterviewVerdict_Outcome.PASSED;
  return isThrough && hasPassed ? "passed" : "reviewed";
}

// What is said of a participant whose part was over before the page was opened.
export const endingIn = (state: string): Ending | null =>
  ({
    REVIEW: "reviewed" as const,
    APPROVED: "passed" as const,
    REJECTED: "rejected" as const,
    EXPIRED: "expired" as const,
  })[state] ?? null;

export function problemOf(error: ApiError | null, wasOpen: boolean): Problem {
  if (!error) return wasOpen ? "lost" : "unreachable";
  return PROBLEMS[error.reason] ?? "refused";
}
