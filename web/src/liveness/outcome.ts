// The end of a check: the verdict with its reasons, or what kept it from being made.

import { durationMs } from "@bufbuild/protobuf/wkt";
import {
  Challenge,
  type LivenessDecision,
  LivenessDecision_Outcome,
} from "../gen/smartbranch/liveness/v1/liveness_pb.ts";
import {
  type ChallengeResult,
  ChallengeResult_State,
  type SessionVerdict,
} from "../gen/smartbranch/liveness/v1/liveness_service_pb.ts";
import { byId, element, facts, must } from "../shared/dom.ts";
import { icon } from "../shared/glyphs.ts";
import { explain } from "../shared/reasons.ts";
import type { Decided, Problem } from "./state.ts";
import { knownText } from "./texts.ts";
import { words } from "./words.ts";

type Outcome = keyof ReturnType<typeof words>["outcome"];
type Ended = keyof ReturnType<typeof words>["state"];

function fill(kind: string, title: string, meaning: string, details: readonly Node[]): void {
  const section = byId("outcome");
  section.dataset.kind = kind;
  must(section, ".badge").replaceChildren(icon(kind));
  byId("outcome-title").textContent = title;
  byId("meaning").textContent = meaning;
  byId("details").replaceChildren(...details);
}

export function showVerdict({ verdict, session }: Decided): void {
  const decision = verdict.decision;
  const outcome = outcomeOf(decision);
  const details: Node[] = [];
  if (decision?.reasons.length) details.push(...titled(words().reasonsTitle, reasonList(decision)));
  if (verdict.challenges.length) {
    details.push(...titled(words().challengesTitle, challengeList(verdict.challenges)));
  }
  if (decision) details.push(basis(verdict, decision, session));
  fill(outcome, words().outcome[outcome], words().meaning[outcome], details);
}

export function showProblem({ trouble, error }: Problem): void {
  const waitS = Number(error?.metadata.retry_after_s ?? Number.NaN);
  const canWait = trouble === "lockedOut" && waitS > 0;
  const remedy = canWait ? words().waitMinutes(Math.ceil(waitS / 60)) : words().remedy[trouble];
  const told = error && (trouble === "refused" || trouble === "token");
  const details = told ? [element("p", "told", explain(error.reason, error.message))] : [];
  fill("PROBLEM", words().problem[trouble], remedy, details);
}

// A verdict that cannot be read is no pass.
function outcomeOf(decision: LivenessDecision | undefined): Outcome {
  if (decision?.outcome === LivenessDecision_Outcome.LIVE) return "LIVE";
  return decision?.outcome === LivenessDecision_Outcome.SPOOF ? "SPOOF" : "INCONCLUSIVE";
}

function titled(title: string, list: Node): Node[] {
  return [element("h2", "", title), list];
}

function reasonList(decision: LivenessDecision): HTMLElement {
  const list = element("ul", "reasons");
  for (const { code, text } of decision.reasons) {
    list.append(element("li", "", knownText("reason", code) ?? explain(code, text)));
  }
  return list;
}

function challengeList(challenges: readonly ChallengeResult[]): HTMLElement {
  const list = element("ol", "challenges");
  for (const { challenge, state, responseDelay } of challenges) {
    const ended = ChallengeResult_State[state] as Ended;
    const name = Challenge[challenge] as keyof ReturnType<typeof words>["challenge"];
    const item = element("li", ended);
    item.append(icon(ended), element("span", "", words().challenge[name] ?? ""));
    const after = responseDelay && words().after((durationMs(responseDelay) / 1000).toFixed(1));
    const how = [words().state[ended], after].filter(Boolean).join(" · ");
    item.append(element("span", "how", how));
    list.append(item);
  }
  return list;
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;

// For whoever wants to know more than a visitor does.
function basis(verdict: SessionVerdict, decision: LivenessDecision, session: string): HTMLElement {
  const { liveScore, operatingPoint, models } = decision;
  const rows: [string, string][] = [
    [words().liveScore, liveScore === undefined ? words().notMeasured : liveScore.toFixed(3)],
  ];
  if (operatingPoint) {
    const { maxApcer = 0, maxBpcer = 0, data } = operatingPoint;
    rows.push([words().rates, words().ratesText(percent(maxApcer), percent(maxBpcer))]);
    rows.push([words().data, data]);
  }
  rows.push([words().frames, String(verdict.frameCount)]);
  if (models.length) rows.push([words().models, models.map(({ modelId }) => modelId).join(", ")]);
  rows.push([words().session, session]);
  const details = element("details");
  details.append(element("summary", "", words().basis), facts(rows));
  return details;
}
