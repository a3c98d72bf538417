// What is known of a branch: the newest state of every thing, whatever way it came.

import {
  type Alert,
  Alert_State,
  type CameraStatus,
  type FlowHour,
  type FlowNow,
  type LobbyEvent,
  type LobbyEvent_Trouble,
  type Visit,
} from "../gen/smartbranch/lobby/v1/lobby_pb.ts";

const OVER: ReadonlySet<Alert_State> = new Set([Alert_State.CLOSED, Alert_State.LAPSED]);

export class Board {
  readonly visits = new Map<string, Visit>();
  readonly alerts = new Map<string, Alert>();
  readonly cameras = new Map<string, CameraStatus>();
  readonly troubles = new Map<string, LobbyEvent_Trouble>();
  flow: FlowNow | null = null;
  hours: readonly FlowHour[] = [];

  // The whole state, which may be older than an event that came meanwhile.
  replace(visits: readonly Visit[], alerts: readonly Alert[]): void {
    keepOnly(this.visits, visits);
    keepOnly(this.alerts, alerts);
    for (const visit of visits) this.takeVisit(visit);
    for (const alert of alerts) this.takeAlert(alert);
  }

  take({ payload }: LobbyEvent): void {
    const { case: kind, value } = payload;
    if (kind === "visit") this.takeVisit(value);
    else if (kind === "alert") this.takeAlert(value);
    else if (kind === "camera") this.cameras.set(value.camera, value);
    else if (kind === "flow") this.flow = value;
    else if (kind === "trouble") this.takeTrouble(value);
  }

  takeAlert(alert: Alert): void {
    if (isOlder(alert, this.alerts.get(alert.name))) return;
    if (OVER.has(alert.state)) this.alerts.delete(alert.name);
    else this.alerts.set(alert.name, alert);
  }

  private takeVisit(visit: Visit): void {
    if (isOlder(visit, this.visits.get(visit.name))) return;
    if (visit.endTime || visit.mergedInto) this.visits.delete(visit.name);
    else this.visits.set(visit.name, visit);
  }

  private takeTrouble(trouble: LobbyEvent_Trouble): void {
    if (trouble.isOver) this.troubles.delete(trouble.code);
    else this.troubles.set(trouble.code, trouble);
  }
}

const isOlder = (told: { revision: bigint }, known: { revision: bigint } | undefined): boolean =>
  known !== undefined && known.revision > told.revision;

// Drops what the whole state does not know any more.
function keepOnly(map: Map<string, unknown>, all: readonly { name: string }[]): void {
  const names = new Set(all.map(({ name }) => name));
  for (const name of map.keys()) if (!names.has(name)) map.delete(name);
}
