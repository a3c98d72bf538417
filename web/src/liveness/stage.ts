// What is seen while a check runs: the prompt, the face guide with its ring, advice and progress.

import { byId, element, must, shape } from "../shared/dom.ts";
import { icon } from "./icons.ts";
import type { Cue, Running } from "./state.ts";
import { textOf } from "./texts.ts";
import { words } from "./words.ts";

// The oval in the guide's own 300 x 400 units. A head that fills it is large enough to be judged, and
// can come a third closer without being cut off.
const OVAL = { x: 150, y: 176, rx: 88, ry: 121 };
const OVAL_PATH = ovalPath(OVAL.rx, OVAL.ry);
const RING_PATH = ovalPath(OVAL.rx + 9, OVAL.ry + 9);
const TICK_MS = 200;
const HURRY_MS = 2_000;
// Where the arrow of a turn stands: beside the oval, on the visitor's own side.
const ARROWS: Readonly<Record<string, { x: number; y: number }>> = {
  TURN_LEFT: { x: 26, y: OVAL.y },
  TURN_RIGHT: { x: 274, y: OVAL.y },
  LOOK_UP: { x: OVAL.x, y: 22 },
  LOOK_DOWN: { x: OVAL.x, y: 332 },
};
const ARROW_RADIUS = 18;
const ARROW_SCALE = 0.5; // Of the icon's 48 units.

export class Stage {
  private readonly root = byId("session");
  private readonly prompt = byId("prompt");
  private readonly glyph = must<HTMLElement>(this.prompt, ".glyph");
  private readonly text = must<HTMLElement>(this.prompt, "p");
  private readonly time = byId("time");
  private readonly bar = must<HTMLElement>(this.time, "span");
  private readonly guide = must<SVGElement>(document, "#guide");
  private readonly advice = byId("advice");
  private readonly notice = byId("notice");
  private readonly link = byId("link");
  private readonly progress = byId("progress");
  private readonly ring = shape("path", { d: RING_PATH, class: "ring", pathLength: 100 });
  private readonly arrow = shape("g", { class: "arrow" });
  private cue: Cue | null = null;
  private timer = 0;

  constructor() {
    const track = shape("path", { d: RING_PATH, class: "track" });
    const scrim = `M0 0H300V400H0Z${OVAL_PATH}`;
    this.guide.append(
      shape("path", { d: scrim, class: "scrim", "fill-rule": "evenodd" }),
      track,
      this.ring,
      this.arrow,
    );
  }

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
    this.renderArrow(challenge);
    this.startTimer(cue);
  }

  private renderArrow(challenge: string | null): void {
    const place = challenge ? ARROWS[challenge] : undefined;
    this.arrow.replaceChildren();
    if (!challenge || !place) return;
    const drawn = shape("g", { transform: `scale(${ARROW_SCALE}) translate(-24 -24)` });
    drawn.append(...icon(challenge).childNodes);
    this.arrow.setAttribute("transform", `translate(${place.x} ${place.y})`);
    this.arrow.append(shape("circle", { r: ARROW_RADIUS }), drawn);
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
    this.ring.setAttribute("stroke-dasharray", `${(done * 100).toFixed(1)} 200`);
    this.ring.setAttribute("class", done > 0 ? "ring" : "ring none");
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

// From the top and clockwise, so that a ring fills like a clock.
function ovalPath(rx: number, ry: number): string {
  const { x, y } = OVAL;
  const half = `a${rx} ${ry} 0 0 1 0`;
  return `M${x} ${y - ry}${half} ${2 * ry}${half} ${-2 * ry}Z`;
}
