// One alert on the sheet: why it was raised, what was done, and what may be done.

import { type Alert, Alert_State, Severity } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { element } from "../shared/dom.ts";
import { clockTime } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { newId } from "../shared/ids.ts";
import { language } from "../shared/language.ts";
import { button } from "../shared/parts.ts";
import { ACTION_ICONS } from "./alerts.ts";
import { ms } from "./messages.ts";
import { mayDo, type Shown } from "./moves.ts";
import { alertText, byText, kindName, severityName, stateKey, whoText } from "./texts.ts";
import type { Action } from "./waiting.ts";
import { named, words } from "./words.ts";

const MAX_NOTE = 500;

type Do = (action: Action, assignee: string, note: string) => void;

export class AlertPart {
  readonly root = element("section", "sheet-alert");
  private readonly about = element("div", "about");
  private readonly form = element("form", "extra");
  private asked: Action | null = null;
  private shown: Shown | null = null;
  private drawn = "";

  constructor(private readonly act: Do) {
    this.form.hidden = true;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.root.append(this.about, this.form);
  }

  // A form that somebody is writing in stays as it is.
  render(shown: Shown, me: string, assignees: readonly string[]): void {
    this.shown = shown;
    const { alert, state, assignee, isWaiting } = shown;
    const signature = [alert.revision, state, assignee, isWaiting, language()].join("|");
    if (signature === this.drawn) return;
    const focused = this.about.contains(document.activeElement);
    const part = (document.activeElement as HTMLElement | null)?.dataset.part;
    this.drawn = signature;
    this.root.dataset.severity = Severity[alert.severity] ?? "INFO";
    const heading = element("h3");
    heading.append(icon(this.root.dataset.severity));
    heading.append(element("span", "", `${severityName(alert.severity)}: ${kindName(alert.kind)}`));
    this.about.replaceChildren(heading, element("p", "", alertText(alert)));
    this.about.append(stateLine(shown, me), this.buttons(state, assignees), steps(alert, me));
    if (this.asked && !mayDo(state).includes(this.asked)) this.closeForm();
    if (!focused) return;
    const same = this.about.querySelector<HTMLElement>(`[data-part="${part}"]`);
    (same ?? this.about.querySelector<HTMLElement>("button"))?.focus();
  }

  private buttons(state: Alert_State, assignees: readonly string[]): HTMLElement {
    const row = element("div", "buttons");
    for (const action of mayDo(state)) {
      const needsMore = action === "HAND_OVER" || action === "NOTE";
      const onClick = needsMore
        ? () => this.ask(action, assignees)
        : () => this.act(action, "", "");
      row.append(button(words().action[action], ACTION_ICONS[action], action, onClick));
    }
    return row;
  }

  private ask(action: Action, assignees: readonly string[]): void {
    this.asked = action;
    this.form.replaceChildren();
    this.form.hidden = false;
    const parts =
      action === "HAND_OVER" ? [...assigneeField(assignees), ...noteField(false)] : noteField(true);
    const row = element("div", "buttons");
    const send = element("button", "primary", words().send);
    send.type = "submit";
    const cancel = element("button", "", words().cancel);
    cancel.type = "button";
    cancel.addEventListener("click", () => this.closeForm());
    row.append(send, cancel);
    this.form.append(element("h4", "", words().action[action]), ...parts, row);
    this.form.querySelector<HTMLElement>("input, textarea")?.focus();
  }

  private submit(): void {
    const action = this.asked;
    if (!action || !this.shown) return;
    const data = new FormData(this.form);
    const assignee = String(data.get("assignee") ?? "").trim();
    const note = String(data.get("note") ?? "").trim();
    this.closeForm();
    this.act(action, assignee, note);
  }

  private closeForm(): void {
    const action = this.asked;
    this.asked = null;
    this.form.hidden = true;
    this.form.replaceChildren();
    this.about.querySelector<HTMLElement>(`[data-part="${action}"]`)?.focus();
  }
}

function assigneeField(assignees: readonly string[]): HTMLElement[] {
  const input = element("input");
  input.name = "assignee";
  input.required = true;
  input.maxLength = 64;
  input.autocomplete = "off";
  input.autocapitalize = "none";
  input.spellcheck = false;
  const choices = element("div", "choices");
  for (const assignee of assignees) {
    const choice = element("button", "choice", named(words().duty, assignee));
    choice.type = "button";
    choice.addEventListener("click", () => {
      input.value = assignee;
      input.focus();
    });
    choices.append(choice);
  }
  return [labelled(input, words().handOverTo, words().handOverHint), choices];
}

function noteField(isRequired: boolean): HTMLElement[] {
  const area = element("textarea");
  area.name = "note";
  area.rows = 2;
  area.maxLength = MAX_NOTE;
  area.required = isRequired;
  return [labelled(area, words().noteLabel, words().noteHint)];
}

function labelled(field: HTMLElement, title: string, hint: string): HTMLElement {
  const part = element("div", "field");
  field.id = `field-${newId()}`;
  const label = element("label", "", title);
  label.htmlFor = field.id;
  const said = element("span", "hint", hint);
  said.id = `${field.id}-hint`;
  field.setAttribute("aria-describedby", said.id);
  part.append(label, field, said);
  return part;
}

function stateLine({ state, assignee, isWaiting }: Shown, me: string): HTMLElement {
  const hasOne = assignee && state !== Alert_State.RAISED;
  const key = stateKey(state);
  const who = hasOne ? byText(key, assignee, me) : words().state[key];
  return element("p", "state", isWaiting ? `${who} · ${words().isWaiting}` : who);
}

function steps({ steps: all }: Alert, me: string): HTMLElement {
  const details = element("details", "steps");
  if (!all.length) return details;
  const list = element("ol");
  for (const { stepTime, state, actor, note, assignee } of all) {
    const at = ms(stepTime);
    const who = actor ? whoText(actor, me) : words().bySystem;
    const to = assignee ? ` → ${whoText(assignee, me)}` : "";
    const item = element("li");
    item.append(
      `${at === null ? "" : clockTime(at)} ${words().state[stateKey(state)]}${to} · ${who}`,
    );
    if (note) item.append(element("q", "", note));
    list.append(item);
  }
  details.append(element("summary", "", `${words().history} (${all.length})`), list);
  return details;
}
