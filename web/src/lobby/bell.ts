// Sound and vibration by severity. A browser lets a page sound only after it was touched.

import { Severity } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { recall, store } from "../shared/memory.ts";

const KEY = "smartbranch.lobby.sound";
// Tones in Hz, one after the other.
const TONES: ReadonlyMap<Severity, readonly number[]> = new Map([
  [Severity.NOTICE, [660, 880]],
  [Severity.URGENT, [880, 1175, 880, 1175, 880, 1175]],
]);
const SHAKES_MS: ReadonlyMap<Severity, number[]> = new Map([
  [Severity.NOTICE, [120]],
  [Severity.URGENT, [250, 120, 250, 120, 250]],
]);
const TONE_S = 0.16;
const LOUDNESS = 0.25;
// What is urgent and not seen to is told again.
export const REMIND_MS = 20_000;

export class Bell {
  private context: AudioContext | null = null;
  private wanted = recall(KEY) !== "off";
  ringCount = 0;

  // onChange: whether it can be heard has changed.
  constructor(private readonly onChange: () => void) {
    const unlock = () => {
      if (this.wanted && !this.canSound) this.open();
    };
    // Not on pointerdown: what then moves on the page would move from under the finger.
    document.addEventListener("click", unlock);
    document.addEventListener("keydown", unlock);
  }

  get isWanted(): boolean {
    return this.wanted;
  }

  get canSound(): boolean {
    return this.context?.state === "running";
  }

  switch(): void {
    this.wanted = !this.wanted;
    store(KEY, this.wanted ? null : "off");
    if (this.wanted) this.open();
    else void this.context?.suspend().then(this.onChange);
    this.onChange();
  }

  ring(severity: Severity): void {
    this.ringCount += 1;
    const shakes = SHAKES_MS.get(severity);
    // Refused by the browser, with a warning, until the page was touched.
    if (shakes && navigator.userActivation?.hasBeenActive) navigator.vibrate?.(shakes);
    const tones = TONES.get(severity);
    if (this.wanted && this.context && this.canSound && tones) play(this.context, tones);
  }

  private open(): void {
    this.context ??= new AudioContext();
    this.context.resume().then(this.onChange, () => undefined);
  }
}

function play(context: AudioContext, tones: readonly number[]): void {
  tones.forEach((hz, at) => {
    const start = context.currentTime + at * TONE_S;
    const tone = new OscillatorNode(context, { type: "triangle", frequency: hz });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.01);
    gain.gain.linearRampToValueAtTime(0, start + TONE_S);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + TONE_S);
  });
}
