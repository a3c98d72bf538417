// The server's clock, as well as a tablet can know it.

export class ServerClock {
  private offsetMs = 0;
  private roundTripMs = Number.POSITIVE_INFINITY;

  // askedMs, toldMs: this machine's clock before and after; the answer was made between the two.
  observe(askedMs: number, toldMs: number, serverMs: number): void {
    const roundTripMs = toldMs - askedMs;
    if (roundTripMs < 0 || roundTripMs > this.roundTripMs) return;
    this.roundTripMs = roundTripMs;
    this.offsetMs = (askedMs + toldMs) / 2 - serverMs;
  }

  // Forgets how good the last sample was: clocks are set and drift.
  loosen(): void {
    this.roundTripMs = Number.POSITIVE_INFINITY;
  }

  now(): number {
    return this.at(Date.now());
  }

  // What the server's clock said when this machine's said `ms`.
  at(ms: number): number {
    return ms - this.offsetMs;
  }
}
