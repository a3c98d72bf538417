// What is seen while a check runs: the prompt, the face guide with its ring, advice and progress.

import { byId, element, must } from "../shared/dom.ts";
import { icon } from "../shared/glyphs.ts";
import { Oval } from "../shared/oval.ts";
import type { Cue, Running } from "./state.ts";
import { textOf } from "./texts.ts";
import { words } from "./words.ts";

const TICK_MS = 200;
const HURRY_MS = 2_000;

export class Stage {
  private readonly root = byId("session");
  private readonly prompt = byId("prompt");
  private readonly glyph = must<HTMLElement>(this.prompt, ".glyph");
  private readonly text = must<HTMLElement>(this.prompt, "p");
  private readonly time = byId("time");
  private readonly bar = must<HTMLElement>(this.time, "span");
  private readonly oval = new Oval(must<SVGElement>(document, "#guide"));
  private readonly advice = byId("advice");
  private readonly notice = byId("notice");
  private readonly link = byId("link");
  private readonly progress = byId("progress");
  private cue: Cue | null = null;
  private timer = 0;

  render(state: Running): void {
    this.root.dataset.cue = state.cue.kind;
    this.renderCue(state.cue);
    say(this.advice, state.advice && textOf("advice", state.advice.code, state.advice.text));
    say(this.notice, state.notice && textOf("notice", state.notice.code, state.notice.text));
    this.link.hidden = !state.isLinkLost;
    say(this.link, state.isLinkLost ? words().reconnecting : null);
    this.renderProgress(state);
  }

  clear(): void {
    window.clearInterval(this.timer);
    this.cue = null;
  }

  private renderCue(cue: Cue): void {
    const challenge = cue.kind === "prompt" ? cue.challenge : null;
    say(
      this.text,
      cue.kind === "prompt" ? textOf("prompt", cue.challenge, cue.text) : words()[cue.kind],
    );
    if (cue === this.cue) return;
    this.cue = cue;
    this.glyph.replaceChildren(
      icon(challenge ?? (cue.kind === "passed" ? "PASSED" : "LOOK_STRAIGHT")),
    );
    this.oval.point(challenge);
    this.startTimer(cue);
  }

  private startTimer(cue: Cue): void {
    window.clearInterval(this.timer);
    this.time.dataset.runs = cue.kind === "prompt" && cue.limitMs > 0 ? "yes" : "";
    if (cue.kind !== "prompt" || cue.limitMs <= 0) return;
    const tick = () => {
      const leftMs = Math.max(0, cue.endsMs - performance.now());
      this.time.dataset.hurry = leftMs < HURRY_MS ? "yes" : "";
      this.bar.style.setProperty("--left", String(leftMs / cue.limitMs));
      this.bar.textContent = words().secondsLeft(Math.ceil(leftMs / 1000));
    };
    tick();
    this.timer = window.setInterval(tick, TICK_MS);
  }

  private renderProgress({ passedCount, challengeCount, share }: Running): void {
    const count = Math.max(1, challengeCount);
    const done = Math.min(1, (passedCount + Math.max(0, Math.min(1, share))) / count);
    this.oval.fill(done);
    this.progress.setAttribute("aria-valuemax", String(count));
    this.progress.setAttribute("aria-valuenow", String(passedCount));
    this.progress.setAttribute("aria-label", words().progress);
    const said = challengeCount ? words().ofCount(passedCount, challengeCount) : "";
    this.progress.setAttribute("aria-valuetext", said);
    const dots = Array.from({ length: challengeCount }, (_, at) =>
      element("span", at < passedCount ? "dot done" : "dot"),
    );
    this.progress.replaceChildren(...dots, element("span", "count", said));
  }
}

// Changes a text only where it differs: a live region says again whatever is set.
function say(place: HTMLElement, text: string | null): void {
  if (place.textContent !== (text ?? "")) place.textContent = text ?? "";
}
