// What staff may do with an alert in each state, and how it looks before the server has answered.

import type { Alert } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { Alert_State } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import type { Action, Doing } from "./waiting.ts";

const { RAISED, ACKNOWLEDGED, TAKEN_OVER, HANDED_OVER, CLOSED } = Alert_State;

const LEADS_TO: Readonly<Record<Action, Alert_State | null>> = {
  ACKNOWLEDGE: ACKNOWLEDGED,
  TAKE_OVER: TAKEN_OVER,
  HAND_OVER: HANDED_OVER,
  NOTE: null,
  CLOSE: CLOSED,
};

const MAY: ReadonlyMap<Alert_State, readonly Action[]> = new Map([
  [RAISED, ["ACKNOWLEDGE", "TAKE_OVER", "HAND_OVER", "NOTE", "CLOSE"]],
  [ACKNOWLEDGED, ["TAKE_OVER", "HAND_OVER", "NOTE", "CLOSE"]],
  [TAKEN_OVER, ["HAND_OVER", "NOTE", "CLOSE"]],
  [HANDED_OVER, ["TAKE_OVER", "ACKNOWLEDGE", "HAND_OVER", "NOTE", "CLOSE"]],
]);

// An alert as the page shows it. isWaiting: something of it has not reached the server yet.
export interface Shown {
  alert: Alert;
  state: Alert_State;
  assignee: string;
  isWaiting: boolean;
}

export const mayDo = (state: Alert_State): readonly Action[] => MAY.get(state) ?? [];

// Whether somebody still has to see to it.
export const isOpenFor = (state: Alert_State): boolean => state === RAISED || state === HANDED_OVER;

// doings: those that wait, in order.
export function project(alert: Alert, doings: readonly Doing[], me: string): Shown {
  const shown: Shown = { alert, state: alert.state, assignee: alert.assignee, isWaiting: false };
  for (const doing of doings) {
    if (doing.alert !== alert.name) continue;
    shown.isWaiting = true;
    shown.state = LEADS_TO[doing.action] ?? shown.state;
    if (doing.action === "HAND_OVER") shown.assignee = doing.assignee;
    else if (doing.action === "TAKE_OVER" || doing.action === "ACKNOWLEDGE") shown.assignee = me;
  }
  return shown;
}
