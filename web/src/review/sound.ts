// Sound beside the pictures, piece by piece. The pictures' clock leads; sound follows it.

import type { Reel } from "./reel.ts";

// Sound that is further off is begun anew.
const MAX_DRIFT_S = 0.15;

export class Sound {
  private context: AudioContext | null = null;
  private source: AudioBufferSourceNode | null = null;
  private piece = -1;
  private startedS = 0;
  private loadingPiece = -1;

  // onTrouble: a piece could not be had.
  constructor(private readonly onTrouble: (error: unknown) => void) {}

  // Plays what belongs to a time; called again and again while the recording plays.
  follow(reel: Reel, atS: number): void {
    this.context ??= new AudioContext();
    const { context } = this;
    if (context.state !== "running") {
      // Its clock stands; the browser lets it go on when somebody has touched the page.
      void context.resume();
      return;
    }
    const { startS, buffer } = reel.sound(context, atS);
    if (this.piece === startS) {
      const playedS = context.currentTime - this.startedS;
      if (Math.abs(playedS - atS) <= MAX_DRIFT_S) return;
    }
    if (this.loadingPiece === startS) return;
    this.loadingPiece = startS;
    this.silence();
    const askedMs = performance.now();
    buffer
      .then((found) => {
        if (this.loadingPiece !== startS) return;
        this.begin(context, found, startS, atS + (performance.now() - askedMs) / 1000);
      })
      .catch((error) => {
        this.loadingPiece = -1;
        this.piece = startS;
        this.startedS = context.currentTime - atS;
        this.onTrouble(error);
      });
  }

  stop(): void {
    this.loadingPiece = -1;
    this.silence();
  }

  close(): void {
    this.stop();
    void this.context?.close();
    this.context = null;
  }

  private begin(context: AudioContext, buffer: AudioBuffer | null, startS: number, atS: number) {
    this.loadingPiece = -1;
    this.piece = startS;
    // By this time of the context the recording would have begun.
    this.startedS = context.currentTime - atS;
    if (!buffer || atS - startS >= buffer.duration) return;
    this.source = context.createBufferSource();
    this.source.buffer = buffer;
    this.source.connect(context.destination);
    this.source.start(0, Math.max(0, atS - startS));
  }

  private silence(): void {
    this.source?.stop();
    this.source?.disconnect();
    this.source = null;
    this.piece = -1;
  }
}
