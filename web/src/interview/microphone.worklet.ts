// Runs beside the page, where sound comes: makes pieces of it.

import type { WorkletPiece } from "./microphone.ts";

declare const sampleRate: number;
declare const currentTime: number;
declare function registerProcessor(name: string, kind: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const RATE_HZ = 16_000;
const PIECE = RATE_HZ / 5; // A fifth of a second.

class Pieces extends AudioWorkletProcessor {
  private piece = new Int16Array(PIECE);
  private count = 0;
  private startS = 0;
  private power = 0;
  // Of the sample under way: the mean of what falls into it.
  private sum = 0;
  private weight = 0;
  private phase = 0;

  process([input]: Float32Array[][]): boolean {
    const channel = input?.[0];
    if (!channel) return true;
    const step = RATE_HZ / sampleRate;
    for (let at = 0; at < channel.length; at += 1) {
      this.sum += channel[at] ?? 0;
      this.weight += 1;
      this.phase += step;
      if (this.phase < 1) continue;
      this.phase -= 1;
      this.add(this.sum / this.weight, currentTime + (at + 1) / sampleRate);
      this.sum = 0;
      this.weight = 0;
    }
    return true;
  }

  private add(value: number, endS: number): void {
    if (this.count === 0) this.startS = endS - 1 / RATE_HZ;
    const bounded = Math.max(-1, Math.min(1, value));
    this.piece[this.count] = Math.round(bounded * 32_767);
    this.power += bounded * bounded;
    this.count += 1;
    if (this.count < PIECE) return;
    const level = Math.sqrt(this.power / PIECE);
    const said: WorkletPiece = { samples: this.piece.buffer, startS: this.startS, endS, level };
    this.port.postMessage(said, [this.piece.buffer]);
    this.piece = new Int16Array(PIECE);
    this.count = 0;
    this.power = 0;
  }
}

registerProcessor("microphone", Pieces);
