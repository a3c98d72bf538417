// One attendance: devices, pictures, sound and connection together, told as states.

import type {
  AttendanceOpened,
  InterviewNotice,
  InterviewProgress,
  InterviewPrompt,
} from "../gen/smartbranch/kyc/v1/attend_pb.ts";
import type { InterviewVerdict } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import type { ApiError } from "../shared/failure.ts";
import { FrameSource } from "../shared/frames.ts";
import type { Language } from "../shared/language.ts";
import { DeviceError, letGo, openBoth, openCamera, play } from "./devices.ts";
import { Link, type LinkListener } from "./link.ts";
import {
  answerMessage,
  type Consent,
  consentMessage,
  type Plan,
  personMessage,
  positionMessage,
  type Track,
} from "./messages.ts";
import { Microphone, type Sound } from "./microphone.ts";
import { askedBy, endingOf, panelFor, problemOf, progressOf } from "./reading.ts";
import { type Asked, beginning, type Running, type Side, type State } from "./state.ts";
import { recallTicket } from "./ticket.ts";

const POSITION: PositionOptions = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 };
const NOTICE_MS = 8_000;
const now = (): number => performance.timeOrigin + performance.now();

export class Visit implements LinkListener {
  private state: Running = beginning();
  private face: MediaStream | null = null;
  private sound: MediaStream | null = null;
  private link: Link | null = null;
  private frames: FrameSource | null = null;
  private microphone: Microphone | null = null;
  private plan: Plan;
  private wasOpen = false;
  private wantsPosition = false;
  private wasLocated = false;
  private isOver = false;
  private noticeTimer = 0;
  private limitBytes = 0;
  // What was asked for last, and what it was when the notice came that is shown.
  private asking: Asked["kind"] = "wait";
  private noticedAt: Asked["kind"] = "wait";

  // onLevel: how loud it is, for whoever speaks.
  constructor(
    private readonly attendToken: string,
    accessible: boolean,
    language: Language,
    private readonly video: HTMLVideoElement,
    private readonly show: (state: State) => void,
    private readonly onLevel: (level: number) => void,
  ) {
    this.plan = { accessible, language, cameraLabel: "" };
  }

  get isRunning(): boolean {
    return !this.isOver;
  }

  // Longest picture that the server takes.
  get maxBytes(): number {
    return this.limitBytes;
  }

  // Asks for camera and microphone, then goes in.
  async start(): Promise<void> {
    this.change({ trouble: null });
    try {
      this.keep(await openBoth());
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.isOver) {
      this.release();
      return;
    }
    this.plan.cameraLabel = this.face?.getVideoTracks()[0]?.label ?? "";
    void this.listen();
    this.connect();
  }

  // Asks for what was missing once more.
  async retry(): Promise<void> {
    if (!this.link) return this.start();
    this.change({ trouble: null });
    if (this.state.panel === "live") await this.film();
  }

  // Works without devices as well: whoever has none gets a person.
  askForPerson(text: string): void {
    if (!this.link) this.connect();
    this.link?.sayLasting("person", personMessage(text));
    this.change({ trouble: null, panel: "wait", asked: null });
  }

  consent(consent: Consent): void {
    this.link?.say(consentMessage(consent));
    if (consent.accepted && this.wantsPosition) this.locate();
    this.change({ panel: "wait", asked: null });
  }

  answer(question: string, text: string): void {
    this.link?.say(answerMessage(question, text));
    this.change({ asked: null });
  }

  // Returns whether it is on its way.
  showDocument(side: Side, jpeg: Uint8Array<ArrayBuffer>): boolean {
    return this.link?.show(this.piece(`document_${side}`, jpeg, now())) ?? false;
  }

  onPageShown(isShown: boolean): void {
    if (!isShown) {
      this.change({ wasAway: true });
      return;
    }
    this.microphone?.wake();
    void this.video.play().catch(() => undefined);
    window.setTimeout(() => this.change({ wasAway: false }), NOTICE_MS);
  }

  // Leaves without an end: the same link goes on later.
  stop(): void {
    this.release();
  }

  onOpened(opened: AttendanceOpened): void {
    this.wasOpen = true;
    this.limitBytes = Number(opened.maxChunkBytes);
    this.wantsPosition ||= opened.wantsPosition && !this.wasLocated;
    this.frames ??= this.watch(opened);
    this.change({ isLinkLost: false });
  }

  onPrompt(prompt: InterviewPrompt): void {
    const asked = askedBy(prompt);
    const panel = panelFor(asked.kind, this.state.panel);
    // Position is asked for once, and not before there is consent to anything.
    if (asked.kind !== "consent" && asked.kind !== "wait" && this.wantsPosition) this.locate();
    const isOther = asked.kind !== "wait" && asked.kind !== this.noticedAt;
    this.change({
      asked,
      panel,
      advice: panel === "live" ? this.state.advice : null,
      notice: isOther ? null : this.state.notice,
    });
    if (asked.kind !== "wait") this.asking = asked.kind;
    if (panel === "live") void this.film();
    else if (panel === "document") this.rest();
  }

  onAdvice(code: string, text: string): void {
    this.change({ advice: code ? { code, text } : null });
  }

  onProgress(message: InterviewProgress): void {
    this.change({ progress: progressOf(message) });
  }

  onNotice({ code, text }: InterviewNotice): void {
    this.noticedAt = this.asking;
    this.change({ notice: { code, text } });
    window.clearTimeout(this.noticeTimer);
    this.noticeTimer = window.setTimeout(() => this.change({ notice: null }), NOTICE_MS);
  }

  onVerdict(verdict: InterviewVerdict): void {
    this.release();
    this.show({ phase: "ended", ending: endingOf(verdict) });
  }

  onLinkLost(): void {
    this.change({ isLinkLost: true });
  }

  onFailure(error: ApiError | null): void {
    if (this.isOver) return;
    this.release();
    this.show({ phase: "problem", problem: problemOf(error, this.wasOpen), error });
  }

  private connect(): void {
    this.link = new Link(this.plan, this.attendToken, recallTicket(this.attendToken), this);
    this.link.start();
    this.change({ panel: "wait" });
  }

  private keep(stream: MediaStream): void {
    this.face = new MediaStream(stream.getVideoTracks());
    for (const track of this.face.getVideoTracks()) {
      track.addEventListener("ended", () => this.fail(new DeviceError("gone")));
    }
    if (stream.getAudioTracks().length) this.sound = new MediaStream(stream.getAudioTracks());
  }

  private async listen(): Promise<void> {
    if (!this.sound) return;
    this.microphone = new Microphone((sound) => this.hear(sound));
    try {
      await this.microphone.start(this.sound);
      this.change({ hasSound: true });
    } catch {
      this.microphone.stop(); // Answers can be typed.
    }
  }

  private hear({ samples, startMs, level }: Sound): void {
    this.onLevel(level);
    if (!this.isLive) return;
    this.link?.stream(this.piece("microphone", samples, performance.timeOrigin + startMs));
  }

  private get isLive(): boolean {
    return this.state.panel === "live" && this.face !== null && !this.state.trouble;
  }

  private piece(track: Track, data: Uint8Array<ArrayBuffer>, takenMs: number) {
    return { track, data, takenMs, atMs: takenMs - (this.link?.beganMs ?? takenMs) };
  }

  private watch(opened: AttendanceOpened): FrameSource {
    const pace = { maxFps: opened.maxFps, maxBytes: Number(opened.maxChunkBytes) };
    const frames = new FrameSource(
      this.video,
      pace,
      () => this.isLive && (this.link?.canSend ?? false),
      ({ jpeg, takenMs }) => this.link?.stream(this.piece("camera", jpeg, takenMs)),
    );
    frames.start();
    return frames;
  }

  // Turns the camera to the face, unless it is already.
  private async film(): Promise<void> {
    try {
      if (!this.face) this.keep(await openCamera("user"));
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.isOver || this.state.panel !== "live") this.rest();
    else if (this.video.srcObject !== this.face) await play(this.video, this.face);
  }

  // Few telephones can use both of their cameras at once.
  private rest(): void {
    letGo(this.face?.getTracks());
    this.face = null;
    void play(this.video, null);
  }

  private locate(): void {
    this.wantsPosition = false;
    this.wasLocated = true;
    navigator.geolocation?.getCurrentPosition(
      (position) => this.link?.sayLasting("position", positionMessage(position)),
      () => undefined, // What follows from that, the policy says.
      POSITION,
    );
  }

  private change(part: Partial<Running>): void {
    if (this.isOver) return;
    this.state = { ...this.state, ...part };
    this.show(this.state);
  }

  private fail(error: unknown): void {
    letGo(this.face?.getTracks());
    this.face = null;
    this.change({ trouble: error instanceof DeviceError ? error.trouble : "busy" });
  }

  private release(): void {
    this.isOver = true;
    window.clearTimeout(this.noticeTimer);
    this.frames?.stop();
    this.microphone?.stop();
    this.link?.stop();
    letGo(this.face?.getTracks());
    letGo(this.sound?.getTracks());
    void play(this.video, null);
  }
}
