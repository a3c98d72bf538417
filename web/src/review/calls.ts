// What reviewers ask and decide; nothing else knows how it travels.

import { type DescMessage, fromJson, type JsonValue, type MessageShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Interview } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import {
  GetInterviewResponseSchema,
  HandOverInterviewResponseSchema,
  HoldInterviewResponseSchema,
  ListInterviewsResponseSchema,
  ReviewInterviewResponseSchema,
} from "../gen/smartbranch/kyc/v1/interview_service_pb.ts";
import { ask, send } from "../shared/call.ts";

const PAGE_SIZE = 500;
const MAX_PAGES = 4;
const PACK_LIMIT_MS = 300_000;
const MEDIA_LIMIT_MS = 20_000;

// A newer server may say more than this page knows.
const read = <T extends DescMessage>(schema: T, json: JsonValue): MessageShape<T> =>
  fromJson(schema, json, { ignoreUnknownFields: true });

// The last part of a resource name.
export const idOf = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

export const ms = (time: Timestamp | undefined): number | null => (time ? timestampMs(time) : null);

// `tenants/{t}/interviews/...` without the tenant, which is the caller's own.
const below = (name: string): string => `/v1/${name.slice(name.indexOf("interviews/"))}`;

export interface Listed {
  interviews: Interview[];
  isWhole: boolean;
}

// state: name of the only state to list; empty for all.
export async function listCases(state: string): Promise<Listed> {
  const interviews: Interview[] = [];
  let token = "";
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const query = new URLSearchParams({ page_size: String(PAGE_SIZE) });
    if (state) query.set("state", state);
    if (token) query.set("page_token", token);
    const page = read(ListInterviewsResponseSchema, await ask(`/v1/interviews?${query}`));
    interviews.push(...page.interviews);
    token = page.nextPageToken;
    if (!token) return { interviews, isWhole: true };
  }
  return { interviews, isWhole: false };
}

const present = (interview: Interview | undefined): Interview => {
  if (!interview) throw new Error("the server answered without the case");
  return interview;
};

export async function getCase(id: string): Promise<Interview> {
  const json = await ask(`/v1/interviews/${encodeURIComponent(id)}`);
  return present(read(GetInterviewResponseSchema, json).interview);
}

const act = (name: string, verb: string, body: Record<string, JsonValue>) =>
  ask(`${below(name)}:${verb}`, { method: "POST", body });

// id: of this request; the same one again decides nothing twice.
export async function decide(
  name: string,
  approved: boolean,
  reason: string,
  id: string,
): Promise<Interview> {
  const json = await act(name, "review", { approved, reason, request_id: id });
  return present(read(ReviewInterviewResponseSchema, json).interview);
}

export async function handOver(name: string, reason: string, id: string): Promise<Interview> {
  const json = await act(name, "handOver", { text: reason, request_id: id });
  return present(read(HandOverInterviewResponseSchema, json).interview);
}

export async function hold(
  name: string,
  held: boolean,
  reason: string,
  id: string,
): Promise<Interview> {
  const json = await act(name, "hold", { held, reason, request_id: id });
  return present(read(HoldInterviewResponseSchema, json).interview);
}

export async function evidence(name: string): Promise<Blob> {
  const signal = AbortSignal.timeout(PACK_LIMIT_MS);
  return (await send(`${below(name)}/evidence`, { signal })).blob();
}

// participant: its resource name. picture: such as `face` or `event-3`.
export async function pictureOf(participant: string, picture: string): Promise<Blob> {
  const signal = AbortSignal.timeout(MEDIA_LIMIT_MS);
  return (await send(`${below(participant)}/pictures/${picture}`, { signal })).blob();
}

export interface Shot {
  sequence: number;
  atS: number;
  track: string;
}

export interface RecordingFacts {
  startMs: number | null;
  lengthS: number;
  pictures: readonly Shot[];
  sounds: readonly { startS: number; endS: number }[];
}

interface RecordingJson {
  start_time: string | null;
  end_time: string | null;
  pictures: { sequence: number; offset_s: number; track: string }[];
  sounds: { start_s: number; end_s: number }[];
}

export async function recordingOf(participant: string): Promise<RecordingFacts> {
  const json = (await ask(`${below(participant)}/recording`, {
    signal: AbortSignal.timeout(MEDIA_LIMIT_MS),
  })) as unknown as RecordingJson;
  const pictures = json.pictures.map(({ sequence, offset_s, track }) => ({
    sequence,
    track,
    atS: offset_s,
  }));
  const sounds = json.sounds.map(({ start_s, end_s }) => ({ startS: start_s, endS: end_s }));
  const ends = [pictures.at(-1)?.atS ?? 0, sounds.at(-1)?.endS ?? 0];
  const startMs = json.start_time === null ? null : Date.parse(json.start_time);
  return { startMs, lengthS: Math.max(...ends), pictures, sounds };
}

export async function frameOf(participant: string, sequence: number): Promise<Blob> {
  const signal = AbortSignal.timeout(MEDIA_LIMIT_MS);
  return (await send(`${below(participant)}/recording/pictures/${sequence}`, { signal })).blob();
}

// A WAV file of a part of the recording, at most 60 s.
export async function soundOf(
  participant: string,
  startS: number,
  endS: number,
): Promise<ArrayBuffer> {
  const query = `start_s=${startS.toFixed(3)}&end_s=${endS.toFixed(3)}`;
  const signal = AbortSignal.timeout(MEDIA_LIMIT_MS);
  return (await send(`${below(participant)}/recording/sound?${query}`, { signal })).arrayBuffer();
}
