// How many came in and went out by hour: bars, and the same as a table.

import type { FlowHour } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { element, shape } from "../shared/dom.ts";
import { clockTime } from "../shared/format.ts";
import { ms } from "./messages.ts";
import { words } from "./words.ts";

const SLOT = 34;
const BAR = 11;
const HEIGHT = 84;
const FOOT = 18;
const HEAD = 14;
// Below it an hour was counted in part, and its bars are drawn hollow.
const WHOLE = 0.9;
const SHOWN = 12;

export function hoursChart(all: readonly FlowHour[]): SVGSVGElement {
  const hours = all.slice(-SHOWN);
  const top = Math.max(1, ...hours.map(({ inCount, outCount }) => Math.max(inCount, outCount)));
  const width = Math.max(1, hours.length) * SLOT;
  const svg = shape("svg", {
    viewBox: `0 0 ${width} ${HEAD + HEIGHT + FOOT}`,
    role: "img",
    class: "chart",
  });
  const came = hours.reduce((sum, { inCount }) => sum + inCount, 0);
  svg.setAttribute("aria-label", words().chartLabel(came, hours.length));
  const base = HEAD + HEIGHT;
  svg.append(shape("path", { d: `M0 ${base}H${width}`, class: "axis" }));
  hours.forEach((hour, at) => {
    const middle = at * SLOT + SLOT / 2;
    const kind = hour.coverage < WHOLE ? " part" : "";
    svg.append(
      bar(middle - BAR - 1, (hour.inCount / top) * HEIGHT, `in${kind}`),
      bar(middle + 1, (hour.outCount / top) * HEIGHT, `out${kind}`),
      text(middle - BAR / 2 - 1, base - (hour.inCount / top) * HEIGHT - 3, String(hour.inCount)),
      text(middle, base + 13, clockTime(ms(hour.startTime) ?? 0).slice(0, 2), "hour"),
    );
  });
  return svg;
}

function bar(x: number, height: number, kind: string): SVGElement {
  const tall = Math.max(height, height > 0 ? 2 : 0);
  const y = HEAD + HEIGHT - tall;
  return shape("rect", { x, y, width: BAR, height: tall, rx: 2, class: kind });
}

function text(x: number, y: number, said: string, kind = "value"): SVGElement {
  const made = shape("text", { x, y, "text-anchor": "middle", class: kind });
  made.textContent = said;
  return made;
}

export function hoursTable(hours: readonly FlowHour[]): HTMLTableElement {
  const table = element("table");
  const head = table.createTHead().insertRow();
  for (const title of [words().hour, words().cameIn, words().wentOut]) {
    const cell = element("th", "", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  for (const { startTime, inCount, outCount, coverage } of hours) {
    const row = body.insertRow();
    const note = coverage < WHOLE ? ` (${words().partial})` : "";
    const hour = element("th", "", `${clockTime(ms(startTime) ?? 0)}${note}`);
    hour.scope = "row";
    row.append(hour, element("td", "", String(inCount)), element("td", "", String(outCount)));
  }
  return table;
}
