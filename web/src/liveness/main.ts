// The page: consent, a guided check with the visitor's own camera, and what came of it.

import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/oval.css";
import "./liveness.css";
import "./stage.css";
import { offerTokenForm, showTokenForm } from "../shared/access.ts";
import { byId } from "../shared/dom.ts";
import { drawIcons } from "../shared/glyphs.ts";
import { language, offerLanguages } from "../shared/language.ts";
import { stayAwake } from "../shared/wake.ts";
import { Check } from "./check.ts";
import { showProblem, showVerdict } from "./outcome.ts";
import { Stage } from "./stage.ts";
import type { State } from "./state.ts";
import { words } from "./words.ts";

const SECTIONS = { welcome: "welcome", session: "session", verdict: "outcome", problem: "outcome" };

const stage = new Stage();
let shown: State = { phase: "welcome" };
let check: Check | null = null;

function render(): void {
  if (shown.phase === "session") stage.render(shown);
  else if (shown.phase === "verdict") showVerdict(shown);
  else if (shown.phase === "problem") showProblem(shown);
}

function show(next: State): void {
  const hasMoved = next.phase !== shown.phase;
  shown = next;
  render();
  if (!hasMoved) return;
  document.body.dataset.phase = next.phase;
  const section = SECTIONS[next.phase];
  for (const id of ["welcome", "session", "outcome"]) byId(id).hidden = id !== section;
  if (next.phase !== "session") stage.clear();
  stayAwake(next.phase === "session");
  const needsToken = next.phase === "problem" && next.trouble === "token";
  if (needsToken) showTokenForm();
  // Who cannot see that the page has changed hears it.
  byId(`${section}-title`).focus();
  window.scrollTo({ top: 0 });
}

function start(): void {
  const accessible = byId<HTMLInputElement>("accessible").checked;
  check = new Check({ accessible, language: language() }, byId<HTMLVideoElement>("video"), show);
  void check.start();
}

function again(): void {
  if (shown.phase === "problem" && shown.trouble === "token") {
    show({ phase: "welcome" });
    byId("token").focus();
  } else {
    start();
  }
}

drawIcons();
byId("start").addEventListener("click", start);
byId("again").addEventListener("click", again);
byId("stop").addEventListener("click", () => check?.stop());
// A page that is left must not hold the camera, nor a session open.
window.addEventListener("pagehide", () => check?.stop());
offerTokenForm(start);
offerLanguages(words, render);
