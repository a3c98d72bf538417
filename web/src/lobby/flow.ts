// Queues and flow, without anybody's identity.

import { durationMs } from "@bufbuild/protobuf/wkt";
import { Zone_Kind } from "../gen/smartbranch/edge/v1/edge_pb.ts";
import type { FlowHour, FlowNow, FlowNow_ZoneNow } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { byId, element } from "../shared/dom.ts";
import { counted, roughly } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { language } from "../shared/language.ts";
import { counter } from "../shared/parts.ts";
import { hoursChart, hoursTable } from "./chart.ts";
import { ms } from "./messages.ts";
import { named, words } from "./words.ts";

const ICONS: ReadonlyMap<Zone_Kind, string> = new Map([
  [Zone_Kind.QUEUE, "queue"],
  [Zone_Kind.COUNTER, "counter"],
  [Zone_Kind.MACHINE, "machine"],
  [Zone_Kind.ENTRANCE, "enter"],
]);
// Queues first: they are what staff can do something about.
const ORDER = [Zone_Kind.QUEUE, Zone_Kind.COUNTER, Zone_Kind.MACHINE, Zone_Kind.ENTRANCE];

export class FlowView {
  private drawn = "";

  constructor() {
    // An upright tablet has no room for the chart above the cards.
    const isUpright = window.matchMedia("(min-width: 44rem) and (max-width: 67.99rem)").matches;
    byId<HTMLDetailsElement>("flow-hours").open = !isUpright;
  }

  render(flow: FlowNow | null, hours: readonly FlowHour[]): void {
    byId("no-flow").hidden = flow !== null;
    byId("flow-now").hidden = flow === null;
    byId("flow-hours").hidden = hours.length === 0;
    if (flow) this.renderNow(flow);
    const signature = `${language()}|${hours.map(hourSignature).join()}`;
    if (signature !== this.drawn) this.renderHours(hours);
    this.drawn = signature;
  }

  private renderNow(flow: FlowNow): void {
    const queues = flow.zones.filter(({ kind }) => kind === Zone_Kind.QUEUE);
    // Where no queue is counted nobody knows whether anybody waits.
    const waiting = queues.length
      ? queues.reduce((sum, { personCount }) => sum + personCount, 0)
      : null;
    byId("flow-sums").replaceChildren(
      sum("queue", words().insideNow, waiting),
      sum("enter", words().inToday, flow.inCount),
      sum("leave", words().outToday, flow.outCount),
    );
    const zones = [...flow.zones].sort((a, b) => place(a.kind) - place(b.kind));
    const countedMs = ms(flow.updateTime) ?? 0;
    byId("zones").replaceChildren(...zones.map((zone) => zoneItem(zone, countedMs)));
  }

  private renderHours(hours: readonly FlowHour[]): void {
    byId("chart").replaceChildren(hoursChart(hours));
    byId("hours-table").replaceChildren(hoursTable(hours));
  }
}

const hourSignature = ({ startTime, inCount, outCount, coverage }: FlowHour): string =>
  `${startTime?.seconds}:${inCount}:${outCount}:${coverage.toFixed(2)}`;

const place = (kind: Zone_Kind): number => {
  const at = ORDER.indexOf(kind);
  return at < 0 ? ORDER.length : at;
};

function sum(name: string, word: string, count: number | null): HTMLElement {
  const made = element("div", "sum");
  const title = element("dt");
  title.append(icon(name), element("span", "", word));
  made.append(title, element("dd", "", count === null ? "–" : String(count)));
  return made;
}

function zoneItem(zone: FlowNow_ZoneNow, countedMs: number): HTMLElement {
  const item = element("li", "zone");
  const kind = Zone_Kind[zone.kind] ?? "AREA";
  item.dataset.kind = kind;
  const name = element("span", "zone-name");
  name.append(
    icon(ICONS.get(zone.kind) ?? "people"),
    element("span", "", zone.displayName || zone.zone || named(words().zoneKind, kind)),
  );
  const count = element("span", "zone-count", String(zone.personCount));
  count.append(element("span", "unit", words().persons));
  item.append(name, count, stays(zone, countedMs));
  return item;
}

// The longest stay goes on counting between two counts.
function stays(zone: FlowNow_ZoneNow, countedMs: number): HTMLElement {
  const line = element("span", "zone-stays");
  if (zone.longestStay && zone.personCount > 0) {
    const longestMs = durationMs(zone.longestStay);
    line.append(`${words().longest} `);
    line.append(countedMs ? counter(countedMs - longestMs) : counted(longestMs));
  }
  if (zone.meanStay) {
    if (line.hasChildNodes()) line.append(" · ");
    line.append(`${words().mean} ${roughly(durationMs(zone.meanStay))}`);
  }
  return line;
}
