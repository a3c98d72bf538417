// The page of reviewers: the queue of cases, and one case that is decided.

import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/staff.css";
import "./review.css";
import "./case.css";
import "./reel.css";
import { isSignedOut } from "../shared/call.ts";
import { byId, must } from "../shared/dom.ts";
import { Entry } from "../shared/entry.ts";
import { ApiError } from "../shared/failure.ts";
import { clockTime } from "../shared/format.ts";
import { drawIcons } from "../shared/icons.ts";
import { offerLanguages } from "../shared/language.ts";
import { tick } from "../shared/parts.ts";
import { explain } from "../shared/reasons.ts";
import { type Staff, signOut } from "../shared/staff.ts";
import { offerThemes } from "../shared/theme.ts";
import { label } from "../shared/tools.ts";
import { getCase, idOf, listCases } from "./calls.ts";
import { CasePage } from "./casepage.ts";
import { Queue } from "./queue.ts";
import { words } from "./words.ts";

const EVERY_MS = 4_000;
const TICK_MS = 1_000;
const TOAST_MS = 6_000;
// The open case is in the address, so that it can be sent to a colleague; it is an id alone.
const HASH = "#case=";

const entry = new Entry(arrive);
const queue = new Queue(
  (name) => {
    location.hash = `${HASH}${encodeURIComponent(idOf(name))}`;
  },
  () => void load(),
);
const casePage = new CasePage({ onDone: say, onFailure });
let staff: Staff | null = null;
// Who was here last: what they typed is for them alone.
let former = "";
let turn = 0;
let loadedMs: number | null = null;
let timer = 0;
let toast = 0;

const openId = (): string =>
  location.hash.startsWith(HASH) ? decodeURIComponent(location.hash.slice(HASH.length)) : "";

function arrive(found: Staff): void {
  staff = found;
  const account = `${found.tenant}/${found.name}`;
  if (former && former !== account) casePage.forget();
  former = account;
  document.body.dataset.phase = "board";
  showTools();
  window.clearInterval(timer);
  timer = window.setInterval(() => {
    if (document.visibilityState === "visible") void load();
  }, EVERY_MS);
  turnTo();
}

// Shows what the address says: the queue, or one case.
function turnTo(): void {
  const id = openId();
  document.body.dataset.view = id ? "case" : "queue";
  if (!id || idOf(casePage.name) !== id) casePage.close();
  banner(null);
  scrollTo(0, 0);
  byId(id ? "case-title" : "queue-title").focus();
  if (staff) void load();
}

async function load(): Promise<void> {
  turn += 1;
  const mine = turn;
  const id = openId();
  const who = staff;
  if (!who) return;
  try {
    if (id) {
      const interview = await getCase(id);
      if (mine !== turn || staff !== who) return;
      if (casePage.name === interview.name) casePage.show(interview);
      else casePage.open(interview, who);
    } else {
      const listed = await listCases(queue.state);
      if (mine !== turn || staff !== who) return;
      queue.show(listed);
    }
    loadedMs = Date.now();
    banner(null);
    showFresh();
    tick(document, Date.now());
  } catch (error) {
    if (mine === turn) onTrouble(error);
  }
}

// What lasts until the next look goes better.
function onTrouble(error: unknown): void {
  if (isSignedOut(error)) leave();
  else if (error instanceof ApiError && error.reason === "ROLE_NOT_ALLOWED") {
    banner(words().notAllowed);
  } else if (error instanceof ApiError && error.reason === "INTERVIEW_NOT_FOUND") {
    // Erased while somebody looked: nothing of it stays on the page.
    casePage.close();
    banner(explain(error.reason, error.message));
  } else if (error instanceof ApiError) banner(explain(error.reason, error.message));
  else banner(words().stale);
}

// Something that was asked for was not done; what was typed stays.
function onFailure(error: unknown): void {
  if (isSignedOut(error)) {
    leave();
    return;
  }
  const why = error instanceof ApiError ? explain(error.reason, error.message) : words().stale;
  say(`${words().notDone}: ${why}`, true);
  void load();
}

function banner(text: string | null): void {
  const place = byId("banner");
  if (place.textContent !== (text ?? "")) place.textContent = text ?? "";
  place.hidden = text === null;
}

function say(text: string, isBad = false): void {
  const place = byId("toast");
  place.textContent = text;
  place.dataset.bad = String(isBad);
  place.hidden = false;
  window.clearTimeout(toast);
  toast = window.setTimeout(() => {
    place.hidden = true;
  }, TOAST_MS);
}

function close(): void {
  turn += 1;
  staff = null;
  loadedMs = null;
  window.clearInterval(timer);
  queue.clear();
  casePage.close();
  banner(null);
  byId("toast").hidden = true;
  showFresh();
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
  casePage.forget();
  history.replaceState(null, "", location.pathname);
  entry.askAnew();
}

function showFresh(): void {
  byId("link").textContent = loadedMs === null ? "" : words().fresh(clockTime(loadedMs));
}

function showTools(): void {
  byId("sign-out").hidden = staff === null;
  label(byId("sign-out"), "signout", words().signOut);
  byId<HTMLInputElement>("find").placeholder = words().findHint;
}

drawIcons();
byId("sign-out").addEventListener("click", () => void leaveForGood());
must<HTMLAnchorElement>(document, ".skip").addEventListener("click", (event) => {
  // The address says which case is open.
  event.preventDefault();
  byId("content").focus();
});
byId("back").addEventListener("click", () => {
  location.hash = "";
});
window.addEventListener("hashchange", turnTo);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && staff) void load();
});
window.setInterval(() => tick(document, Date.now()), TICK_MS);
const showTheme = offerThemes((theme) => label(byId("theme"), theme, words().theme[theme]));
offerLanguages(words, () => {
  showTheme();
  showTools();
  showFresh();
  entry.say();
  queue.translate();
  casePage.translate();
});
void entry.begin();
