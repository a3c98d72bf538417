// The alerts, worst first, and below them what colleagues already see to.

import { Alert_State, Severity, type Visit } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { byId, element, must } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { language } from "../shared/language.ts";
import { KeyedList } from "../shared/list.ts";
import { button, chip, counter, iconLine } from "../shared/parts.ts";
import { idOf, ms } from "./messages.ts";
import { isOpenFor, mayDo, type Shown } from "./moves.ts";
import {
  alertText,
  byText,
  kindName,
  severityName,
  stateKey,
  tierText,
  visitTitle,
} from "./texts.ts";
import type { Action } from "./waiting.ts";
import { words } from "./words.ts";

export const ACTION_ICONS: Readonly<Record<Action, string>> = {
  ACKNOWLEDGE: "seen",
  TAKE_OVER: "hand",
  HAND_OVER: "handover",
  NOTE: "note",
  CLOSE: "done",
};
// What fits on a card; the rest is behind "More".
const QUICK: ReadonlySet<Action> = new Set(["ACKNOWLEDGE", "TAKE_OVER"]);
const QUICK_IN_HAND: ReadonlySet<Action> = new Set(["CLOSE"]);

export interface AlertListener {
  onAction(alert: string, action: Action): void;
  onOpen(shown: Shown): void;
}

export class AlertsView {
  private readonly section = byId("alerts");
  private readonly open: KeyedList<Shown>;
  private readonly inHand: KeyedList<Shown>;
  private visits: ReadonlyMap<string, Visit> = new Map();
  private me = "";

  constructor(private readonly listener: AlertListener) {
    const make = (id: string) =>
      new KeyedList<Shown>(
        byId(id),
        ({ alert }) => alert.name,
        (shown) => this.signature(shown),
        (shown) => this.draw(shown),
      );
    this.open = make("alerts-open");
    this.inHand = make("alerts-in-hand");
  }

  render(all: readonly Shown[], visits: ReadonlyMap<string, Visit>, me: string): void {
    this.visits = visits;
    this.me = me;
    const open = all.filter(({ state }) => isOpenFor(state)).sort(worstFirst);
    const inHand = all.filter(({ state }) => !isOpenFor(state)).sort(worstFirst);
    this.open.show(open);
    this.inHand.show(inHand);
    must<HTMLElement>(this.section, ".count").textContent = String(open.length);
    byId("no-alerts").hidden = open.length > 0;
    byId("in-hand").hidden = inHand.length === 0;
  }

  private signature({ alert, state, assignee, isWaiting }: Shown): string {
    const visit = this.visits.get(alert.visit);
    const parts = [alert.revision, state, assignee, isWaiting, visit?.revision, language()];
    return parts.join("|");
  }

  private draw(shown: Shown): HTMLElement {
    const { alert } = shown;
    const card = element("li", "alert");
    card.dataset.severity = Severity[alert.severity] ?? "INFO";
    card.dataset.state = stateKey(shown.state);
    const titleId = `alert-${idOf(alert.name)}`;
    const title = element("h3", "", kindName(alert.kind));
    title.id = titleId;
    card.setAttribute("aria-labelledby", titleId);
    const head = element("div", "alert-head");
    const badge = element("span", "badge");
    badge.append(icon(card.dataset.severity));
    const raised = counter(ms(alert.raiseTime) ?? 0);
    head.append(badge, headText(shown, title), raised);
    card.append(head, element("p", "alert-text", alertText(alert)), ...this.about(shown));
    card.append(this.status(shown), this.buttons(shown, titleId));
    return card;
  }

  private about({ alert }: Shown): Node[] {
    const visit = this.visits.get(alert.visit);
    if (!visit) return [];
    const line = element("p", "alert-who");
    line.append(iconLine(visit.isWatchlisted ? "shield" : "person", visitTitle(visit)));
    const tier = tierText(visit);
    if (tier) line.append(chip(tier, "tier"));
    return [line];
  }

  private status({ alert, state, assignee, isWaiting }: Shown): HTMLElement {
    const line = element("p", "alert-status");
    if (assignee && state !== Alert_State.RAISED) {
      line.append(chip(byText(stateKey(state), assignee, this.me), "who"));
    }
    if (alert.escalationCount) line.append(chip(words().escalated(alert.escalationCount), "worse"));
    const escalateMs = isOpenFor(state) ? ms(alert.escalateTime) : null;
    if (escalateMs !== null) {
      const until = element("span", "calm-text", `${words().escalatesIn} `);
      until.append(counter(escalateMs, "down"));
      line.append(until);
    }
    if (isWaiting) line.append(chip(words().isWaiting, "waiting"));
    return line;
  }

  private buttons(shown: Shown, titleId: string): HTMLElement {
    const row = element("div", "buttons");
    const quick = isOpenFor(shown.state) ? QUICK : QUICK_IN_HAND;
    for (const action of mayDo(shown.state)) {
      if (!quick.has(action)) continue;
      const act = () => this.listener.onAction(shown.alert.name, action);
      row.append(button(words().action[action], ACTION_ICONS[action], action, act));
    }
    const more = button("", "more", "more", () => this.listener.onOpen(shown));
    more.setAttribute("aria-label", words().more);
    row.append(more);
    for (const one of row.children) one.setAttribute("aria-describedby", titleId);
    return row;
  }
}

function headText({ alert }: Shown, title: HTMLElement): HTMLElement {
  const text = element("div", "alert-title");
  text.append(element("span", "severity", severityName(alert.severity)), title);
  return text;
}

const worstFirst = (a: Shown, b: Shown): number =>
  b.alert.severity - a.alert.severity ||
  (ms(b.alert.raiseTime) ?? 0) - (ms(a.alert.raiseTime) ?? 0);
