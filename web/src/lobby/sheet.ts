// Everything about one visit or one alert, over the board.

import { type FlowNow, IdentityKind, type Visit } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { byId, element, facts } from "../shared/dom.ts";
import { clockTime } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { language } from "../shared/language.ts";
import { chip, counter } from "../shared/parts.ts";
import { AlertPart } from "./alertpart.ts";
import { ms } from "./messages.ts";
import type { Shown } from "./moves.ts";
import { Photo } from "./photo.ts";
import {
  kindName,
  languageText,
  reasonText,
  stayWord,
  tierText,
  visitTitle,
  zoneKind,
  zoneText,
} from "./texts.ts";
import type { Action } from "./waiting.ts";
import { words } from "./words.ts";

export interface SheetListener {
  onAction(alert: string, action: Action, assignee: string, note: string): void;
  photo(visit: string): Promise<Blob>;
}

// What the sheet is about.
export type Subject = { visit: string } | { alert: string };

export interface Known {
  visits: ReadonlyMap<string, Visit>;
  shown: readonly Shown[];
  flow: FlowNow | null;
  me: string;
  assignees: readonly string[];
}

export class Sheet {
  private readonly dialog = byId<HTMLDialogElement>("sheet");
  private readonly head = byId("sheet-head");
  private readonly body = byId("sheet-body");
  private readonly alertPlace = byId("sheet-alerts");
  private subject: Subject | null = null;
  private photo: Photo | null = null;
  private parts = new Map<string, AlertPart>();
  private drawn = "";

  constructor(private readonly listener: SheetListener) {
    this.dialog.addEventListener("close", () => this.clear());
    // A touch beside the sheet closes it.
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    byId("sheet-close").addEventListener("click", () => this.dialog.close());
  }

  open(subject: Subject, known: Known): void {
    this.clear();
    this.subject = subject;
    this.render(known);
    if (!this.dialog.open) this.dialog.showModal();
    byId("sheet-title").focus();
  }

  close(): void {
    if (this.dialog.open) this.dialog.close();
  }

  render(known: Known): void {
    const { subject } = this;
    if (!subject) return;
    const about = "alert" in subject ? known.shown.filter(isNamed(subject.alert)) : [];
    const name = "visit" in subject ? subject.visit : about[0]?.alert.visit;
    const visit = name ? known.visits.get(name) : undefined;
    const alerts = visit ? known.shown.filter(({ alert }) => alert.visit === visit.name) : about;
    // What it was about is over, and nothing is left to say of it.
    if (!visit && !alerts.length) {
      this.close();
      return;
    }
    this.renderVisit(visit, alerts, known);
    this.renderAlerts(alerts, known);
  }

  private renderVisit(visit: Visit | undefined, alerts: readonly Shown[], known: Known): void {
    const kind = visit && zoneKind(visit, known.flow);
    const first = alerts[0]?.alert.name;
    const signature = [visit?.name, visit?.revision, kind, language(), visit ? "" : first].join(
      "|",
    );
    if (signature === this.drawn) return;
    this.drawn = signature;
    const title = visit ? visitTitle(visit) : kindName(alerts[0]?.alert.kind ?? 0);
    byId("sheet-title").textContent = title;
    this.head.replaceChildren();
    this.body.replaceChildren();
    if (!visit) return;
    const tier = tierText(visit);
    if (tier) this.head.append(chip(tier, "tier"));
    if (visit.hasPhoto) this.body.append(this.photoOf(visit));
    this.body.append(...customerParts(visit), ...visitParts(visit, known.flow));
  }

  private photoOf(visit: Visit): HTMLElement {
    this.photo ??= new Photo(() => this.listener.photo(visit.name));
    this.photo.draw();
    return this.photo.root;
  }

  private renderAlerts(alerts: readonly Shown[], known: Known): void {
    const names = new Set(alerts.map(({ alert }) => alert.name));
    for (const [name, part] of this.parts) {
      if (names.has(name)) continue;
      part.root.remove();
      this.parts.delete(name);
    }
    for (const shown of alerts) {
      const { name } = shown.alert;
      let part = this.parts.get(name);
      if (!part) {
        part = new AlertPart((...action) => this.listener.onAction(name, ...action));
        this.parts.set(name, part);
        this.alertPlace.append(part.root);
      }
      part.render(shown, known.me, known.assignees);
    }
  }

  private clear(): void {
    this.photo?.close();
    this.photo = null;
    this.parts.clear();
    this.subject = null;
    this.drawn = "";
    // Nothing personal stays in the page behind a closed sheet.
    for (const place of [this.head, this.body, this.alertPlace]) place.replaceChildren();
    byId("sheet-title").textContent = "";
  }
}

const isNamed =
  (name: string) =>
  ({ alert }: Shown): boolean =>
    alert.name === name;

function titled(name: string, title: string, ...content: Node[]): HTMLElement {
  const part = element("section", "sheet-part");
  const heading = element("h3");
  heading.append(icon(name), element("span", "", title));
  part.append(heading, ...content);
  return part;
}

function bullets(texts: readonly string[]): HTMLElement {
  const list = element("ul");
  list.append(...texts.map((text) => element("li", "", text)));
  return list;
}

function customerParts({ customer }: Visit): Node[] {
  if (!customer) return [];
  const parts: Node[] = [];
  if (customer.appointments.length) {
    const texts = customer.appointments.map(({ startTime, subject, withWhom }) => {
      const start = ms(startTime);
      const at = start === null ? "" : `${clockTime(start)} `;
      return `${at}${subject}${withWhom ? ` · ${words().withWhom} ${withWhom}` : ""}`;
    });
    parts.push(titled("calendar", words().appointment, bullets(texts)));
  }
  if (customer.needs.length) parts.push(titled("need", words().needs, bullets(customer.needs)));
  if (customer.offers.length) parts.push(titled("gift", words().offers, bullets(customer.offers)));
  const rows: [string, string][] = [];
  if (customer.relationshipManager) rows.push([words().manager, customer.relationshipManager]);
  if (customer.language) rows.push([words().speaks, languageText(customer.language)]);
  if (rows.length) parts.push(titled("manager", words().customerMissing, facts(rows)));
  return parts;
}

function visitParts(visit: Visit, flow: FlowNow | null): Node[] {
  const rows: [string, string][] = [];
  const arrived = ms(visit.arriveTime);
  const seen = ms(visit.lastSeenTime);
  const zone = zoneText(visit);
  if (zone) rows.push([words().where, zone]);
  if (arrived !== null) rows.push([words().arrived, clockTime(arrived)]);
  if (seen !== null) rows.push([words().lastSeen, clockTime(seen)]);
  const isOpenQuestion = visit.identity === IdentityKind.UNSURE || !visit.customer;
  if (visit.reason && isOpenQuestion) rows.push([words().reason, reasonText(visit.reason)]);
  const list = facts(rows);
  const enterMs = ms(visit.zoneEnterTime);
  if (enterMs !== null) {
    const value = element("dd");
    value.append(counter(enterMs));
    list.append(element("dt", "", stayWord(zoneKind(visit, flow))), value);
  }
  return [titled("clock", words().facts, list)];
}
