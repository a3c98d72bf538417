// What the page shows at one moment.

import type { SessionVerdict } from "../gen/smartbranch/liveness/v1/liveness_service_pb.ts";
import type { ApiError } from "../shared/failure.ts";
import type { CameraTrouble } from "./camera.ts";

// What is written large: a prompt, or that there is none at the moment.
export type Cue =
  | { kind: "starting" | "connecting" | "ready" | "passed" }
  | { kind: "prompt"; challenge: string; text: string; limitMs: number; endsMs: number };

export interface Said {
  code: string;
  text: string;
}

export interface Running {
  phase: "session";
  cue: Cue;
  advice: Said | null;
  notice: Said | null;
  passedCount: number;
  challengeCount: number;
  share: number;
  isLinkLost: boolean;
}

export type Trouble =
  | CameraTrouble
  | "cameraLost"
  | "unreachable"
  | "lost"
  | "refused"
  | "lockedOut"
  | "token";

export interface Problem {
  phase: "problem";
  trouble: Trouble;
  error: ApiError | null;
}

export interface Decided {
  phase: "verdict";
  verdict: SessionVerdict;
  session: string;
}

export type State = { phase: "welcome" } | Running | Decided | Problem;

export const beginning = (): Running => ({
  phase: "session",
  cue: { kind: "starting" },
  advice: null,
  notice: null,
  passedCount: 0,
  challengeCount: 0,
  share: 0,
  isLinkLost: false,
});
