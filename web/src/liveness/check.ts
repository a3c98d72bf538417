// One check: camera, pictures and session together, told as states.

import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import { Challenge } from "../gen/smartbranch/liveness/v1/liveness_pb.ts";
import type {
  Notice,
  Progress,
  Prompt,
  SessionOpened,
  SessionVerdict,
} from "../gen/smartbranch/liveness/v1/liveness_service_pb.ts";
import { asksForToken, token } from "../shared/access.ts";
import type { ApiError } from "../shared/failure.ts";
import { FrameSource } from "../shared/frames.ts";
import { CameraError, closeCamera, openCamera } from "./camera.ts";
import type { Plan } from "./messages.ts";
import { Session, type SessionListener } from "./session.ts";
import { beginning, type Cue, type Running, type State, type Trouble } from "./state.ts";

export class Check implements SessionListener {
  private state: Running = beginning();
  private stream: MediaStream | null = null;
  private session: Session | null = null;
  private frames: FrameSource | null = null;
  private name = "";
  private isOver = false;

  constructor(
    private readonly plan: Plan,
    private readonly video: HTMLVideoElement,
    private readonly show: (state: State) => void,
  ) {}

  async start(): Promise<void> {
    this.change({});
    try {
      this.stream = await openCamera(this.video, () => this.fail("cameraLost", null));
    } catch (error) {
      this.fail(error instanceof CameraError ? error.trouble : "busy", null);
      return;
    }
    if (this.isOver) {
      closeCamera(this.stream, this.video);
      return;
    }
    this.change({ cue: { kind: "connecting" } });
    this.session = new Session(this.plan, token(), this);
    this.session.start();
  }

  stop(): void {
    this.release();
    this.show({ phase: "welcome" });
  }

  onOpened(opened: SessionOpened): void {
    this.name = opened.session;
    this.frames ??= this.watch(opened);
    const cue: Cue = this.state.cue.kind === "connecting" ? { kind: "ready" } : this.state.cue;
    this.change({ isLinkLost: false, cue });
  }

  onPrompt({ challenge, text, timeLimit }: Prompt): void {
    const isRest = challenge === Challenge.LOOK_STRAIGHT;
    this.change(
      isRest ? { cue: this.rest() } : { cue: asked(challenge, text, timeLimit), notice: null },
    );
  }

  onAdvice(code: string, text: string): void {
    this.change({ advice: code ? { code, text } : null });
  }

  onProgress({ passedCount, challengeCount, share }: Progress): void {
    const isNews = passedCount > this.state.passedCount;
    const cue: Cue = isNews ? { kind: "passed" } : this.state.cue;
    this.change({ passedCount, challengeCount, share, cue });
  }

  onNotice({ code, text }: Notice): void {
    this.change({ notice: { code, text } });
  }

  onVerdict(verdict: SessionVerdict): void {
    this.release();
    this.show({ phase: "verdict", verdict, session: this.name });
  }

  onLinkLost(): void {
    this.change({ isLinkLost: true });
  }

  onFailure(error: ApiError | null, wasOpen: boolean): void {
    this.fail(troubleOf(error, wasOpen), error);
  }

  // Between challenges there is nothing to hurry for; praise stays until the next one.
  private rest(): Cue {
    return { kind: this.state.cue.kind === "passed" ? "passed" : "ready" };
  }

  private watch(opened: SessionOpened): FrameSource {
    const pace = { maxFps: opened.maxFps, maxBytes: Number(opened.maxChunkBytes) };
    const frames = new FrameSource(
      this.video,
      pace,
      () => this.session?.canSend ?? false,
      (picture) => this.session?.send(picture),
    );
    frames.start();
    return frames;
  }

  private change(part: Partial<Running>): void {
    if (this.isOver) return;
    this.state = { ...this.state, ...part };
    this.show(this.state);
  }

  private fail(trouble: Trouble, error: ApiError | null): void {
    if (this.isOver) return;
    this.release();
    this.show({ phase: "problem", trouble, error });
  }

  private release(): void {
    this.isOver = true;
    this.frames?.stop();
    this.session?.stop();
    closeCamera(this.stream, this.video);
  }
}

function asked(challenge: Challenge, text: string, timeLimit: Duration | undefined): Cue {
  const limitMs = timeLimit ? durationMs(timeLimit) : 0;
  const endsMs = performance.now() + limitMs;
  return { kind: "prompt", challenge: Challenge[challenge] ?? "", text, limitMs, endsMs };
}

function troubleOf(error: ApiError | null, wasOpen: boolean): Trouble {
  if (!error) return wasOpen ? "lost" : "unreachable";
  if (error.reason === "TOO_MANY_ATTEMPTS") return "lockedOut";
  return asksForToken(error.reason) ? "token" : "refused";
}
