// Tells the server when events arrived here: numbers and times, once a second.

import type { LobbyCalls } from "./messages.ts";

const EVERY_MS = 1_000;
// More than a tablet is told in a second; what is beyond is not measured.
const MAX_KEPT = 200;

export class Receipts {
  private received: { id: bigint; ms: number }[] = [];
  private timer = 0;

  constructor(private readonly calls: LobbyCalls) {}

  start(): void {
    this.timer = window.setInterval(() => void this.send(), EVERY_MS);
  }

  stop(): void {
    window.clearInterval(this.timer);
  }

  // ms: by the server's clock.
  add(id: bigint, ms: number): void {
    if (this.received.length < MAX_KEPT) this.received.push({ id, ms });
  }

  private async send(): Promise<void> {
    if (!this.received.length) return;
    const batch = this.received;
    this.received = [];
    // A measurement that does not arrive is not worth a second try.
    await this.calls.receipts(batch).catch(() => undefined);
  }
}
