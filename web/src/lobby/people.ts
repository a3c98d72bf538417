// Who is in the branch: known customers first, then visitors, latest arrival first.

import { Zone_Kind } from "../gen/smartbranch/edge/v1/edge_pb.ts";
import { type FlowNow, IdentityKind, type Visit } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { byId, element, must } from "../shared/dom.ts";
import { clockTime } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { language } from "../shared/language.ts";
import { KeyedList } from "../shared/list.ts";
import { chip, counter, iconLine } from "../shared/parts.ts";
import { ms } from "./messages.ts";
import {
  languageText,
  nextAppointment,
  reasonText,
  stayWord,
  tierText,
  visitTitle,
  zoneKind,
  zoneText,
} from "./texts.ts";
import { words } from "./words.ts";

export class PeopleView {
  private readonly section = byId("people");
  private readonly list: KeyedList<Visit>;
  private flow: FlowNow | null = null;
  private nowMs = 0;

  constructor(private readonly onOpen: (visit: string) => void) {
    this.list = new KeyedList<Visit>(
      byId("people-list"),
      ({ name }) => name,
      (visit) => [visit.revision, zoneKind(visit, this.flow), language()].join("|"),
      (visit) => this.draw(visit),
    );
  }

  render(visits: Iterable<Visit>, flow: FlowNow | null, nowMs: number): void {
    this.flow = flow;
    this.nowMs = nowMs;
    const all = [...visits].sort(knownFirst);
    this.list.show(all);
    must<HTMLElement>(this.section, ".count").textContent = String(all.length);
    byId("no-people").hidden = all.length > 0;
  }

  private draw(visit: Visit): HTMLElement {
    const item = element("li", "person");
    item.dataset.identity = visit.isWatchlisted
      ? "WATCHLIST"
      : (IdentityKind[visit.identity] ?? "");
    const card = element("button", "person-card");
    card.type = "button";
    card.dataset.part = "open";
    card.addEventListener("click", () => this.onOpen(visit.name));
    card.append(figure(visit), this.text(visit), stay(visit, this.flow));
    item.append(card);
    return item;
  }

  private text(visit: Visit): HTMLElement {
    const text = element("span", "person-text");
    const name = element("span", "person-name");
    name.append(element("strong", "", visitTitle(visit)));
    const tier = tierText(visit);
    if (tier) name.append(chip(tier, "tier"));
    text.append(name);
    const arrived = ms(visit.arriveTime);
    const where = zoneText(visit);
    const facts = [where, arrived === null ? "" : `${words().since} ${clockTime(arrived)}`];
    text.append(element("span", "person-facts", facts.filter(Boolean).join(" · ")));
    text.append(...this.lines(visit));
    return text;
  }

  private lines(visit: Visit): Node[] {
    const { customer } = visit;
    const lines: Node[] = [];
    const next = nextAppointment(visit, this.nowMs);
    const startMs = ms(next?.startTime);
    if (next && startMs !== null) {
      lines.push(iconLine("calendar", `${clockTime(startMs)} ${next.subject}`));
    }
    if (customer?.needs.length) lines.push(iconLine("need", customer.needs.join(" · ")));
    if (customer?.language && customer.language.split("-")[0] !== language()) {
      lines.push(iconLine("speech", languageText(customer.language)));
    }
    if (!customer && visit.identity === IdentityKind.KNOWN && visit.reason) {
      lines.push(iconLine("INFO", reasonText(visit.reason)));
    }
    return lines;
  }
}

// The person's initial, or a figure where it is not known who it is.
function figure(visit: Visit): HTMLElement {
  const place = element("span", "figure");
  place.setAttribute("aria-hidden", "true");
  const name = visit.isWatchlisted ? "" : (visit.customer?.displayName ?? "");
  if (visit.isWatchlisted) place.append(icon("shield"));
  else if (name) place.textContent = [...name][0]?.toUpperCase() ?? "";
  else place.append(icon("person"));
  return place;
}

function stay(visit: Visit, flow: FlowNow | null): HTMLElement {
  const place = element("span", "stay");
  const kind = zoneKind(visit, flow);
  const sinceMs = ms(visit.zoneEnterTime) ?? ms(visit.arriveTime);
  if (sinceMs === null) return place;
  place.dataset.kind = Zone_Kind[kind] ?? "";
  place.append(element("span", "stay-word", stayWord(kind)), counter(sinceMs));
  return place;
}

const rank = (visit: Visit): number => {
  if (visit.isWatchlisted) return 0;
  return visit.identity === IdentityKind.KNOWN ? 1 : 2;
};

const knownFirst = (a: Visit, b: Visit): number =>
  rank(a) - rank(b) || (ms(b.arriveTime) ?? 0) - (ms(a.arriveTime) ?? 0);
