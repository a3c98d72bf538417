// One session over a WebSocket that may be lost and come back.

import type {
  Notice,
  Progress,
  Prompt,
  SessionOpened,
  SessionVerdict,
} from "../gen/smartbranch/liveness/v1/liveness_service_pb.ts";
import { ApiError } from "../shared/failure.ts";
import type { Picture } from "../shared/frames.ts";
import {
  chunkMessage,
  configMessage,
  heartbeatMessage,
  type Plan,
  readResponse,
  resumeMessage,
} from "./messages.ts";

const PATH = "/v1/liveness:session";
const PROTOCOL = "smartbranch.v1";
const CONNECT_LIMIT_MS = 10_000;
// Four of the server's heartbeats: past them the connection is dead, whatever the browser says.
const SILENCE_LIMIT_MS = 8_000;
const HEARTBEAT_MS = 2_000;
const RETURN_AFTER_MS = [250, 1_000, 2_000, 3_000, 4_000, 5_000];
// About two pictures: with more waiting here, newer ones would only arrive later.
const MAX_WAITING_BYTES = 160 * 1024;
const MAX_UNACKNOWLEDGED = 24n; // About two seconds.
const ENDED = 1000;
const GIVEN_UP = 4001;
// Refusals after which the same session can be had again.
const WORTH_RETURNING = new Set(["UNAVAILABLE", "DEADLINE_EXCEEDED"]);

export interface SessionListener {
  onOpened(opened: SessionOpened): void;
  onPrompt(prompt: Prompt): void;
  onAdvice(code: string, text: string): void;
  onProgress(progress: Progress): void;
  onNotice(notice: Notice): void;
  onVerdict(verdict: SessionVerdict): void;
  onLinkLost(): void;
  // The end without a verdict; null when the server was not reached or did not come back.
  onFailure(error: ApiError | null, wasOpen: boolean): void;
}

export class Session {
  private socket: WebSocket | null = null;
  private resumeToken: string | null = null;
  private sequence = 1n;
  private acknowledged = 0n;
  private isOpen = false;
  private hasEnded = false;
  private returns = 0;
  private refusal: ApiError | null = null;
  private sentMs = 0;
  private heardMs = 0;
  private watch = 0;
  private retry = 0;

  constructor(
    private readonly plan: Plan,
    private readonly token: string,
    private readonly listener: SessionListener,
  ) {}

  start(): void {
    this.watch = window.setInterval(() => this.lookAfter(), 500);
    this.connect();
  }

  // Whether a picture would leave at once; a slow connection gets fewer, and never older ones.
  get canSend(): boolean {
    return (
      this.isOpen &&
      this.socket?.readyState === WebSocket.OPEN &&
      this.socket.bufferedAmount < MAX_WAITING_BYTES &&
      this.sequence - this.acknowledged <= MAX_UNACKNOWLEDGED
    );
  }

  send(picture: Picture): void {
    if (!this.canSend) return;
    this.write(chunkMessage(this.sequence, picture));
    this.sequence += 1n;
  }

  // Ends it without waiting for a verdict.
  stop(): void {
    this.end();
    this.socket?.close(ENDED, "stopped");
  }

  private connect(): void {
    const { protocol, host } = window.location;
    const address = `${protocol === "https:" ? "wss" : "ws"}://${host}${PATH}`;
    const offered = this.token ? [PROTOCOL, `bearer.${this.token}`] : [PROTOCOL];
    const socket = new WebSocket(address, offered);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.refusal = null;
    this.heardMs = performance.now();
    socket.onopen = () => {
      this.write(this.resumeToken ? resumeMessage(this.resumeToken) : configMessage(this.plan));
    };
    socket.onmessage = ({ data }) => this.take(data);
    socket.onclose = () => this.onClose(socket);
  }

  private write(bytes: Uint8Array<ArrayBuffer>): void {
    this.socket?.send(bytes);
    this.sentMs = performance.now();
  }

  private take(data: unknown): void {
    this.heardMs = performance.now();
    if (typeof data === "string") this.refusal = readRefusal(data);
    else if (data instanceof ArrayBuffer && !this.hasEnded) this.dispatch(data);
  }

  private dispatch(data: ArrayBuffer): void {
    const { case: kind, value } = readResponse(data);
    if (kind === "opened") this.onOpened(value);
    else if (kind === "ack") this.acknowledged = value.sequence;
    else if (kind === "prompt") this.listener.onPrompt(value);
    else if (kind === "advice") this.listener.onAdvice(value.code, value.text);
    else if (kind === "progress") this.listener.onProgress(value);
    else if (kind === "notice") this.listener.onNotice(value);
    else if (kind === "verdict") {
      this.end();
      this.listener.onVerdict(value);
      this.socket?.close(ENDED);
    }
  }

  private onOpened(opened: SessionOpened): void {
    this.resumeToken = opened.resumeToken;
    this.sequence = opened.nextSequence;
    this.acknowledged = opened.nextSequence - 1n;
    this.isOpen = true;
    this.returns = 0;
    this.listener.onOpened(opened);
  }

  private onClose(socket: WebSocket): void {
    if (this.hasEnded || socket !== this.socket) return;
    this.isOpen = false;
    const mayReturn = !this.refusal || WORTH_RETURNING.has(this.refusal.code);
    const delayMs = RETURN_AFTER_MS[this.returns];
    if (this.resumeToken && mayReturn && delayMs !== undefined) {
      this.returns += 1;
      this.listener.onLinkLost();
      this.retry = window.setTimeout(() => this.connect(), delayMs);
      return;
    }
    this.end();
    this.listener.onFailure(this.refusal, this.resumeToken !== null);
  }

  // Sends a sign of life where no picture was sent, and gives a dead connection up.
  private lookAfter(): void {
    const socket = this.socket;
    if (!socket || socket.readyState > WebSocket.OPEN) return;
    const now = performance.now();
    const limit = this.isOpen ? SILENCE_LIMIT_MS : CONNECT_LIMIT_MS;
    if (now - this.heardMs > limit) {
      socket.close(GIVEN_UP, "silent");
      // A dead connection may take minutes to say that it is closed.
      this.onClose(socket);
    } else if (this.isOpen && now - this.sentMs > HEARTBEAT_MS) {
      this.write(heartbeatMessage());
    }
  }

  private end(): void {
    this.hasEnded = true;
    this.isOpen = false;
    window.clearInterval(this.watch);
    window.clearTimeout(this.retry);
  }
}

// A refusal comes as one text message before the server closes.
function readRefusal(text: string): ApiError {
  try {
    const { code, reason, message, metadata } = JSON.parse(text).error;
    return new ApiError(String(reason), String(message), metadata ?? {}, String(code ?? ""));
  } catch {
    return new ApiError("INTERNAL", "the server's answer cannot be read");
  }
}
