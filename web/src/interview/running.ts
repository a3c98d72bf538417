// Everything that is seen while somebody attends.

import { byId, element } from "../shared/dom.ts";
import { Asking } from "./asking.ts";
import { CardPanel } from "./card.ts";
import { ConsentPanel } from "./consent.ts";
import { Stage, say } from "./stage.ts";
import type { Panel, Progress, Running } from "./state.ts";
import type { Visit } from "./visit.ts";
import { words } from "./words.ts";

const PANELS: readonly Panel[] = ["opening", "consent", "document", "live", "wait"];

export class RunningView {
  private readonly stage = new Stage();
  private readonly asking: Asking;
  private readonly card: CardPanel;
  private readonly consent: ConsentPanel;
  private readonly progress = byId("progress");
  private readonly link = byId("link");
  private readonly notice = byId("notice");
  private waitFor: "waiting" | "cardSent" = "waiting";
  private shown = "";

  // visit: the one that runs now.
  constructor(visit: () => Visit | null) {
    this.asking = new Asking((question, text) => {
      visit()?.answer(question, text);
    });
    this.card = new CardPanel(
      () => visit()?.maxBytes ?? 0,
      (side, jpeg) => {
        this.waitFor = "cardSent";
        return visit()?.showDocument(side, jpeg) ?? false;
      },
    );
    this.consent = new ConsentPanel((consent) => {
      this.waitFor = "waiting";
      visit()?.consent(consent);
    });
    byId("retry").addEventListener("click", () => void visit()?.retry());
  }

  hear(level: number): void {
    this.asking.hear(level);
  }

  render(state: Running): void {
    const { asked, trouble } = state;
    const panel = trouble && state.panel !== "consent" ? null : state.panel;
    for (const name of PANELS) byId(`panel-${name}`).hidden = name !== panel;
    this.renderTrouble(panel === null ? trouble : null);
    this.renderProgress(state.progress);
    this.link.hidden = !state.isLinkLost;
    say(this.link, state.isLinkLost ? words().reconnecting : "");
    byId("away").hidden = !state.wasAway;
    this.notice.hidden = !state.notice;
    say(this.notice, state.notice?.text ?? "");
    if (panel === "consent" && asked) this.consent.render(asked);
    this.card.render(panel === "document" ? asked : null, state.notice);
    if (panel === "live") this.stage.render(state);
    else this.stage.clear();
    const question = panel === "live" && asked?.kind === "question" ? asked : null;
    this.asking.render(question, state.hasSound);
    say(byId("wait-line"), words()[this.waitFor]);
    const isFace = panel === "live" && !question && state.progress?.state !== "QUESTIONS";
    byId("running").dataset.panel = isFace ? "face" : (panel ?? "trouble");
    this.lookUp(panel ?? "trouble");
  }

  clear(): void {
    this.stage.clear();
    this.card.render(null);
    this.shown = "";
  }

  // A new panel begins at its top.
  private lookUp(name: string): void {
    if (name !== this.shown) window.scrollTo({ top: 0 });
    this.shown = name;
    if (name !== "wait") this.waitFor = "waiting";
  }

  private renderTrouble(trouble: Running["trouble"]): void {
    byId("trouble").hidden = trouble === null;
    say(byId("trouble-title"), trouble ? words().trouble[trouble] : "");
    say(byId("trouble-text"), trouble ? words().remedy[trouble] : "");
  }

  private renderProgress(progress: Progress | null): void {
    const place = this.progress;
    place.hidden = !progress || progress.stepCount === 0;
    if (!progress) return;
    const { state, doneCount, stepCount } = progress;
    const said = words().ofSteps(doneCount, stepCount, words().stepName[state] ?? "");
    place.setAttribute("aria-label", words().progress);
    place.setAttribute("aria-valuemax", String(stepCount));
    place.setAttribute("aria-valuenow", String(doneCount));
    place.setAttribute("aria-valuetext", said);
    const bars = Array.from({ length: stepCount }, (_, at) => {
      const how = at < doneCount ? "done" : at === doneCount ? "now" : "";
      return element("span", `bar ${how}`);
    });
    const isLast = progress.attemptsLeft === 1 && state !== "CONSENT";
    const last = isLast ? ` · ${words().lastAttempt}` : "";
    place.replaceChildren(...bars, element("span", "said", said + last));
  }
}
