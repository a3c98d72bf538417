// The two calls of the page. A refusal is thrown as an ApiError.

import { token } from "../shared/access.ts";
import { ApiError } from "../shared/failure.ts";

export interface Reason {
  code: string;
  text: string;
}

export interface Quality {
  score: number;
  reasons: Reason[];
  components: { name: string; value: number }[];
}

export interface Face {
  box_xyxy: [number, number, number, number];
  landmarks: [number, number][];
  quality: Quality;
}

export interface Found {
  faces: Face[];
  size_wh: [number, number];
}

export type Outcome = "MATCH" | "NO_MATCH" | "INCONCLUSIVE";
export type Terms = "open" | "undisclosed-data" | "research";

export interface Answer {
  decision: Outcome;
  reasons: Reason[];
  similarity: number;
  threshold: number | null;
  fmr: number | null;
  target_fmr: number;
  model: { id: string; variant: string; provider: string; terms: Terms };
}

async function post<T>(
  path: string,
  parts: Record<string, Blob | string>,
  signal?: AbortSignal,
): Promise<T> {
  const body = new FormData();
  for (const [name, value] of Object.entries(parts)) body.append(name, value);
  const headers: HeadersInit = token() ? { authorization: `Bearer ${token()}` } : {};
  const response = await fetch(path, { method: "POST", body, headers, signal: signal ?? null });
  const answer = await response.json();
  if (!response.ok) {
    const { reason, message, metadata } = answer.error;
    throw new ApiError(reason, message, metadata);
  }
  return answer;
}

export const detect = (picture: File, signal: AbortSignal): Promise<Found> =>
  post("/v1/faces:detect", { picture }, signal);

export const verify = (reference: File, probe: File, targetFmr: string): Promise<Answer> =>
  post("/v1/faces:verify", { reference, probe, target_fmr: targetFmr });
