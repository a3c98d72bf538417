// What is seen of a desk: the board, the sheet, and what is said aloud.

import { type Alert, Severity } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { byId, element } from "../shared/dom.ts";
import type { ApiError } from "../shared/failure.ts";
import { clockTime } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { language } from "../shared/language.ts";
import { tick } from "../shared/parts.ts";
import { explain } from "../shared/reasons.ts";
import { AlertsView } from "./alerts.ts";
import { renderCameras } from "./cameras.ts";
import type { Desk } from "./desk.ts";
import { FlowView } from "./flow.ts";
import { PeopleView } from "./people.ts";
import { type Known, Sheet } from "./sheet.ts";
import { alertText, kindName, severityName } from "./texts.ts";
import type { Action, Doing } from "./waiting.ts";
import { named, words } from "./words.ts";

const TICK_MS = 1_000;
const TOAST_MS = 6_000;

type Do = (alert: string, action: Action, assignee: string, note: string) => void;

// The views live as long as the page; a screen fills them for one desk.
let views: { alerts: AlertsView; people: PeopleView; flow: FlowView; sheet: Sheet } | null = null;
let current: Screen | null = null;

export class Screen {
  private desk: Desk | null = null;
  private timer = 0;
  private toast = 0;
  private isDue = false;

  constructor(
    private readonly me: string,
    private readonly act: Do,
  ) {
    current = this;
    views ??= makeViews();
  }

  show(desk: Desk): void {
    this.desk = desk;
    this.timer = window.setInterval(() => tick(document, desk.clock.now()), TICK_MS);
    this.render();
  }

  // Leaves nothing of the branch on the page.
  close(): void {
    views?.sheet.close();
    this.desk = null;
    window.clearInterval(this.timer);
    views?.alerts.render([], new Map(), "");
    views?.people.render([], null, 0);
    views?.flow.render(null, []);
    renderCameras(new Map());
    for (const id of ["troubles", "said", "said-now", "link"]) byId(id).replaceChildren();
    for (const id of ["banner", "toast"]) byId(id).hidden = true;
  }

  // Draws soon, and once for all that changes meanwhile.
  refresh(): void {
    if (this.isDue) return;
    this.isDue = true;
    queueMicrotask(() => {
      this.isDue = false;
      this.render();
    });
  }

  translate(): void {
    this.render();
  }

  call(alert: Alert): void {
    const said = `${severityName(alert.severity)}: ${kindName(alert.kind)}. ${alertText(alert)}`;
    byId(alert.severity === Severity.URGENT ? "said-now" : "said").textContent = said;
  }

  announce(text: string): void {
    byId("said").textContent = text;
  }

  // What lasts until it is over.
  warn(text: string): void {
    banner(text);
  }

  say(text: string, isBad = false): void {
    const toast = byId("toast");
    toast.textContent = text;
    toast.dataset.bad = String(isBad);
    toast.hidden = false;
    window.clearTimeout(this.toast);
    this.toast = window.setTimeout(() => {
      toast.hidden = true;
    }, TOAST_MS);
  }

  refuse(error: ApiError, doing?: Doing): void {
    const why = explain(error.reason, error.message);
    if (doing) this.say(`${words().notDone} (${words().action[doing.action]}): ${why}`, true);
    else banner(error.reason === "BRANCH_NOT_FOUND" ? words().refusedBranch : why);
  }

  open(subject: { visit: string } | { alert: string }): void {
    const known = this.known();
    if (known) views?.sheet.open(subject, known);
    if (this.desk) tick(byId("sheet"), this.desk.clock.now());
  }

  do: Do = (...action) => this.act(...action);

  async photo(visit: string): Promise<Blob> {
    if (!this.desk) throw new Error("nobody is signed in");
    return this.desk.calls.photo(visit);
  }

  private known(): Known | null {
    const { desk, me } = this;
    if (!desk) return null;
    const { visits, flow } = desk.board;
    return { visits, flow, me, shown: desk.shown(), assignees: desk.assignees() };
  }

  private render(): void {
    const { desk } = this;
    const known = this.known();
    if (!desk || !known || !views) return;
    const nowMs = desk.clock.now();
    views.alerts.render(known.shown, known.visits, this.me);
    views.people.render(known.visits.values(), known.flow, nowMs);
    views.flow.render(known.flow, desk.board.hours);
    renderCameras(desk.board.cameras);
    views.sheet.render(known);
    this.renderLink(desk);
    renderTroubles(desk);
    tick(document, nowMs);
  }

  private renderLink(desk: Desk): void {
    const link = byId("link");
    const count = desk.waiting.mine.length;
    const said = `${words()[desk.link]}|${count}|${language()}`;
    if (link.dataset.said !== said || !link.hasChildNodes()) {
      link.dataset.said = said;
      link.dataset.link = desk.link;
      const waits = count ? element("span", "chip", words().waitingCount(count)) : "";
      const name = desk.link === "lost" ? "offline" : "seen";
      link.replaceChildren(icon(name), element("span", "", words()[desk.link]), waits);
    }
    const lost = desk.link === "lost" ? words().lostBanner(clockTime(desk.heardMs)) : null;
    if (desk.link !== "connecting") banner(lost);
  }
}

function banner(text: string | null): void {
  const place = byId("banner");
  if (place.textContent !== (text ?? "")) place.textContent = text ?? "";
  place.hidden = text === null;
}

function renderTroubles(desk: Desk): void {
  const texts = [...desk.board.troubles.values()].map(({ code, text }) => {
    const known = named(words().trouble, code);
    return known === code ? text : known;
  });
  const place = byId("troubles");
  if (place.dataset.said === texts.join("|") && place.childElementCount === texts.length) return;
  place.dataset.said = texts.join("|");
  place.replaceChildren(...texts.map((text) => element("li", "", text)));
}

function makeViews() {
  return {
    alerts: new AlertsView({
      onAction: (alert, action) => current?.do(alert, action, "", ""),
      onOpen: ({ alert }) => current?.open({ alert: alert.name }),
    }),
    people: new PeopleView((visit) => current?.open({ visit })),
    flow: new FlowView(),
    sheet: new Sheet({
      onAction: (...action) => current?.do(...action),
      photo: async (visit) => current?.photo(visit) ?? Promise.reject(new Error("no desk")),
    }),
  };
}
