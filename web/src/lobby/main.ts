// The lobby on a tablet: sign in, then the live board.

import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/staff.css";
import "./lobby.css";
import "./board.css";
import "./sheet.css";
import { byId } from "../shared/dom.ts";
import { Entry } from "../shared/entry.ts";
import { useTimeZone } from "../shared/format.ts";
import { drawIcons, icon } from "../shared/icons.ts";
import { offerLanguages } from "../shared/language.ts";
import { recall, store } from "../shared/memory.ts";
import { type Staff, signOut } from "../shared/staff.ts";
import { offerThemes } from "../shared/theme.ts";
import { label } from "../shared/tools.ts";
import { stayAwake } from "../shared/wake.ts";
import { Bell } from "./bell.ts";
import { Desk } from "./desk.ts";
import { Screen } from "./screen.ts";
import { words } from "./words.ts";

const BRANCH_KEY = "smartbranch.lobby.branch";

const bell = new Bell(showTools);
const entry = new Entry(arrive);
const picker = byId<HTMLSelectElement>("branch");
let staff: Staff | null = null;
let desk: Desk | null = null;
let screen: Screen | null = null;

function arrive(found: Staff): void {
  staff = found;
  document.body.dataset.phase = "board";
  fillPicker(found);
  openBranch(chosenBranch(found));
  showTools();
}

function chosenBranch(found: Staff): string {
  const ids = found.branches.map(({ id }) => id);
  const kept = recall(BRANCH_KEY);
  return found.branch ?? (kept && ids.includes(kept) ? kept : (ids[0] ?? ""));
}

// One branch is a name; several are a choice.
function fillPicker(found: Staff): void {
  const isChoice = found.branches.length > 1;
  picker.hidden = !isChoice;
  byId("branch-name").hidden = isChoice;
  picker.replaceChildren(
    ...found.branches.map(({ id, display_name }) => new Option(display_name || id, id)),
  );
}

function openBranch(branch: string): void {
  desk?.stop();
  screen?.close();
  desk = null;
  const facts = staff?.branches.find(({ id }) => id === branch);
  byId("branch-name").textContent = facts?.display_name || branch || "SmartBranch";
  picker.value = branch;
  if (facts) useTimeZone(facts.time_zone);
  if (!staff) return;
  const shown = new Screen(staff.name, (alert, action, assignee, note) => {
    if (!opened.act(alert, action, assignee, note)) shown.say(words().full);
  });
  const opened = new Desk(staff, branch, bell, {
    onChange: () => shown.refresh(),
    onCall: (alert) => shown.call(alert),
    onCleared: () => shown.announce(words().clearedElsewhere),
    onBack: () => shown.say(words().back),
    onSignedOut: leave,
    onRefused: (error, doing) => shown.refuse(error, doing),
  });
  screen = shown;
  if (!branch) {
    shown.warn(words().noBranch);
    return;
  }
  shown.show(opened);
  desk = opened;
  stayAwake(true);
  void opened.start();
}

// What was seen is gone from the page; what was done waits.
function close(): void {
  desk?.stop();
  screen?.close();
  desk = null;
  screen = null;
  staff = null;
  stayAwake(false);
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
  byId("sound").hidden = staff === null;
  byId("sign-out").hidden = staff === null;
  byId("parts").hidden = staff === null;
  const { isWanted, canSound } = bell;
  label(
    byId("sound"),
    isWanted ? "sound" : "silent",
    isWanted ? words().soundOn : words().soundOff,
  );
  byId("sound").setAttribute("aria-pressed", String(isWanted));
  label(byId("sign-out"), "signout", words().signOut);
  label(byId("sheet-close"), "close", words().dialogClose);
  byId("sound-ask").hidden = staff === null || !isWanted || canSound;
}

for (const link of document.querySelectorAll<HTMLElement>("[data-icon-before]")) {
  link.prepend(icon(link.dataset.iconBefore ?? ""));
}
drawIcons();
byId("sound").addEventListener("click", () => bell.switch());
byId("sign-out").addEventListener("click", () => void leaveForGood());
picker.addEventListener("change", () => {
  store(BRANCH_KEY, picker.value);
  openBranch(picker.value);
});
window.addEventListener("online", () => desk?.hurry());
window.addEventListener("offline", () => desk?.drop());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || !desk) return;
  desk.hurry();
  stayAwake(true);
});
const showTheme = offerThemes((theme) => label(byId("theme"), theme, words().theme[theme]));
offerLanguages(words, () => {
  showTheme();
  showTools();
  entry.say();
  screen?.translate();
});
if ("serviceWorker" in navigator) {
  // The page works without it; it is what makes it start without a network.
  navigator.serviceWorker.register("/lobby/sw.js", { scope: "/lobby" }).catch(() => undefined);
}
void entry.begin();
