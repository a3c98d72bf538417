// Cards of cameras and boxes.

import { durationMs, type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { CameraReport_State } from "../gen/smartbranch/edge/v1/edge_pb.ts";
import type { Camera, Device } from "../gen/smartbranch/edge/v1/edge_service_pb.ts";
import { element, facts, shape } from "../shared/dom.ts";
import { bytes, moment, roughly } from "../shared/format.ts";
import { button, chip } from "../shared/parts.ts";
import { explain } from "../shared/reasons.ts";
import { drawScene } from "./drawing.ts";
import { words } from "./words.ts";

// More than that and staff would read wrong times.
const CLOCK_LIMIT_MS = 2_000;
const PLAIN_RATIO = 16 / 9;

export const lastPart = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
// `box-1/hall` of a camera.
export const pathOf = (name: string): string => `${name.split("/")[3] ?? ""}/${lastPart(name)}`;
const at = (time: Timestamp | undefined): string =>
  time ? moment(timestampMs(time)) : words().never;
type Rows = [string, string][];

export function ratioOf({ report }: Camera): number {
  return report?.widthPx && report.heightPx ? report.widthPx / report.heightPx : PLAIN_RATIO;
}

export function cameraCard(camera: Camera, onLook: () => void): HTMLElement {
  const card = element("li", "card");
  const title = element("h3", "", camera.displayName || lastPart(camera.name));
  const head = element("div", "card-head");
  head.append(title, cameraChip(camera));
  const picture = shape("svg", { class: "plan", "aria-hidden": "true" });
  if (camera.scene) drawScene(picture, camera.scene, ratioOf(camera));
  const path = element("p", "path", pathOf(camera.name));
  card.append(head, path, picture, ...trouble(camera), facts(cameraRows(camera)));
  card.append(button(words().look, "camera", "look", onLook));
  return card;
}

function cameraChip({ isConnected, report }: Camera): HTMLElement {
  if (!isConnected) return chip(words().offline, "worse");
  const state = (CameraReport_State[report?.state ?? 0] ?? "") as "UP";
  const word = words().camera[state] ?? words().camera.DOWN;
  return chip(word, state === "UP" ? "good" : "worse");
}

function trouble({ report, isConnected }: Camera): HTMLElement[] {
  if (!report?.reason || !isConnected) return [];
  return [element("p", "trouble", explain(report.reason, report.text || report.reason))];
}

function cameraRows(camera: Camera): Rows {
  const { health, report, scene } = camera;
  const rows: Rows = [[words().lastSeen, at(camera.lastSeenTime)]];
  if (report?.widthPx) rows.push([words().size, `${report.widthPx} × ${report.heightPx}`]);
  if (scene) {
    const { zones, lines, masks } = scene;
    const said = words().sceneOf(zones.length, lines.length, masks.length);
    const isOld = health !== undefined && health.sceneVersion !== scene.version;
    rows.push([words().scene, isOld ? `${said}; ${words().outdated}` : said]);
  }
  if (health) {
    const { sourceFps, analysedFps, spooledCount, spooledBytes, droppedRecordCount } = health;
    rows.push([words().fps, words().fpsOf(sourceFps.toFixed(1), analysedFps.toFixed(1))]);
    rows.push([words().spool, words().spoolOf(Number(spooledCount), bytes(Number(spooledBytes)))]);
    if (droppedRecordCount) rows.push([words().dropped, String(droppedRecordCount)]);
    const memory = bytes(Number(health.memoryBytes));
    rows.push([words().box, words().boxOf(health.cpuCores.toFixed(2), memory)]);
  }
  if (camera.missingCount) rows.push([words().missing, String(camera.missingCount)]);
  return rows;
}

export function deviceCard(device: Device, onRevoke: () => void): HTMLElement {
  const card = element("li", "card");
  const name = device.displayName || lastPart(device.name);
  const isRevoked = device.revokeTime !== undefined;
  const head = element("div", "card-head");
  head.append(element("h3", "", name));
  head.append(chip(isRevoked ? words().revoked : words().good, isRevoked ? "worse" : "good"));
  card.append(head, element("p", "path", lastPart(device.name)), ...clockTrouble(device));
  const rows: Rows = [
    [words().lastSeen, at(device.lastSeenTime)],
    [words().registered, at(device.registerTime)],
    [words().certificateUntil, at(device.expireTime)],
  ];
  if (device.clockOffset) rows.push([words().clock, clockText(device)]);
  if (device.agentVersion) rows.push([words().version, device.agentVersion]);
  card.append(facts(rows));
  if (isRevoked) return card;
  const revoke = button(words().revoke, "close", "revoke", onRevoke);
  revoke.setAttribute("aria-label", `${words().revoke}: ${name}`);
  revoke.classList.add("danger");
  card.append(revoke);
  return card;
}

const offsetMs = ({ clockOffset }: Device): number => (clockOffset ? durationMs(clockOffset) : 0);

function clockText(device: Device): string {
  const ms = offsetMs(device);
  if (Math.abs(ms) <= CLOCK_LIMIT_MS) return words().clockGood;
  const length = roughly(Math.abs(ms));
  return ms > 0 ? words().clockAhead(length) : words().clockBehind(length);
}

function clockTrouble(device: Device): HTMLElement[] {
  if (Math.abs(offsetMs(device)) <= CLOCK_LIMIT_MS) return [];
  const said = `${words().clock}: ${clockText(device)}. ${words().clockHint}`;
  return [element("p", "trouble", said)];
}
