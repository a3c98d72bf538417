// Sound of the microphone as pieces of 16-bit samples at 16 kHz, placed in time.

import workletAddress from "./microphone.worklet.ts?worker&url";

const RATE_HZ = 16_000;
// The clocks of sound and page drift apart by less than this in one piece.
const DRIFT_MS = 0.5;

// startMs: of the first sample, on the page's clock. level: loudness, in [0, 1].
export interface Sound {
  samples: Uint8Array<ArrayBuffer>;
  startMs: number;
  level: number;
}

export interface WorkletPiece {
  samples: ArrayBuffer;
  startS: number;
  endS: number;
  level: number;
}

export class Microphone {
  private context: AudioContext | null = null;
  private offsetMs = Number.POSITIVE_INFINITY;
  private isStopped = false;

  constructor(private readonly take: (sound: Sound) => void) {}

  // Does nothing where the browser has no worklets: answers can be typed.
  async start(stream: MediaStream): Promise<void> {
    if (!stream.getAudioTracks().length || !("AudioWorkletNode" in window)) return;
    const context = contextFor();
    this.context = context;
    await context.audioWorklet.addModule(workletAddress);
    if (this.isStopped) return;
    const source = context.createMediaStreamSource(stream);
    const node = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }: MessageEvent<WorkletPiece>) => this.place(data);
    source.connect(node);
    await context.resume();
  }

  // A browser stops it while the page is hidden.
  wake(): void {
    this.context?.resume().catch(() => undefined);
  }

  stop(): void {
    this.isStopped = true;
    this.context?.close().catch(() => undefined);
    this.context = null;
  }

  private place({ samples, startS, endS, level }: WorkletPiece): void {
    if (this.isStopped) return;
    // The message that was quickest here tells best how the two clocks lie.
    this.offsetMs = Math.min(this.offsetMs + DRIFT_MS, performance.now() - endS * 1000);
    const startMs = startS * 1000 + this.offsetMs;
    this.take({ samples: new Uint8Array(samples), startMs, level });
  }
}

// At the wanted rate where the browser can, else at its own; the worklet brings that down.
function contextFor(): AudioContext {
  try {
    return new AudioContext({ sampleRate: RATE_HZ });
  } catch {
    return new AudioContext();
  }
}
