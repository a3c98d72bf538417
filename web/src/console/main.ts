// The console of operators: cameras, boxes, delivery, rules and galleries.

import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/staff.css";
import "./console.css";
import "./editor.css";
import type { Camera, Device } from "../gen/smartbranch/edge/v1/edge_service_pb.ts";
import { isSignedOut } from "../shared/call.ts";
import { byId } from "../shared/dom.ts";
import { Entry } from "../shared/entry.ts";
import { ApiError } from "../shared/failure.ts";
import { clockTime, useTimeZone } from "../shared/format.ts";
import { drawIcons } from "../shared/icons.ts";
import { offerLanguages } from "../shared/language.ts";
import { KeyedList } from "../shared/list.ts";
import { recall, store } from "../shared/memory.ts";
import { explain } from "../shared/reasons.ts";
import { type Staff, signOut } from "../shared/staff.ts";
import { offerThemes } from "../shared/theme.ts";
import { label } from "../shared/tools.ts";
import { galleries, listCameras, listDevices, lobbyState, revoke } from "./calls.ts";
import { cameraCard, deviceCard, lastPart } from "./cards.ts";
import { confirmed } from "./confirm.ts";
import { Editor } from "./editor.ts";
import { clearCode, offerRegistration } from "./register.ts";
import type { Galleries, LobbyState } from "./states.ts";
import { showDelivery, showGalleries, showRules } from "./tables.ts";
import { words } from "./words.ts";

const BRANCH_KEY = "smartbranch.console.branch";
const EVERY_MS = 10_000;

interface Shown {
  cameras: readonly Camera[];
  devices: readonly Device[];
  lobby: LobbyState | null;
  galleries: Galleries;
  atMs: number;
}

const entry = new Entry(arrive);
const picker = byId<HTMLSelectElement>("branch");
const editor = new Editor(onSaved, onFailure);
let staff: Staff | null = null;
let branch = "";
let shown: Shown | null = null;
let turn = 0;
let timer = 0;
let language = 0;

const cameraList = new KeyedList<Camera>(
  byId("camera-list"),
  ({ name }) => name,
  (camera) => signature(camera),
  (camera) => cameraCard(camera, () => editor.open(camera)),
);
const deviceList = new KeyedList<Device>(
  byId("device-list"),
  ({ name }) => name,
  (device) => signature(device),
  (device) => deviceCard(device, () => void askRevoke(device)),
);

const signature = (message: object): string =>
  `${language}${JSON.stringify(message, (_, value) => (typeof value === "bigint" ? `${value}` : value))}`;

function arrive(found: Staff): void {
  staff = found;
  document.body.dataset.phase = "board";
  const ids = found.branches.map(({ id }) => id);
  const kept = recall(BRANCH_KEY) ?? "";
  branch = found.branch ?? (ids.includes(kept) ? kept : (ids[0] ?? ""));
  picker.replaceChildren(...found.branches.map((one) => new Option(one.display_name, one.id)));
  picker.value = branch;
  showTools();
  open();
}

function open(): void {
  const facts = staff?.branches.find(({ id }) => id === branch);
  if (facts) useTimeZone(facts.time_zone);
  clearCode();
  shown = null;
  window.clearInterval(timer);
  timer = window.setInterval(() => {
    if (document.visibilityState === "visible") void load();
  }, EVERY_MS);
  void load();
}

async function load(): Promise<void> {
  turn += 1;
  const mine = turn;
  // Asked for once: that is use of a sign-in, which must not be kept alive by a clock.
  const known = shown?.galleries;
  try {
    const [cameras, devices, lobby, all] = await Promise.all([
      listCameras(branch),
      listDevices(branch),
      lobbyState().catch(orNothing),
      known ?? galleries().catch(orNothing),
    ]);
    if (mine !== turn || !staff) return;
    shown = { cameras, devices, lobby, galleries: all ?? [], atMs: Date.now() };
    banner(null);
    render();
  } catch (error) {
    if (mine === turn) onFailure(error);
  }
}

// A server without a lobby has boxes and cameras all the same.
function orNothing(error: unknown): null {
  if (error instanceof ApiError && !isSignedOut(error)) return null;
  throw error;
}

function render(): void {
  if (!shown) return;
  const { cameras, devices, lobby, galleries: all, atMs } = shown;
  cameraList.show(cameras);
  deviceList.show(devices);
  byId("no-cameras").hidden = cameras.length > 0;
  byId("no-devices").hidden = devices.length > 0;
  for (const id of ["rules", "delivery"]) byId(id).hidden = lobby === null;
  if (lobby) {
    showRules(lobby);
    showDelivery(lobby.delivery);
  }
  showGalleries(all, lobby?.galleryProblems ?? []);
  byId("link").textContent = words().fresh(clockTime(atMs));
}

function onFailure(error: unknown): void {
  if (isSignedOut(error)) leave();
  else if (error instanceof ApiError && error.reason === "ROLE_NOT_ALLOWED") {
    banner(words().notAllowed);
  } else if (error instanceof ApiError) banner(explain(error.reason, error.message));
  else banner(words().stale);
}

function onSaved(): void {
  say(words().saved);
  void load();
}

async function askRevoke(device: Device): Promise<void> {
  const { revokeTitle, revokeText, revokeYes } = words();
  const name = device.displayName || lastPart(device.name);
  if (!(await confirmed(revokeTitle(name), revokeText, revokeYes))) return;
  await revoke(device).then(load, onFailure);
}

function banner(text: string | null): void {
  const place = byId("banner");
  if (place.textContent !== (text ?? "")) place.textContent = text ?? "";
  place.hidden = text === null;
}

function say(text: string): void {
  const toast = byId("toast");
  toast.textContent = text;
  toast.hidden = false;
  window.setTimeout(() => {
    toast.hidden = true;
  }, 6_000);
}

function close(): void {
  turn += 1;
  staff = null;
  shown = null;
  window.clearInterval(timer);
  editor.close();
  clearCode();
  cameraList.show([]);
  deviceList.show([]);
  for (const id of ["rules-state", "rule-list", "gallery-table", "delivery-table", "link"]) {
    byId(id).replaceChildren();
  }
  banner(null);
  showTools();
}

function leave(): void {
  const who = staff;
  close();
  entry.askAgain(who);
}

async function leaveForGood(): Promise<void> {
  await signOut().catch(() => undefined);
  close();
  entry.askAnew();
}

function showTools(): void {
  byId("sign-out").hidden = staff === null;
  picker.hidden = staff === null || staff.branches.length < 2;
  label(byId("sign-out"), "signout", words().signOut);
}

drawIcons();
byId("sign-out").addEventListener("click", () => void leaveForGood());
picker.addEventListener("change", () => {
  branch = picker.value;
  store(BRANCH_KEY, branch);
  open();
});
offerRegistration(() => branch, onFailure);
const showTheme = offerThemes((theme) => label(byId("theme"), theme, words().theme[theme]));
offerLanguages(words, () => {
  language += 1;
  showTheme();
  showTools();
  entry.say();
  editor.translate();
  render();
});
void entry.begin();
