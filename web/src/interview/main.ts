// The page: an invitation, an interview with the visitor's own camera and microphone, and its end.

import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/oval.css";
import "./interview.css";
import "./panels.css";
import "./stage.css";
import { UnreachableError } from "../shared/call.ts";
import { byId } from "../shared/dom.ts";
import { ApiError } from "../shared/failure.ts";
import { drawIcons } from "../shared/glyphs.ts";
import { language, offerLanguages } from "../shared/language.ts";
import { stayAwake } from "../shared/wake.ts";
import { BrowserView } from "./browser.ts";
import { lackingIn } from "./devices.ts";
import { attendToken, lookAt } from "./invitation.ts";
import { showOutcome } from "./outcome.ts";
import { endingIn, problemOf } from "./reading.ts";
import { RunningView } from "./running.ts";
import type { Invitation, State } from "./state.ts";
import { recallTicket } from "./ticket.ts";
import { Visit } from "./visit.ts";
import { words } from "./words.ts";

const SECTIONS: Readonly<Record<State["phase"], string>> = {
  starting: "",
  welcome: "welcome",
  browser: "browser",
  running: "running",
  ended: "outcome",
  problem: "outcome",
};

let shown: State = { phase: "starting" };
let visit: Visit | null = null;
const running = new RunningView(() => visit);
const browser = new BrowserView();
const person = byId<HTMLDialogElement>("person");

function render(): void {
  if (shown.phase === "welcome") showWelcome(shown.invitation, shown.isReturn);
  else if (shown.phase === "browser") browser.render(shown.trouble);
  else if (shown.phase === "running") running.render(shown);
  else if (shown.phase !== "starting") showOutcome(shown);
}

function show(next: State): void {
  // An app's browser that asks and then refuses shows itself only now.
  const isInApp = next.phase === "running" && next.trouble === "inApp";
  const state: State = isInApp ? { phase: "browser", trouble: "inApp" } : next;
  const hasMoved = state.phase !== shown.phase;
  shown = state;
  if (hasMoved && state.phase !== "running") running.clear();
  render();
  if (!hasMoved) return;
  document.body.dataset.phase = state.phase;
  const section = SECTIONS[state.phase];
  for (const id of ["welcome", "browser", "running", "outcome"]) byId(id).hidden = id !== section;
  stayAwake(state.phase === "running");
  if (!section) return;
  // Who cannot see that the page has changed hears it.
  byId(`${section}-title`).focus();
  window.scrollTo({ top: 0 });
}

function showWelcome(invitation: Invitation, isReturn: boolean): void {
  const { hello, invited, role, product, welcomeBack } = words();
  byId("welcome-title").textContent = hello(invitation.displayName);
  const asked = invited(role[invitation.role] ?? "", product[invitation.product] ?? "");
  byId("invited").textContent = isReturn ? welcomeBack : asked;
}

function open(): Visit {
  const video = byId<HTMLVideoElement>("video");
  const accessible = byId<HTMLInputElement>("accessible").checked;
  visit?.stop();
  visit = new Visit(attendToken(), accessible, language(), video, show, (level) =>
    running.hear(level),
  );
  return visit;
}

async function begin(): Promise<void> {
  try {
    const invitation = await lookAt(attendToken());
    const ending = endingIn(invitation.state);
    const lacking = lackingIn();
    if (ending) show({ phase: "ended", ending });
    else if (lacking === "inApp" || lacking === "insecure") {
      show({ phase: "browser", trouble: lacking });
    } else {
      const isReturn = recallTicket(attendToken()) !== null;
      show({ phase: "welcome", invitation, isReturn });
    }
  } catch (error) {
    const refusal = error instanceof ApiError ? error : null;
    if (!refusal && !(error instanceof UnreachableError)) throw error;
    show({ phase: "problem", problem: problemOf(refusal, false), error: refusal });
  }
}

function askForPerson(): void {
  const wish = byId<HTMLTextAreaElement>("wish").value.trim();
  if (person.returnValue === "yes") (visit?.isRunning ? visit : open()).askForPerson(wish);
}

drawIcons();
byId("start").addEventListener("click", () => void open().start());
byId("once-more").addEventListener("click", () => void begin());
for (const button of document.querySelectorAll(".ask-person")) {
  button.addEventListener("click", () => person.showModal());
}
person.addEventListener("close", askForPerson);
document.addEventListener("visibilitychange", () => {
  const isShown = document.visibilityState === "visible";
  if (shown.phase !== "running") return;
  visit?.onPageShown(isShown);
  if (isShown) stayAwake(true); // The lock went with the page.
});
// A page that is left must not hold the camera, nor a connection open.
window.addEventListener("pagehide", () => visit?.stop());
offerLanguages(words, render);
void begin();
