// Server-sent events over fetch: unlike EventSource it hears the server's signs of life, so that a
// dead network shows within seconds, and it can tell a refusal from a broken line.

import { isSignedOut, isWorthRetry, send, UnreachableError } from "../shared/call.ts";
import { ApiError } from "../shared/failure.ts";
import { EventParser, type ServerSent } from "./sse.ts";

// Two of the server's heartbeats and some: past them the connection is dead.
const SILENCE_LIMIT_MS = 25_000;
const CONNECT_LIMIT_MS = 10_000;
const RETURN_AFTER_MS = [300, 1_000, 2_000, 4_000, 8_000, 15_000];
const JITTER = 0.3; // Tablets that lost the same server do not all come back at once.

export interface StreamListener {
  // askedMs: when the connection was asked for.
  onEvent(event: ServerSent, askedMs: number): void;
  onLost(): void;
  onSignedOut(error: ApiError): void;
  onRefused(error: ApiError): void;
}

export class EventStream {
  private controller: AbortController | null = null;
  private watch = 0;
  private retry = 0;
  private returns = 0;
  private heardMs = 0;
  private isOpen = false;
  private isStopped = true;

  constructor(
    private readonly path: string,
    // The last event that the page has.
    private readonly lastId: () => bigint,
    private readonly listener: StreamListener,
  ) {}

  start(): void {
    this.isStopped = false;
    this.watch = window.setInterval(() => this.lookAfter(), 1_000);
    void this.run();
  }

  stop(): void {
    this.isStopped = true;
    window.clearInterval(this.watch);
    window.clearTimeout(this.retry);
    this.controller?.abort();
  }

  // Looks at once whether the server can be reached: the network or the page came back.
  hurry(): void {
    if (this.isStopped || this.isOpen) return;
    window.clearTimeout(this.retry);
    this.controller?.abort();
    void this.run();
  }

  // Gives the line up: the browser says that there is no network.
  drop(): void {
    this.controller?.abort();
  }

  private async run(): Promise<void> {
    const controller = new AbortController();
    this.controller = controller;
    const askedMs = Date.now();
    this.heardMs = performance.now();
    try {
      const headers = { accept: "text/event-stream", "last-event-id": String(this.lastId()) };
      const { signal } = controller;
      const response = await send(this.path, { headers, signal });
      await this.read(response, controller, askedMs);
      throw new UnreachableError("the stream has ended");
    } catch (error) {
      if (this.controller === controller) this.onFailure(error);
    }
  }

  private async read(response: Response, controller: AbortController, askedMs: number) {
    if (!response.body) return;
    const parser = new EventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done || this.controller !== controller || this.isStopped) return;
      this.heardMs = performance.now();
      this.isOpen = true;
      this.returns = 0;
      for (const event of parser.take(value)) this.listener.onEvent(event, askedMs);
    }
  }

  private onFailure(error: unknown): void {
    this.isOpen = false;
    if (this.isStopped) return;
    if (isSignedOut(error)) {
      this.listener.onSignedOut(error);
      return;
    }
    this.listener.onLost();
    if (error instanceof ApiError && !isWorthRetry(error)) this.listener.onRefused(error);
    else this.comeBack();
  }

  private comeBack(): void {
    const delayMs = RETURN_AFTER_MS[Math.min(this.returns, RETURN_AFTER_MS.length - 1)] ?? 0;
    this.returns += 1;
    const waitMs = delayMs * (1 + JITTER * Math.random());
    this.retry = window.setTimeout(() => void this.run(), waitMs);
  }

  private lookAfter(): void {
    const limitMs = this.isOpen ? SILENCE_LIMIT_MS : CONNECT_LIMIT_MS;
    const isSilent = performance.now() - this.heardMs > limitMs;
    if (isSilent && !this.controller?.signal.aborted) this.controller?.abort();
  }
}
