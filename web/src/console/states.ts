// What the server says of rules, galleries and delivery; plain JSON of the console alone. What is
// missing or of another kind is shown as not known, and breaks nothing.

import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

export interface Problem {
  code: string;
  text: string;
}

export interface Rule {
  id: string;
  kind: string;
  severity: string;
  text: string;
}

export interface Spread {
  count: number;
  p50S: number | null;
  p99S: number | null;
}

export interface Delivery {
  branch: string;
  doorToTablet: Spread;
  doorToEvent: Spread;
  lateCount: number;
}

export interface LobbyState {
  file: string;
  loadedMs: number | null;
  rulesProblem: Problem | null;
  rules: readonly Rule[];
  directory: string;
  directoryProblem: Problem | null;
  delivery: readonly Delivery[];
}

export interface Gallery {
  id: string;
  purpose: string;
  basis: string;
  subjectCount: number | null;
  consentCount: number | null;
  problem: Problem | null;
}

export type Galleries = readonly Gallery[];

export function readLobbyState(json: JsonValue): LobbyState {
  const state = object(json);
  const rules = object(state.rules);
  const directory = object(state.directory);
  return {
    file: text(rules.file),
    loadedMs: time(rules.loaded_at ?? rules.loaded_time),
    rulesProblem: problem(rules.problem),
    rules: list(rules.rules).map((one) => ({
      id: text(one.id),
      kind: text(one.kind).toUpperCase(),
      severity: text(one.severity).toUpperCase(),
      text: text(one.text ?? one.words),
    })),
    directory: text(directory.kind),
    directoryProblem: problem(directory.problem),
    delivery: list(state.delivery).map((one) => ({
      branch: text(one.branch),
      doorToTablet: spread(one.door_to_tablet),
      doorToEvent: spread(one.door_to_event),
      lateCount: number(one.late_count) ?? 0,
    })),
  };
}

export function readGalleries(json: JsonValue): Galleries {
  return list(object(json).galleries).map((one) => ({
    id: lastPart(text(one.id ?? one.name)),
    purpose: text(one.purpose),
    basis: text(one.legal_basis ?? one.basis).toUpperCase(),
    subjectCount: number(one.subject_count),
    consentCount: number(one.consent_count),
    problem: problem(one.problem),
  }));
}

const object = (json: JsonValue | undefined): JsonObject =>
  json && typeof json === "object" && !Array.isArray(json) ? json : {};

const list = (json: JsonValue | undefined): JsonObject[] =>
  Array.isArray(json) ? json.map(object) : [];

const text = (json: JsonValue | undefined): string =>
  typeof json === "string" || typeof json === "number" ? String(json) : "";

function number(json: JsonValue | undefined): number | null {
  const value = typeof json === "string" ? Number(json) : json;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function time(json: JsonValue | undefined): number | null {
  const ms = Date.parse(text(json));
  return Number.isNaN(ms) ? null : ms;
}

function problem(json: JsonValue | undefined): Problem | null {
  if (typeof json === "string" && json) return { code: "", text: json };
  const { code, reason, text: said, message } = object(json);
  const found = { code: text(code ?? reason), text: text(said ?? message) };
  return found.code || found.text ? found : null;
}

function spread(json: JsonValue | undefined): Spread {
  const { count, p50_s, p99_s } = object(json);
  return { count: number(count) ?? 0, p50S: number(p50_s), p99S: number(p99_s) };
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
