// One person at one branch: keeps the board up to date, sends what is done, rings.

import {
  type Alert,
  Alert_State,
  type LobbyEvent,
  Severity,
} from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { isSignedOut, isWorthRetry } from "../shared/call.ts";
import { ApiError } from "../shared/failure.ts";
import type { Staff } from "../shared/staff.ts";
import { type Bell, REMIND_MS } from "./bell.ts";
import { Board } from "./board.ts";
import { ServerClock } from "./clock.ts";
import { LobbyCalls, ms, readEvent } from "./messages.ts";
import { isOpenFor, project, type Shown } from "./moves.ts";
import { Receipts } from "./receipts.ts";
import type { ServerSent } from "./sse.ts";
import { EventStream } from "./stream.ts";
import { type Action, type Doing, Waiting } from "./waiting.ts";

const RELOAD_MS = 3_000;
const FLOW_EVERY_MS = 60_000;

export type Link = "connecting" | "live" | "lost";

export interface DeskListener {
  // Something that is shown has changed.
  onChange(): void;
  // An alert that somebody should look at now.
  onCall(alert: Alert): void;
  // An alert that was open here was answered by somebody else.
  onCleared(): void;
  onBack(): void;
  onSignedOut(): void;
  // doing: what was not done; absent where the branch itself is refused.
  onRefused(error: ApiError, doing?: Doing): void;
}

export class Desk {
  readonly board = new Board();
  readonly clock = new ServerClock();
  readonly calls: LobbyCalls;
  readonly waiting: Waiting;
  link: Link = "connecting";
  heardMs = Date.now();
  private readonly me: string;
  private readonly stream: EventStream;
  private readonly receipts: Receipts;
  private readonly called = new Map<string, string>();
  private lastId = 0n;
  // Events up to here were missed or known when the stream began: no measure of its speed.
  private helloId = 0n;
  private isStarted = false;
  private isStopped = false;
  private timers: number[] = [];
  private reload = 0;

  constructor(
    private readonly staff: Staff,
    branch: string,
    private readonly bell: Bell,
    private readonly listener: DeskListener,
  ) {
    this.me = staff.name;
    this.calls = new LobbyCalls(branch);
    this.receipts = new Receipts(this.calls);
    this.waiting = new Waiting(`${staff.tenant}/${staff.name}`, {
      send: (doing, note, isLate) => this.send(doing, note, isLate),
      onChange: () => listener.onChange(),
      onRefused: (doing, error) => listener.onRefused(error, doing),
      onSignedOut: () => this.endSession(),
    });
    this.stream = new EventStream(this.calls.eventsPath, () => this.lastId, {
      onEvent: (event, askedMs) => this.take(event, askedMs),
      onLost: () => this.setLink("lost"),
      onSignedOut: () => this.endSession(),
      onRefused: (error) => listener.onRefused(error),
    });
  }

  async start(): Promise<void> {
    if (!(await this.load()) || this.isStopped || this.isStarted) return;
    this.isStarted = true;
    this.receipts.start();
    this.stream.start();
    this.waiting.hurry();
    this.timers.push(
      window.setInterval(() => void this.loadFlow(), FLOW_EVERY_MS),
      window.setInterval(() => this.remind(), REMIND_MS),
    );
  }

  stop(): void {
    this.isStopped = true;
    window.clearTimeout(this.reload);
    for (const timer of this.timers) window.clearInterval(timer);
    this.stream.stop();
    this.receipts.stop();
    this.waiting.stop();
  }

  hurry(): void {
    this.stream.hurry();
    this.waiting.hurry();
  }

  drop(): void {
    this.stream.drop();
  }

  shown(): Shown[] {
    const doings = this.waiting.mine;
    return [...this.board.alerts.values()]
      .map((alert) => project(alert, doings, this.me))
      .filter(({ state }) => state !== Alert_State.CLOSED);
  }

  // Whom an alert may be handed to, as far as this page has heard of them.
  assignees(): string[] {
    const heard = new Set(this.staff.duties);
    for (const { roles, steps } of this.board.alerts.values()) {
      for (const role of roles) heard.add(role);
      for (const { actor, assignee } of steps) heard.add(assignee || actor);
    }
    heard.delete(this.me);
    heard.delete("");
    return [...heard].sort().slice(0, 12);
  }

  // Returns whether there was room for it.
  act(alert: string, action: Action, assignee = "", note = ""): boolean {
    return this.waiting.add(alert, action, assignee, note);
  }

  private async send(doing: Doing, note: string, isLate: boolean): Promise<void> {
    const actedMs = isLate ? Math.min(this.clock.at(doing.atMs), this.clock.now()) : null;
    const alert = await this.calls.update(doing, note, actedMs);
    this.noteCall(alert);
    if (this.isShown(alert)) this.board.takeAlert(alert);
  }

  private isShown(alert: Alert): boolean {
    return alert.name.includes(`/branches/${this.calls.branch}/`);
  }

  // Returns whether the board is there.
  private async load(): Promise<boolean> {
    try {
      const [visits, alerts] = await Promise.all([this.calls.visits(), this.calls.alerts()]);
      if (this.isStopped) return false;
      this.lastId = visits.lastId < alerts.lastId ? visits.lastId : alerts.lastId;
      this.board.replace(visits.items, alerts.items);
      for (const alert of alerts.items) this.noteCall(alert, true);
      this.ringFor(this.shown());
      this.listener.onChange();
      void this.loadFlow();
      return true;
    } catch (error) {
      return this.onLoadFailed(error);
    }
  }

  private onLoadFailed(error: unknown): false {
    if (this.isStopped) return false;
    if (isSignedOut(error)) this.endSession();
    else if (error instanceof ApiError && !isWorthRetry(error)) this.listener.onRefused(error);
    else {
      this.setLink("lost");
      this.reload = window.setTimeout(() => void this.start(), RELOAD_MS);
    }
    return false;
  }

  private async loadFlow(): Promise<void> {
    try {
      const { now, hours } = await this.calls.flow();
      if (now && !this.board.flow) this.board.flow = now;
      this.board.hours = hours;
      this.listener.onChange();
    } catch (error) {
      // The stream tells of a lost connection, and counts come again.
      if (isSignedOut(error)) this.endSession();
    }
  }

  private take({ data }: ServerSent, askedMs: number): void {
    const nowMs = Date.now();
    this.heardMs = nowMs;
    const event = readEvent(data);
    if (event.id > this.lastId) this.lastId = event.id;
    if (event.payload.case === "hello") this.greet(event, askedMs, nowMs);
    if (event.id > this.helloId) this.receipts.add(event.id, this.clock.at(nowMs));
    const { payload } = event;
    if (payload.case === "trouble" && payload.value.code === "SIGN_IN_EXPIRED") {
      this.endSession();
      return;
    }
    if (payload.case === "alert") this.hear(payload.value);
    this.board.take(event);
    this.listener.onChange();
  }

  private greet(event: LobbyEvent, askedMs: number, nowMs: number): void {
    if (event.payload.case !== "hello") return;
    const { lastId, isIncomplete } = event.payload.value;
    this.helloId = lastId;
    const serverMs = ms(event.eventTime);
    if (serverMs !== null) this.clock.observe(askedMs, nowMs, serverMs);
    if (isIncomplete) void this.load();
    const wasLost = this.link === "lost";
    this.setLink("live");
    if (!wasLost) return;
    this.waiting.hurry();
    void this.loadFlow();
    this.listener.onBack();
  }

  private hear(alert: Alert): void {
    const known = this.board.alerts.get(alert.name);
    const wasOpen = known !== undefined && isOpenFor(known.state);
    const isMine = this.waiting.mine.some((doing) => doing.alert === alert.name);
    const isNew = this.noteCall(alert);
    if (isNew && this.isForMe(alert)) {
      this.bell.ring(alert.severity);
      this.listener.onCall(alert);
    } else if (wasOpen && !isOpenFor(alert.state) && !isMine && alert.assignee !== this.me) {
      this.listener.onCleared();
    }
  }

  // What was handed to somebody else calls nobody here.
  private isForMe({ state, assignee }: Alert): boolean {
    return (
      state === Alert_State.RAISED || assignee === this.me || this.staff.duties.includes(assignee)
    );
  }

  // Returns whether an alert calls in a way in which it did not before.
  private noteCall(alert: Alert, isQuiet = false): boolean {
    if (!isOpenFor(alert.state)) {
      this.called.delete(alert.name);
      return false;
    }
    const call = `${alert.state}|${alert.severity}|${alert.assignee}`;
    const isNew = this.called.get(alert.name) !== call;
    this.called.set(alert.name, call);
    return isNew && !isQuiet;
  }

  private remind(): void {
    const isUrgent = ({ alert, state }: Shown) =>
      alert.severity === Severity.URGENT && isOpenFor(state) && this.isForMe(alert);
    if (this.shown().some(isUrgent)) this.bell.ring(Severity.URGENT);
  }

  private ringFor(all: readonly Shown[]): void {
    const open = all.filter(({ state, alert }) => isOpenFor(state) && this.isForMe(alert));
    if (open.length) this.bell.ring(Math.max(...open.map(({ alert }) => alert.severity)));
  }

  private setLink(link: Link): void {
    if (this.link === link) return;
    this.link = link;
    if (link === "lost") this.clock.loosen();
    this.listener.onChange();
  }

  private endSession(): void {
    if (this.isStopped) return;
    this.stop();
    this.listener.onSignedOut();
  }
}
