// The panel before the camera: what to do, the oval for the face, advice and the time that is left.

import { byId, must } from "../shared/dom.ts";
import { icon } from "../shared/glyphs.ts";
import { Oval } from "../shared/oval.ts";
import type { Asked, Running } from "./state.ts";
import { words } from "./words.ts";

const TICK_MS = 200;
const HURRY_MS = 3_000;

export class Stage {
  private readonly root = byId("panel-live");
  private readonly prompt = byId("prompt");
  private readonly glyph = must<HTMLElement>(this.prompt, ".glyph");
  private readonly text = must<HTMLElement>(this.prompt, "p");
  private readonly time = byId("time");
  private readonly bar = must<HTMLElement>(this.time, "span");
  private readonly oval = new Oval(must<SVGElement>(document, "#guide"));
  private readonly advice = byId("advice");
  private asked: Asked | null = null;
  private timer = 0;

  render({ asked, advice, progress }: Running): void {
    // Between two questions the picture stays as it is.
    const isAsking = asked?.kind === "question" || progress?.state === "QUESTIONS";
    this.root.dataset.kind = isAsking ? "question" : (asked?.kind ?? "wait");
    this.root.dataset.cue = asked?.kind === "challenge" ? "prompt" : "";
    say(this.text, asked?.text ?? words().waiting);
    say(this.advice, advice?.text ?? "");
    this.oval.fill(progress?.share ?? 0);
    if (asked === this.asked) return;
    this.asked = asked;
    this.glyph.replaceChildren(icon(asked?.challenge ?? glyphOf(asked)));
    this.oval.point(asked?.challenge ?? null);
    this.startTimer(asked);
  }

  clear(): void {
    window.clearInterval(this.timer);
    this.asked = null;
  }

  private startTimer(asked: Asked | null): void {
    window.clearInterval(this.timer);
    const endsMs = asked?.endsMs ?? null;
    this.time.dataset.runs = endsMs === null ? "" : "yes";
    if (!asked || endsMs === null) return;
    const tick = () => {
      const leftMs = Math.max(0, endsMs - performance.now());
      this.time.dataset.hurry = leftMs < HURRY_MS ? "yes" : "";
      this.bar.style.setProperty("--left", String(leftMs / asked.limitMs));
      this.bar.textContent = words().secondsLeft(Math.ceil(leftMs / 1000));
    };
    tick();
    this.timer = window.setInterval(tick, TICK_MS);
  }
}

const glyphOf = (asked: Asked | null): string =>
  asked?.kind === "question" ? "QUESTION" : "LOOK_STRAIGHT";

// Changes a text only where it differs: a live region says again whatever is set.
export function say(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}
