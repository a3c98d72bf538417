// What leads back into an attendance after the page was loaded again; kept by the tab alone.

export interface Ticket {
  resumeToken: string;
  // When the attendance began, by this machine's clock: later pictures are placed after it.
  beganMs: number;
}

const KEY = "smartbranch.interview";

// attendToken: tells attendances of one tab apart.
export function recallTicket(attendToken: string): Ticket | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    const isOurs = kept?.attendToken === attendToken && typeof kept.resumeToken === "string";
    return isOurs ? { resumeToken: kept.resumeToken, beganMs: Number(kept.beganMs) || 0 } : null;
  } catch {
    return null;
  }
}

export function keepTicket(attendToken: string, ticket: Ticket | null): void {
  try {
    if (!ticket) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify({ attendToken, ...ticket }));
  } catch {
    // A browser that keeps nothing comes back by the link itself.
  }
}
