// Pictures of a running video as JPEG, each new frame at most once, at a bounded rate.

const SHORT_SIDE = 480;
const QUALITY = 0.9;
const LEAST_QUALITY = 0.4;
const EARLY_MS = 8; // Half a frame at 60 a second: a camera is not as even as a clock.

// One picture of the camera. ptsMs: from the first picture. takenMs: by this machine's clock.
export interface Picture {
  jpeg: Uint8Array<ArrayBuffer>;
  ptsMs: number;
  takenMs: number;
}

export interface Pace {
  maxFps: number;
  maxBytes: number;
}

export class FrameSource {
  private readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d", { alpha: false });
  private dueMs = 0;
  private firstMs: number | null = null;
  private lastMs = Number.NEGATIVE_INFINITY;
  private quality = QUALITY;
  private isEncoding = false;
  private isStopped = false;

  // wants: whether a picture is of use now. take: gets it.
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly pace: Pace,
    private readonly wants: () => boolean,
    private readonly take: (picture: Picture) => void,
  ) {}

  start(): void {
    if ("requestVideoFrameCallback" in this.video) {
      const next = (nowMs: number, { captureTime }: VideoFrameCallbackMetadata) => {
        if (this.isStopped) return;
        this.video.requestVideoFrameCallback(next);
        this.look(captureTime ?? nowMs);
      };
      this.video.requestVideoFrameCallback(next);
      return;
    }
    const tick = () => {
      if (this.isStopped) return;
      window.setTimeout(tick, 1000 / this.pace.maxFps);
      this.look(performance.now());
    };
    tick();
  }

  stop(): void {
    this.isStopped = true;
  }

  // atMs: when the frame was taken, on the page's clock.
  private look(atMs: number): void {
    const nowMs = performance.now();
    const isNew = atMs > this.lastMs && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (!isNew || this.isEncoding || nowMs + EARLY_MS < this.dueMs || !this.wants()) return;
    this.dueMs = Math.max(this.dueMs + 1000 / this.pace.maxFps, nowMs);
    this.lastMs = atMs;
    this.firstMs ??= atMs;
    void this.encode(atMs, atMs - this.firstMs);
  }

  private async encode(atMs: number, ptsMs: number): Promise<void> {
    this.isEncoding = true;
    try {
      this.draw();
      const blob = await new Promise<Blob | null>((done) => {
        this.canvas.toBlob(done, "image/jpeg", this.quality);
      });
      if (!blob) return;
      if (blob.size > this.pace.maxBytes) {
        this.quality = Math.max(LEAST_QUALITY, this.quality - 0.1);
        return;
      }
      const jpeg = new Uint8Array(await blob.arrayBuffer());
      if (!this.isStopped) this.take({ jpeg, ptsMs, takenMs: performance.timeOrigin + atMs });
    } finally {
      this.isEncoding = false;
    }
  }

  private draw(): void {
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, SHORT_SIDE / Math.min(videoWidth, videoHeight));
    const width = Math.round(videoWidth * scale);
    const height = Math.round(videoHeight * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.context?.drawImage(this.video, 0, 0, width, height);
  }
}
