// Pictures and sound of one recording, fetched ahead of where it plays.

import { frameOf, type RecordingFacts, type Shot, soundOf } from "./calls.ts";

// Documents are shown as pictures of their own.
const TRACK = "camera";
const MAX_KEPT = 90;
const MAX_LOADING = 3;
const SOUND_S = 20;
const MAX_SOUNDS = 4;

export class Reel {
  readonly shots: readonly Shot[];
  private readonly kept = new Map<number, ImageBitmap>();
  private readonly loading = new Set<number>();
  private readonly sounds = new Map<number, Promise<AudioBuffer | null>>();
  private isClosed = false;

  // onPicture: one that was missing has come. onTrouble: one could not be had.
  constructor(
    readonly participant: string,
    readonly facts: RecordingFacts,
    private readonly onPicture: () => void,
    private readonly onTrouble: (error: unknown) => void,
  ) {
    const filmed = facts.pictures.filter(({ track }) => track === TRACK);
    this.shots = filmed.length ? filmed : facts.pictures;
  }

  close(): void {
    this.isClosed = true;
    for (const bitmap of this.kept.values()) bitmap.close();
    this.kept.clear();
    this.sounds.clear();
  }

  // Index of the picture that is seen at a time: the last one that was taken by then.
  indexAt(atS: number): number {
    let low = 0;
    let high = this.shots.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.shots[middle]?.atS ?? 0) <= atS) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // Time of the chunk with a number, null where it is not in the recording.
  timeOf(sequence: number): number | null {
    const shot = this.facts.pictures.findLast((one) => one.sequence <= sequence);
    return sequence > 0 && shot ? shot.atS : null;
  }

  // Returns the picture at an index, if it is here, and sees that it and those after it come.
  picture(index: number, ahead: number): ImageBitmap | null {
    const wanted = this.shots.slice(index, index + 1 + ahead);
    for (const { sequence } of wanted) {
      if (this.loading.size >= MAX_LOADING) break;
      if (!this.kept.has(sequence) && !this.loading.has(sequence)) void this.load(sequence);
    }
    return this.kept.get(this.shots[index]?.sequence ?? -1) ?? null;
  }

  hasSound(atS: number): boolean {
    return this.facts.sounds.some(({ startS, endS }) => startS <= atS && atS < endS);
  }

  // The piece of sound that a time lies in, null where there is none: it begins at `startS`.
  sound(
    context: AudioContext,
    atS: number,
  ): { startS: number; buffer: Promise<AudioBuffer | null> } {
    const startS = Math.floor(atS / SOUND_S) * SOUND_S;
    let buffer = this.sounds.get(startS);
    if (!buffer) {
      buffer = this.loadSound(context, startS);
      this.sounds.set(startS, buffer);
      if (this.sounds.size > MAX_SOUNDS) this.sounds.delete([...this.sounds.keys()][0] ?? 0);
    }
    return { startS, buffer };
  }

  private async loadSound(context: AudioContext, startS: number): Promise<AudioBuffer | null> {
    const endS = Math.min(startS + SOUND_S, this.facts.lengthS);
    const isThere = this.facts.sounds.some((one) => one.startS < endS && one.endS > startS);
    if (!isThere || endS <= startS) return null;
    return context.decodeAudioData(await soundOf(this.participant, startS, endS));
  }

  private async load(sequence: number): Promise<void> {
    this.loading.add(sequence);
    try {
      const bitmap = await createImageBitmap(await frameOf(this.participant, sequence));
      if (this.isClosed) {
        bitmap.close();
        return;
      }
      this.kept.set(sequence, bitmap);
      this.dropOldest();
      this.onPicture();
    } catch (error) {
      if (!this.isClosed) this.onTrouble(error);
    } finally {
      this.loading.delete(sequence);
    }
  }

  private dropOldest(): void {
    if (this.kept.size <= MAX_KEPT) return;
    const [oldest] = this.kept;
    if (!oldest) return;
    this.kept.delete(oldest[0]);
    oldest[1].close();
  }
}
