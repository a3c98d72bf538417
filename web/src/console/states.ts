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
  isEnabled: boolean;
  roles: readonly string[];
  cooldownS: number | null;
  escalateAfterS: number | null;
  escalateTo: readonly string[];
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

export interface GalleryProblem extends Problem {
  branch: string;
  gallery: string;
}

export interface LobbyState {
  file: string;
  loadedMs: number | null;
  rulesProblem: Problem | null;
  rules: readonly Rule[];
  directory: string;
  isDirectoryUp: boolean;
  directoryProblem: Problem | null;
  galleryProblems: readonly GalleryProblem[];
  delivery: readonly Delivery[];
}

export interface Gallery {
  id: string;
  purpose: string;
  basis: string;
  subjectCount: number | null;
  // Branches that search it.
  customersOf: readonly string[];
  watchlistOf: readonly string[];
}

export type Galleries = readonly Gallery[];

export function readLobbyState(json: JsonValue): LobbyState {
  const state = object(json);
  const rules = object(state.rules);
  const directory = object(state.directory);
  return {
    file: text(rules.file),
    loadedMs: time(rules.loaded_time),
    rulesProblem: problem(rules.problem),
    rules: list(rules.rules).map(rule),
    directory: text(directory.kind),
    isDirectoryUp: directory.is_up === true,
    directoryProblem: problem(directory.problem),
    galleryProblems: list(state.gallery_problems).map((one) => ({
      branch: text(one.branch),
      gallery: text(one.gallery),
      code: text(one.code),
      text: text(one.text),
    })),
    delivery: list(object(state.delivery).branches).map((one) => ({
      branch: text(one.branch),
      doorToTablet: spread(one.door_to_tablet),
      doorToEvent: spread(one.door_to_event),
      lateCount: number(one.late_count) ?? 0,
    })),
  };
}

export function readGalleries(json: JsonValue): Galleries {
  return list(object(json).galleries).map((one) => ({
    id: lastPart(text(one.name)),
    purpose: text(one.purpose),
    basis: text(one.legal_basis).toUpperCase().replaceAll("-", "_"),
    subjectCount: number(one.subject_count),
    customersOf: texts(one.customers_of),
    watchlistOf: texts(one.watchlist_of),
  }));
}

function rule(one: JsonObject): Rule {
  const escalation = object(one.escalation);
  return {
    id: text(one.id),
    kind: text(one.kind),
    severity: text(one.severity),
    isEnabled: one.is_enabled !== false,
    roles: texts(one.roles),
    cooldownS: number(one.cooldown_s),
    escalateAfterS: number(escalation.after_s),
    escalateTo: texts(escalation.roles),
  };
}

const object = (json: JsonValue | undefined): JsonObject =>
  json && typeof json === "object" && !Array.isArray(json) ? json : {};

const list = (json: JsonValue | undefined): JsonObject[] =>
  Array.isArray(json) ? json.map(object) : [];

const text = (json: JsonValue | undefined): string =>
  typeof json === "string" || typeof json === "number" ? String(json) : "";

const texts = (json: JsonValue | undefined): string[] =>
  Array.isArray(json) ? json.map(text).filter(Boolean) : [];

function number(json: JsonValue | undefined): number | null {
  const value = typeof json === "string" ? Number(json) : json;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function time(json: JsonValue | undefined): number | null {
  const ms = Date.parse(text(json));
  return Number.isNaN(ms) ? null : ms;
}

function problem(json: JsonValue | undefined): Problem | null {
  const { code, text: said } = object(json);
  const found = { code: text(code), text: text(said) };
  return found.code || found.text ? found : null;
}

function spread(json: JsonValue | undefined): Spread {
  const { count, p50_s, p99_s } = object(json);
  return { count: number(count) ?? 0, p50S: number(p50_s), p99S: number(p99_s) };
}

export const lastPart = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
