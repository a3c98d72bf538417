// What the page shows at one moment.

import type { ApiError } from "../shared/failure.ts";
import type { DeviceTrouble } from "./devices.ts";

// What the server knows of somebody before they attend.
export interface Invitation {
  state: string;
  product: string;
  role: string;
  displayName: string;
}

export type Side = "front" | "back";
export type Panel = "opening" | "consent" | "document" | "live" | "wait";

// What is to be done now. endsMs: on the page's clock, null without a limit.
export interface Asked {
  number: number;
  kind: "consent" | "document" | "face" | "challenge" | "question" | "wait";
  text: string;
  limitMs: number;
  endsMs: number | null;
  challenge: string | null;
  side: Side;
  textVersion: string;
  question: string;
  isSpoken: boolean;
  choices: readonly string[];
}

export interface Said {
  code: string;
  text: string;
}

export interface Progress {
  state: string;
  doneCount: number;
  stepCount: number;
  share: number;
  attemptsLeft: number;
}

export interface Running {
  phase: "running";
  panel: Panel;
  asked: Asked | null;
  advice: Said | null;
  notice: Said | null;
  progress: Progress | null;
  isLinkLost: boolean;
  wasAway: boolean;
  hasSound: boolean;
  trouble: DeviceTrouble | null;
}

export type Ending =
  | "passed"
  | "reviewed"
  | "refused"
  | "rejected"
  | "declined"
  | "person"
  | "lockedOut"
  | "expired";

export type Problem = "link" | "over" | "elsewhere" | "unreachable" | "lost" | "refused";

export type State =
  | { phase: "starting" }
  | { phase: "welcome"; invitation: Invitation; isReturn: boolean }
  | { phase: "browser"; trouble: "inApp" | "insecure" }
  | Running
  | { phase: "ended"; ending: Ending }
  | { phase: "problem"; problem: Problem; error: ApiError | null };

export const beginning = (): Running => ({
  phase: "running",
  panel: "opening",
  asked: null,
  advice: null,
  notice: null,
  progress: null,
  isLinkLost: false,
  wasAway: false,
  hasSound: false,
  trouble: null,
});
