// What the server says of a lobby, as JSON and as messages; nothing else knows how it travels.

import { type DescMessage, fromJson, type JsonValue, type MessageShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type Alert,
  AlertSchema,
  type LobbyEvent,
  LobbyEventSchema,
} from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import {
  GetFlowResponseSchema,
  ListAlertsResponseSchema,
  ListVisitsResponseSchema,
} from "../gen/smartbranch/lobby/v1/lobby_service_pb.ts";
import { ask, send } from "../shared/call.ts";
import type { Doing } from "./waiting.ts";

// A newer server may say more than this page knows.
const read = <T extends DescMessage>(schema: T, json: JsonValue): MessageShape<T> =>
  fromJson(schema, json, { ignoreUnknownFields: true });

const MAX_PAGES = 5;

export class LobbyCalls {
  // branch: its id.
  constructor(readonly branch: string) {}

  private path(rest: string): string {
    return `/v1/lobby/branches/${encodeURIComponent(this.branch)}/${rest}`;
  }

  get eventsPath(): string {
    return this.path("events");
  }

  visits = () =>
    everyPage(async (query) => {
      const page = read(ListVisitsResponseSchema, await ask(this.path(`visits?${query}`)));
      return { items: page.visits, token: page.nextPageToken, lastId: page.lastEventId };
    });

  alerts = () =>
    everyPage(async (query) => {
      const page = read(ListAlertsResponseSchema, await ask(this.path(`alerts?${query}`)));
      return { items: page.alerts, token: page.nextPageToken, lastId: page.lastEventId };
    });

  async flow(withHeat = false) {
    return read(GetFlowResponseSchema, await ask(this.path(`flow?with_heat=${withHeat}`)));
  }

  // actedMs: by the server's clock; absent when it is done right now.
  async update(doing: Doing, note: string, actedMs: number | null): Promise<Alert> {
    const body: Record<string, JsonValue> = { action: doing.action, request_id: doing.id };
    if (note) body.note = note;
    if (doing.assignee) body.assignee = doing.assignee;
    if (actedMs !== null) body.action_time = new Date(actedMs).toISOString();
    // The alert's own branch, which need not be the one that is shown now.
    const below = doing.alert.slice(doing.alert.indexOf("branches/"));
    return read(AlertSchema, await ask(`/v1/lobby/${below}:update`, { method: "POST", body }));
  }

  async photo(visit: string): Promise<Blob> {
    return (await send(this.path(`visits/${idOf(visit)}/photo`))).blob();
  }

  async receipts(received: readonly { id: bigint; ms: number }[]): Promise<void> {
    const receipts = received.map(({ id, ms }) => ({
      event_id: String(id),
      received_time: new Date(ms).toISOString(),
    }));
    await send(this.path("receipts"), { method: "POST", body: { receipts } });
  }
}

export const readEvent = (text: string): LobbyEvent => read(LobbyEventSchema, JSON.parse(text));

interface Page<Item> {
  items: Item[];
  token: string;
  lastId: bigint;
}

// lastId: of the first page, before which everything is in the answer.
async function everyPage<Item>(load: (query: string) => Promise<Page<Item>>) {
  const first = await load("page_size=200");
  const items = [...first.items];
  let token = first.token;
  for (let count = 1; token && count < MAX_PAGES; count += 1) {
    const page = await load(`page_size=200&page_token=${encodeURIComponent(token)}`);
    items.push(...page.items);
    token = page.token;
  }
  return { items, lastId: first.lastId };
}

// The last part of a resource name.
export const idOf = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

export const ms = (time: Timestamp | undefined): number | null => (time ? timestampMs(time) : null);
