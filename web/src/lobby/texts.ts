// Sentences about alerts, visits and places in the language of the page.

import WORDS from "../gen/lobby_words.json";
import { CameraReport_State, Zone_Kind } from "../gen/smartbranch/edge/v1/edge_pb.ts";
import {
  type Alert,
  Alert_Kind,
  Alert_State,
  type CameraStatus,
  type FlowNow,
  IdentityKind,
  Severity,
  type Visit,
} from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { language } from "../shared/language.ts";
import { explain } from "../shared/reasons.ts";
import { ms } from "./messages.ts";
import { named, words } from "./words.ts";

type Table = Readonly<Record<string, { en: string; zh: string }>>;

// The reason in the page's language, in the rule's own words if it has some; the server's own
// English for one that is not known here.
export function alertText({ reason, facts, text }: Alert): string {
  const own = facts[`text_${language()}`];
  if (own) return own;
  const known = (WORDS.alert as Table)[reason]?.[language()];
  if (!known) return text;
  return known.replace(/\{(\w+)\}/g, (_, name: string) => factText(name, facts[name] ?? ""));
}

const factText = (name: string, value: string): string =>
  name === "tier" ? named(words().tier, value) : value;

export const severityName = (severity: Severity): string =>
  named(words().severity, Severity[severity] ?? "");
export const kindName = (kind: Alert_Kind): string => named(words().kind, Alert_Kind[kind] ?? "");
export const stateKey = (state: Alert_State) =>
  (Alert_State[state] ?? "RAISED") as keyof ReturnType<typeof words>["state"];

// A duty by its word, a colleague by the name of sign-in.
export const whoText = (who: string, me: string): string =>
  who === me ? words().you : named(words().duty, who);

// A Chinese colon is as wide as a space already.
export const byText = (state: ReturnType<typeof stateKey>, who: string, me: string): string =>
  `${words().stateBy[state]} ${whoText(who, me)}`.replace("： ", "：");

export function visitTitle(visit: Visit | undefined): string {
  if (!visit) return words().visitor;
  if (visit.isWatchlisted) return words().watchlisted;
  if (visit.customer?.displayName) return visit.customer.displayName;
  if (visit.identity === IdentityKind.KNOWN) return words().customerMissing;
  if (visit.identity === IdentityKind.UNSURE) return words().unsure;
  return words().visitor;
}

export const tierText = (visit: Visit | undefined): string =>
  visit?.customer?.tier ? named(words().tier, visit.customer.tier) : "";

export const languageText = (tag: string): string =>
  named(words().language, tag.split("-")[0] ?? "");

export const reasonText = (code: string): string => {
  const known = (words().visitReason as Readonly<Record<string, string>>)[code];
  return known ?? explain(code, code.replaceAll("_", " ").toLowerCase());
};

export const zoneText = (visit: Visit): string => visit.zoneDisplayName || visit.zone;

// What people do where the visit is; unknown until counts have come.
export function zoneKind(visit: Visit, flow: FlowNow | null): Zone_Kind {
  const zone = flow?.zones.find((one) => one.camera === visit.camera && one.zone === visit.zone);
  return zone?.kind ?? Zone_Kind.KIND_UNSPECIFIED;
}

// The word that goes before a time which counts up in a zone.
export function stayWord(kind: Zone_Kind): string {
  if (kind === Zone_Kind.QUEUE) return words().waits;
  if (kind === Zone_Kind.COUNTER) return words().served;
  return kind === Zone_Kind.MACHINE ? words().atMachine : words().inZone;
}

export const cameraState = (camera: CameraStatus) =>
  (CameraReport_State[camera.state] ?? "DOWN") as keyof ReturnType<typeof words>["camera"];

// Earliest first, without those that began over an hour ago.
export function nextAppointment(visit: Visit, nowMs: number) {
  return visit.customer?.appointments.find(
    ({ startTime }) => (ms(startTime) ?? 0) > nowMs - 3_600_000,
  );
}
