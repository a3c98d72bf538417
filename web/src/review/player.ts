// Plays the recording of one person: a canvas, a slider over time, and the events on it.

import type { ConductEvent, Participant } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { byId, element } from "../shared/dom.ts";
import { ApiError } from "../shared/failure.ts";
import { counted } from "../shared/format.ts";
import { explain } from "../shared/reasons.ts";
import { label } from "../shared/tools.ts";
import { ms, recordingOf } from "./calls.ts";
import { Reel } from "./reel.ts";
import { Sound } from "./sound.ts";
import { eventText, personName, severityKey } from "./texts.ts";
import { words } from "./words.ts";

const STEP_S = 5;
const AHEAD = 12;
// An event is looked at with what led to it.
const LEAD_S = 2;

export class Player {
  private readonly canvas = byId<HTMLCanvasElement>("reel-canvas");
  private readonly slider = byId<HTMLInputElement>("reel-slider");
  private readonly line = byId("reel-line");
  private readonly sound = new Sound((error) => this.tell(error, words().sound.bad));
  private person: Participant | null = null;
  private reel: Reel | null = null;
  private atS = 0;
  private shown = -1;
  private isPlaying = false;
  private lastMs = 0;
  private turn = 0;
  private loaded = "";

  constructor() {
    byId("reel-play").addEventListener("click", () => (this.isPlaying ? this.stop() : this.play()));
    byId("reel-back").addEventListener("click", () => this.seek(this.atS - STEP_S));
    byId("reel-on").addEventListener("click", () => this.seek(this.atS + STEP_S));
    byId("reel-earlier").addEventListener("click", () => this.toEvent(-1));
    byId("reel-later").addEventListener("click", () => this.toEvent(1));
    this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
    this.translate();
  }

  // Shows the newest of a person whose recording is open.
  update(participants: readonly Participant[]): void {
    const found = participants.find(({ name }) => name === this.person?.name);
    if (!found) return;
    this.person = found;
    this.drawTicks();
  }

  // atMs: where to begin, by the clock; sequence: or at this chunk. Without both, at the beginning.
  async open(participant: Participant, event?: ConductEvent): Promise<void> {
    // More may have been recorded since it was opened.
    const isOpen = this.reel && this.loaded === `${participant.name} ${participant.recordedCount}`;
    if (!isOpen) {
      if (!(await this.load(participant))) return;
    }
    byId("reel").hidden = false;
    this.stop();
    this.seek(event ? this.timeOf(event) - LEAD_S : 0);
    byId("reel").scrollIntoView({ block: "start" });
    byId("reel-play").focus({ preventScroll: true });
  }

  close(): void {
    this.turn += 1;
    this.stop();
    this.sound.close();
    this.reel?.close();
    this.reel = null;
    this.person = null;
    this.shown = -1;
    this.canvas.width = this.canvas.width || 1; // Wipes it.
    byId("reel").hidden = true;
    byId("reel-ticks").replaceChildren();
    this.say("");
  }

  translate(): void {
    label(byId("reel-back"), "backward", words().backward);
    label(byId("reel-on"), "forward", words().forward);
    label(byId("reel-earlier"), "earlier", words().earlier);
    label(byId("reel-later"), "later", words().later);
    this.slider.setAttribute("aria-label", words().scrub);
    this.showState();
    this.showPlace();
  }

  private async load(participant: Participant): Promise<boolean> {
    this.close();
    const { turn } = this;
    this.say(words().recordingLoading);
    try {
      const facts = await recordingOf(participant.name);
      if (turn !== this.turn) return false;
      this.person = participant;
      this.loaded = `${participant.name} ${participant.recordedCount}`;
      const trouble = (error: unknown) => this.tell(error, words().recordingTrouble);
      this.reel = new Reel(participant.name, facts, () => this.draw(), trouble);
    } catch (error) {
      if (turn === this.turn) this.tell(error, words().recordingTrouble);
      return false;
    }
    if (!this.reel.shots.length) {
      this.say(words().noRecording);
      return false;
    }
    this.slider.max = String(Math.max(0.1, this.reel.facts.lengthS));
    byId("reel-title").textContent = `${words().recordingOf} ${personName(participant)}`;
    this.say("");
    this.drawTicks();
    return true;
  }

  private play(): void {
    if (!this.reel) return;
    if (this.atS >= this.reel.facts.lengthS) this.seek(0);
    this.isPlaying = true;
    this.lastMs = performance.now();
    this.showState();
    requestAnimationFrame(this.step);
  }

  private stop(): void {
    this.isPlaying = false;
    this.sound.stop();
    this.showState();
  }

  private readonly step = (nowMs: number): void => {
    const { reel } = this;
    if (!this.isPlaying || !reel) return;
    this.atS += Math.max(0, nowMs - this.lastMs) / 1000;
    this.lastMs = nowMs;
    if (this.atS >= reel.facts.lengthS) {
      this.atS = reel.facts.lengthS;
      this.stop();
    } else {
      this.sound.follow(reel, this.atS);
      requestAnimationFrame(this.step);
    }
    this.draw();
  };

  private seek(toS: number): void {
    if (!this.reel) return;
    this.atS = Math.min(Math.max(0, toS), this.reel.facts.lengthS);
    this.lastMs = performance.now();
    this.draw();
  }

  private draw(): void {
    const { reel } = this;
    if (!reel) return;
    const index = reel.indexAt(this.atS);
    const bitmap = reel.picture(index, this.isPlaying ? AHEAD : 1);
    if (bitmap && this.shown !== index) {
      this.shown = index;
      this.canvas.width = bitmap.width;
      this.canvas.height = bitmap.height;
      this.canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
      this.canvas.dataset.sequence = String(reel.shots[index]?.sequence ?? "");
    }
    this.showPlace();
  }

  private showPlace(): void {
    const { reel, person } = this;
    if (!reel || !person) return;
    this.slider.value = String(this.atS);
    const at = counted(this.atS * 1000);
    const place = words().placeOf(at, counted(reel.facts.lengthS * 1000));
    this.slider.setAttribute("aria-valuetext", place);
    const sound = reel.hasSound(this.atS) ? words().sound.yes : words().sound.no;
    const text = `${place} · ${sound}`;
    const line = byId("reel-place");
    if (line.textContent !== text) line.textContent = text;
    this.canvas.setAttribute("aria-label", words().frameAlt(personName(person), at));
  }

  private showState(): void {
    const { play, pause } = words();
    const button = byId("reel-play");
    label(button, this.isPlaying ? "pause" : "play", this.isPlaying ? pause : play);
    button.append(element("span", "", this.isPlaying ? pause : play));
  }

  // Where an event lies: by the chunk that showed it, or else by its time.
  private timeOf({ sequence, startTime }: ConductEvent): number {
    const { reel } = this;
    const byChunk = reel?.timeOf(Number(sequence)) ?? null;
    if (byChunk !== null) return byChunk;
    const startMs = reel?.facts.startMs ?? null;
    const atMs = ms(startTime);
    return startMs === null || atMs === null ? 0 : (atMs - startMs) / 1000;
  }

  private toEvent(way: 1 | -1): void {
    const times = (this.person?.events ?? []).map((event) => this.timeOf(event) - LEAD_S);
    const later = times.filter((at) => way * (at - this.atS) > 0.3);
    if (later.length) this.seek(way > 0 ? Math.min(...later) : Math.max(...later));
  }

  private drawTicks(): void {
    const { reel, person } = this;
    if (!reel || !person) return;
    const lengthS = Math.max(0.1, reel.facts.lengthS);
    const ticks = person.events.map((event) => {
      const tick = element("li");
      tick.dataset.severity = severityKey(event.severity);
      tick.title = eventText(event);
      const share = Math.min(1, Math.max(0, this.timeOf(event) / lengthS));
      tick.style.setProperty("--at", String(share));
      return tick;
    });
    byId("reel-ticks").replaceChildren(...ticks);
  }

  private tell(error: unknown, text: string): void {
    const why = error instanceof ApiError ? ` ${explain(error.reason, error.message)}` : "";
    this.say(text + why);
  }

  private say(text: string): void {
    this.line.textContent = text;
    this.line.hidden = text === "";
  }
}
