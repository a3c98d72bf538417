// One attendance over a WebSocket that may be lost and come back.

import type {
  AttendanceOpened,
  InterviewNotice,
  InterviewProgress,
  InterviewPrompt,
} from "../gen/smartbranch/kyc/v1/attend_pb.ts";
import type { InterviewVerdict } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { ApiError } from "../shared/failure.ts";
import {
  chunkMessage,
  configMessage,
  heartbeatMessage,
  type Piece,
  type Plan,
  readResponse,
} from "./messages.ts";
import { Ring } from "./ring.ts";
import { keepTicket, type Ticket } from "./ticket.ts";

const PATH = "/v1/interviews:attend";
const PROTOCOL = "smartbranch.v1";
const CONNECT_LIMIT_MS = 10_000;
// Four of the server's heartbeats: past them the connection is dead, whatever the browser says.
const SILENCE_LIMIT_MS = 8_000;
const HEARTBEAT_MS = 2_000;
// A server that was started anew is back within this.
const RETURN_LIMIT_MS = 90_000;
const RETURN_AFTER_MS = [250, 1_000, 2_000, 3_000, 4_000];
// About two pictures: with more waiting here, newer ones would only arrive later.
const MAX_WAITING_BYTES = 160 * 1024;
const MAX_WORDS = 16;
const ENDED = 1000;
const GIVEN_UP = 4001;
// Refusals after which the same attendance can be had again.
const LATER = new Set(["UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED"]);
const UNFINISHED = new Set(["ALREADY_ATTENDING", "ATTENDANCE_UNFINISHED", "SEQUENCE_GAP"]);

export interface LinkListener {
  onOpened(opened: AttendanceOpened): void;
  onPrompt(prompt: InterviewPrompt): void;
  onAdvice(code: string, text: string): void;
  onProgress(progress: InterviewProgress): void;
  onNotice(notice: InterviewNotice): void;
  onVerdict(verdict: InterviewVerdict): void;
  onLinkLost(): void;
  // The end without a verdict; null when the server was not reached or did not come back.
  onFailure(error: ApiError | null): void;
}

type Bytes = Uint8Array<ArrayBuffer>;
const now = (): number => performance.timeOrigin + performance.now();

export class Link {
  private readonly ring = new Ring();
  private readonly words: Bytes[] = [];
  // What no prompt asks for again, in case that it is lost on its way.
  private readonly lasting = new Map<string, Bytes>();
  private began: number;
  private socket: WebSocket | null = null;
  private isOpen = false;
  private hasEnded = false;
  private returns = 0;
  private refusal: ApiError | null = null;
  private wellMs = performance.now();
  private sentMs = 0;
  private heardMs = 0;
  private watch = 0;
  private retry = 0;

  constructor(
    private readonly plan: Plan,
    private readonly attendToken: string,
    private ticket: Ticket | null,
    private readonly listener: LinkListener,
  ) {
    this.began = ticket?.beganMs ?? 0;
  }

  start(): void {
    this.watch = window.setInterval(() => this.lookAfter(), 250);
    this.connect();
  }

  // Whether a picture would leave at once.
  get canSend(): boolean {
    return (
      this.isOpen &&
      this.socket?.readyState === WebSocket.OPEN &&
      this.socket.bufferedAmount < MAX_WAITING_BYTES &&
      this.ring.hasRoom("camera")
    );
  }

  // When the attendance began, by this machine's clock.
  get beganMs(): number {
    return this.began || now();
  }

  // Pictures and sound are for now: what cannot leave is not kept.
  stream(piece: Piece): void {
    if (this.isOpen && this.ring.put(piece)) this.flush();
  }

  // Waits for a connection if there is none. Returns whether there was room.
  show(piece: Piece): boolean {
    const isTaken = this.ring.put(piece);
    this.flush();
    return isTaken;
  }

  say(message: Bytes): void {
    if (this.words.length < MAX_WORDS) this.words.push(message);
    this.flush();
  }

  // As `say`, and again after each return.
  sayLasting(kind: string, message: Bytes): void {
    this.lasting.set(kind, message);
    if (this.isOpen) this.say(message);
  }

  // Ends it without waiting for a verdict; it can be gone on with.
  stop(): void {
    this.end();
    this.socket?.close(ENDED, "stopped");
  }

  private connect(): void {
    const { protocol, host } = window.location;
    const socket = new WebSocket(`${protocol === "https:" ? "wss" : "ws"}://${host}${PATH}`, [
      PROTOCOL,
    ]);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.refusal = null;
    this.heardMs = performance.now();
    socket.onopen = () => {
      const { ticket, attendToken } = this;
      const token = ticket ? { resume: ticket.resumeToken } : { attend: attendToken };
      this.write(configMessage(this.plan, token));
    };
    socket.onmessage = ({ data }) => this.take(socket, data);
    socket.onclose = () => this.onClose(socket);
  }

  private write(bytes: Bytes): void {
    this.socket?.send(bytes);
    this.sentMs = performance.now();
  }

  // Words first: they are small, and somebody waits for what they lead to.
  private flush(): void {
    while (this.isOpen && this.socket?.readyState === WebSocket.OPEN) {
      const word = this.words.shift();
      if (word) {
        this.write(word);
        continue;
      }
      if (this.socket.bufferedAmount >= MAX_WAITING_BYTES) return;
      const chunk = this.ring.take();
      if (!chunk) return;
      this.write(chunkMessage(chunk));
    }
  }

  private take(socket: WebSocket, data: unknown): void {
    if (socket !== this.socket) return;
    this.heardMs = performance.now();
    if (typeof data === "string") this.refusal = readRefusal(data);
    else if (data instanceof ArrayBuffer && !this.hasEnded) this.dispatch(data);
  }

  private dispatch(data: ArrayBuffer): void {
    const { case: kind, value } = readResponse(data);
    if (kind === "opened") this.onOpened(value);
    else if (kind === "ack") this.ring.acknowledge(value.sequence);
    else if (kind === "prompt") this.listener.onPrompt(value);
    else if (kind === "advice") this.listener.onAdvice(value.code, value.text);
    else if (kind === "progress") this.listener.onProgress(value);
    else if (kind === "notice") this.listener.onNotice(value);
    else if (kind === "verdict") {
      this.end();
      keepTicket(this.attendToken, null);
      this.listener.onVerdict(value);
      this.socket?.close(ENDED);
    }
  }

  private onOpened(opened: AttendanceOpened): void {
    this.began = this.beganMs;
    this.ticket = { resumeToken: opened.resumeToken, beganMs: this.began };
    keepTicket(this.attendToken, this.ticket);
    this.ring.restart(opened.nextSequence);
    this.isOpen = true;
    this.returns = 0;
    this.wellMs = performance.now();
    this.words.unshift(...this.lasting.values());
    this.listener.onOpened(opened);
    this.flush();
  }

  private onClose(socket: WebSocket): void {
    if (this.hasEnded || socket !== this.socket) return;
    if (this.isOpen) this.wellMs = performance.now();
    this.isOpen = false;
    if (this.mayReturn()) {
      this.listener.onLinkLost();
      const at = Math.min(this.returns, RETURN_AFTER_MS.length - 1);
      this.returns += 1;
      this.retry = window.setTimeout(() => this.connect(), RETURN_AFTER_MS[at]);
      return;
    }
    this.end();
    this.listener.onFailure(this.refusal);
  }

  private mayReturn(): boolean {
    const { refusal } = this;
    if (refusal?.reason === "ATTEND_TOKEN_INVALID" && this.ticket) {
      // Its answer was lost on the way here; the link itself still opens what stands.
      this.ticket = null;
      keepTicket(this.attendToken, null);
      return true;
    }
    const isLost = !refusal || LATER.has(refusal.code) || UNFINISHED.has(refusal.reason);
    const hasBegun = this.ticket !== null || this.returns > 0;
    return isLost && hasBegun && performance.now() - this.wellMs < RETURN_LIMIT_MS;
  }

  // Sends what waits, a sign of life where there is nothing, and gives a dead connection up.
  private lookAfter(): void {
    const socket = this.socket;
    if (!socket || socket.readyState > WebSocket.OPEN) return;
    const now = performance.now();
    const limit = this.isOpen ? SILENCE_LIMIT_MS : CONNECT_LIMIT_MS;
    if (now - this.heardMs > limit) {
      socket.close(GIVEN_UP, "silent");
      // A dead connection may take minutes to say that it is closed.
      this.onClose(socket);
      return;
    }
    this.flush();
    if (this.isOpen && now - this.sentMs > HEARTBEAT_MS) this.write(heartbeatMessage());
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
