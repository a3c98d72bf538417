// The text of server-sent events, in pieces as the network cuts it.

export interface ServerSent {
  id: string;
  kind: string;
  data: string;
}

// Longer than any event; what goes on for longer is no stream of ours.
const MAX_CHARS = 1_000_000;

export class EventParser {
  private rest = "";
  private id = "";
  private kind = "";
  private data: string[] = [];

  // Returns the events that are complete with this piece. Throws for an endless line.
  take(piece: string): ServerSent[] {
    const events: ServerSent[] = [];
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    if (this.rest.length > MAX_CHARS) throw new Error("an event is too long");
    for (const line of lines) this.read(line, events);
    return events;
  }

  private read(line: string, events: ServerSent[]): void {
    if (line === "") {
      const { id, kind, data } = this;
      if (data.length) events.push({ id, kind: kind || "message", data: data.join("\n") });
      this.kind = "";
      this.data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") this.id = value;
    else if (field === "event") this.kind = value;
    else if (field === "data") this.data.push(value);
  }
}
