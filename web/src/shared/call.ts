// Calls to this server: JSON both ways, the session's cookie, and refusals as ApiError.

import type { JsonValue } from "@bufbuild/protobuf";
import { ApiError } from "./failure.ts";

const LIMIT_MS = 10_000;
const LATER: ReadonlySet<string> = new Set([
  "UNAVAILABLE",
  "RESOURCE_EXHAUSTED",
  "DEADLINE_EXCEEDED",
]);
const SIGNED_OUT: ReadonlySet<string> = new Set(["SIGN_IN_NEEDED", "SIGN_IN_EXPIRED"]);

// Nothing came back: no network, or no server.
export class UnreachableError extends Error {}

export interface Call {
  method?: "GET" | "POST" | "PATCH";
  body?: JsonValue;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

// Returns a response that is good. Throws ApiError for a refusal, UnreachableError for silence.
export async function send(path: string, call: Call = {}): Promise<Response> {
  const { body, signal = AbortSignal.timeout(LIMIT_MS) } = call;
  const headers = { ...call.headers, ...(body ? { "content-type": "application/json" } : {}) };
  const init: RequestInit = { method: call.method ?? "GET", headers, signal, cache: "no-store" };
  if (body !== undefined) init.body = JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    throw new UnreachableError(String(error));
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

// As `send`, and reads the JSON.
export async function ask(path: string, call: Call = {}): Promise<JsonValue> {
  const response = await send(path, call);
  try {
    return await response.json();
  } catch (error) {
    throw new UnreachableError(String(error));
  }
}

async function refusalOf(response: Response): Promise<ApiError> {
  const code = response.status >= 502 ? "UNAVAILABLE" : "UNKNOWN";
  try {
    const { error } = await response.json();
    const { reason, message, metadata } = error;
    return new ApiError(String(reason), String(message), metadata ?? {}, String(error.code));
  } catch {
    return new ApiError("INTERNAL", `the server answered ${response.status}`, {}, code);
  }
}

export const isSignedOut = (error: unknown): error is ApiError =>
  error instanceof ApiError && SIGNED_OUT.has(error.reason);

// Whether the same call may succeed later.
export const isWorthRetry = (error: unknown): boolean =>
  error instanceof UnreachableError || (error instanceof ApiError && LATER.has(error.code));
