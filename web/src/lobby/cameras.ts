// One line on the cameras; each that does not work by name.

import type { CameraStatus } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { byId, element } from "../shared/dom.ts";
import { clockTime } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { ms } from "./messages.ts";
import { cameraState } from "./texts.ts";
import { words } from "./words.ts";

export function renderCameras(cameras: ReadonlyMap<string, CameraStatus>): void {
  const all = [...cameras.values()].sort((a, b) => a.camera.localeCompare(b.camera));
  const faulty = all.filter((camera) => cameraState(camera) !== "UP");
  const line = byId("camera-line");
  const said = all.length ? words().allCamerasUp(all.length) : words().noCameras;
  line.hidden = faulty.length > 0;
  line.replaceChildren(icon(all.length ? "seen" : "camera"), element("span", "", said));
  line.dataset.good = String(all.length > 0);
  byId("camera-list").replaceChildren(...faulty.map(faultyItem));
}

function faultyItem(camera: CameraStatus): HTMLElement {
  const item = element("li", "camera");
  item.append(icon("camera"), element("strong", "", camera.displayName || camera.camera));
  const since = ms(camera.startTime);
  const state = words().camera[cameraState(camera)] ?? words().camera.DOWN;
  item.append(element("span", "", since === null ? state : `${state} · ${clockTime(since)}`));
  return item;
}
