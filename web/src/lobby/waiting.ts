// What was done and not yet taken by the server: sent in order, each until it is answered, so that
// it arrives once. Ids alone are remembered, nothing of a customer; a note that was written without
// a connection lives in the page's memory only.

import { isSignedOut, isWorthRetry } from "../shared/call.ts";
import { ApiError } from "../shared/failure.ts";
import { newId } from "../shared/ids.ts";
import { recall, store } from "../shared/memory.ts";

export type Action = "ACKNOWLEDGE" | "TAKE_OVER" | "HAND_OVER" | "NOTE" | "CLOSE";

// alert: resource name. atMs: by this machine's clock. who: id of the account that did it.
export interface Doing {
  id: string;
  alert: string;
  action: Action;
  assignee: string;
  atMs: number;
  who: string;
}

export interface WaitingListener {
  // Sends one; resolves when the server has taken it.
  send(doing: Doing, note: string, isLate: boolean): Promise<void>;
  onChange(): void;
  onRefused(doing: Doing, error: ApiError): void;
  onSignedOut(error: ApiError): void;
}

const KEY = "smartbranch.lobby.waiting";
export const MAX_WAITING = 100;
const MAX_AGE_MS = 24 * 3_600_000;
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000];
const LATE_MS = 2_000;

export class Waiting {
  private all: Doing[] = remembered();
  private readonly notes = new Map<string, string>();
  // What was sent and not answered, in this page or before it was loaded.
  private readonly tried = new Set(this.all.map(({ id }) => id));
  private isSending = false;
  private failures = 0;
  private timer = 0;

  // who: whose actions are sent; others' wait until they sign in on this tablet again.
  constructor(
    private readonly who: string,
    private readonly listener: WaitingListener,
  ) {}

  get mine(): readonly Doing[] {
    return this.all.filter(({ who }) => who === this.who);
  }

  // Returns whether there was room.
  add(alert: string, action: Action, assignee = "", note = ""): boolean {
    if (this.all.length >= MAX_WAITING) return false;
    const id = newId();
    if (note) this.notes.set(id, note);
    this.all.push({ id, alert, action, assignee, atMs: Date.now(), who: this.who });
    this.keep();
    void this.pump();
    return true;
  }

  // Tries at once: the connection is back.
  hurry(): void {
    window.clearTimeout(this.timer);
    this.failures = 0;
    void this.pump();
  }

  stop(): void {
    window.clearTimeout(this.timer);
  }

  private async pump(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    window.clearTimeout(this.timer);
    try {
      for (let next = this.mine[0]; next; next = this.mine[0]) await this.deliver(next);
    } catch (error) {
      this.onFailure(error);
    } finally {
      this.isSending = false;
    }
  }

  private async deliver(doing: Doing): Promise<void> {
    const isLate = this.tried.has(doing.id) || Date.now() - doing.atMs > LATE_MS;
    this.tried.add(doing.id);
    try {
      await this.listener.send(doing, this.notes.get(doing.id) ?? "", isLate);
    } catch (error) {
      if (!(error instanceof ApiError) || isSignedOut(error) || isWorthRetry(error)) throw error;
      this.forget(doing);
      this.listener.onRefused(doing, error);
      return;
    }
    this.failures = 0;
    this.forget(doing);
  }

  private onFailure(error: unknown): void {
    if (isSignedOut(error)) {
      this.listener.onSignedOut(error);
      return;
    }
    const delayMs = AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)];
    this.failures += 1;
    this.timer = window.setTimeout(() => void this.pump(), delayMs);
  }

  private forget(doing: Doing): void {
    this.all = this.all.filter(({ id }) => id !== doing.id);
    this.notes.delete(doing.id);
    this.tried.delete(doing.id);
    this.keep();
  }

  private keep(): void {
    // A note lives here alone, and is nothing without its text.
    const kept = this.all.filter(({ action }) => action !== "NOTE");
    store(KEY, kept.length ? JSON.stringify(kept) : null);
    this.listener.onChange();
  }
}

function remembered(): Doing[] {
  try {
    const kept = JSON.parse(recall(KEY) ?? "[]") as Doing[];
    const youngest = Date.now() - MAX_AGE_MS;
    return kept.filter(({ id, alert, atMs }) => id && alert && atMs > youngest);
  } catch {
    return []; // Not ours, or of another version.
  }
}
