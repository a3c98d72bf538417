// The end: what comes next, or what keeps it from going on. Never what exactly was found.

import { byId, must } from "../shared/dom.ts";
import { icon } from "../shared/glyphs.ts";
import { explain } from "../shared/reasons.ts";
import type { Ending, State } from "./state.ts";
import { words } from "./words.ts";

const GLYPHS: Readonly<Record<Ending, string>> = {
  passed: "PASSED",
  reviewed: "PASSED",
  refused: "PERSON",
  rejected: "PROBLEM",
  declined: "INTERRUPTED",
  person: "PERSON",
  lockedOut: "PERSON",
  expired: "PROBLEM",
};
const FOR_GOOD: ReadonlySet<string> = new Set(["link", "over"]);

export function showOutcome(state: Extract<State, { phase: "ended" | "problem" }>): void {
  const section = byId("outcome");
  const isEnd = state.phase === "ended";
  section.dataset.kind = isEnd ? state.ending : "problem";
  const glyph = isEnd ? GLYPHS[state.ending] : "PROBLEM";
  must(section, ".badge").replaceChildren(icon(glyph));
  const text = words();
  byId("outcome-title").textContent = isEnd
    ? text.ending[state.ending]
    : text.problem[state.problem];
  byId("meaning").textContent = isEnd
    ? text.endingText[state.ending]
    : text.problemText[state.problem];
  const error = isEnd || state.problem !== "refused" ? null : state.error;
  byId("told").textContent = error ? explain(error.reason, error.message) : "";
  byId("once-more").hidden = isEnd || FOR_GOOD.has(state.problem);
}
