// Rules, galleries and times of delivery.

import { byId, element, facts } from "../shared/dom.ts";
import { moment, roughly } from "../shared/format.ts";
import { chip } from "../shared/parts.ts";
import { explain } from "../shared/reasons.ts";
import {
  type Delivery,
  type Galleries,
  type GalleryProblem,
  type LobbyState,
  lastPart,
  type Problem,
  type Rule,
} from "./states.ts";
import { named, words } from "./words.ts";

// What the product promises; slower is marked.
const MEDIAN_LIMIT_S = 1;
const SLOWEST_LIMIT_S = 2;

export function showRules(state: LobbyState): void {
  const rows: [string, string][] = [];
  if (state.file) rows.push([words().rulesFile, state.file]);
  if (state.loadedMs !== null) rows.push([words().rulesLoaded, moment(state.loadedMs)]);
  const directory = state.isDirectoryUp ? words().directoryGood : words().directoryBad;
  const hasOne = state.directory && state.directory !== "none";
  if (hasOne) rows.push([words().directory, `${state.directory}: ${directory}`]);
  const bad = state.rulesProblem;
  const verdict = bad ? chip(words().rulesBad, "worse") : chip(words().rulesGood, "good");
  const parts: Node[] = [verdict];
  if (bad) parts.push(element("p", "trouble", said(bad)));
  const wrong = state.directoryProblem;
  if (wrong) parts.push(element("p", "trouble", `${words().directory}: ${said(wrong)}`));
  byId("rules-state").replaceChildren(...parts, facts(rows));
  const list = state.rules.map((rule) => {
    const { id, kind, severity } = rule;
    const item = element("li");
    const head = element("span", "rule-head");
    head.append(element("strong", "", id), ` ${named(words().kind, kind)} `);
    head.append(chip(named(words().severity, severity), severity === "URGENT" ? "worse" : ""));
    if (!rule.isEnabled) head.append(chip(words().ruleOff));
    item.append(head, element("span", "rule-text", ruleText(rule)));
    return item;
  });
  byId("rule-list").replaceChildren(...list);
  if (!list.length) byId("rules-state").append(element("p", "empty", words().noRules));
}

function ruleText({ roles, cooldownS, escalateAfterS, escalateTo }: Rule): string {
  const parts = [roles.length ? words().ruleFor(roles.join(", ")) : words().ruleForAll];
  if (cooldownS) parts.push(words().ruleCooldown(roughly(cooldownS * 1000)));
  if (escalateAfterS !== null) {
    const after = roughly(escalateAfterS * 1000);
    parts.push(words().ruleEscalates(after, escalateTo.join(", ")));
  }
  return parts.join(" · ");
}

const said = ({ code, text }: Problem): string => explain(code, text || code);

export function showGalleries(all: Galleries, bad: readonly GalleryProblem[]): void {
  const problems = bad.map((one) =>
    element("p", "trouble", `${lastPart(one.gallery)}: ${said(one)} (${one.branch})`),
  );
  byId("gallery-problems").replaceChildren(...problems);
  const rows = all.map(({ id, purpose, basis, subjectCount, customersOf, watchlistOf }) => [
    id,
    purpose || "–",
    named(words().legalBasis, basis) || "–",
    subjectCount === null ? "–" : String(subjectCount),
    customersOf.join(", ") || "–",
    watchlistOf.join(", ") || "–",
  ]);
  const { gallery, purpose, basis, subjects, customersOf, watchlistOf } = words();
  const titles = [gallery, purpose, basis, subjects, customersOf, watchlistOf];
  byId("gallery-table").replaceChildren(
    rows.length ? table(titles, rows) : element("p", "empty", words().noGalleries),
  );
}

export function showDelivery(all: readonly Delivery[]): void {
  const measured = all.filter(
    ({ doorToTablet, doorToEvent }) => doorToTablet.count + doorToEvent.count,
  );
  const rows = measured.map(({ branch, doorToTablet, doorToEvent, lateCount }) => [
    branch,
    String(doorToTablet.count),
    seconds(doorToTablet.p50S, MEDIAN_LIMIT_S),
    seconds(doorToTablet.p99S, SLOWEST_LIMIT_S),
    seconds(doorToEvent.p99S, SLOWEST_LIMIT_S),
    String(lateCount),
  ]);
  const { branch, count, median, slowest, toEvent, late } = words();
  const titles = [branch, count, median, slowest, toEvent, late];
  byId("delivery-table").replaceChildren(
    rows.length ? table(titles, rows) : element("p", "empty", words().noDelivery),
  );
}

function seconds(value: number | null, limit: number): string | Node {
  if (value === null) return "–";
  return chip(`${value.toFixed(2)} s`, value > limit ? "worse" : "good");
}

function table(titles: readonly string[], rows: readonly (string | Node)[][]): HTMLTableElement {
  const made = element("table");
  const head = made.createTHead().insertRow();
  for (const title of titles) {
    const cell = element("th", "", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = made.createTBody();
  for (const [first = "", ...others] of rows) {
    const row = body.insertRow();
    const name = element("th");
    name.scope = "row";
    name.append(first);
    row.append(name);
    for (const other of others) row.insertCell().append(other);
  }
  return made;
}
