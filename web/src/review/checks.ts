// What was checked and measured of one person, and what the document says.

import type {
  InterviewCheck,
  Participant,
  QuestionRecord,
} from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import {
  type DocumentCheck,
  DocumentDecision_Outcome,
  type DocumentField,
  DocumentKind,
  type IdDocument,
} from "../gen/smartbranch/vision/v1/document_pb.ts";
import { element, facts } from "../shared/dom.ts";
import { moment } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { chip } from "../shared/parts.ts";
import { ms } from "./calls.ts";
import { checkName, lastChecks, outcomeKey, said } from "./texts.ts";
import { named, words } from "./words.ts";

type Outcome = "PASSED" | "FAILED" | "INCONCLUSIVE";
const ICONS: Readonly<Record<Outcome, string>> = {
  PASSED: "seen",
  FAILED: "close",
  INCONCLUSIVE: "more",
};
// Below that a field is marked as one to look at.
const SURE = 0.9;

// A line with the sign and the word of an outcome, which colour alone would not tell.
export function outcomeMark(outcome: Outcome, word = words().outcome[outcome]): HTMLElement {
  const mark = element("span", "outcome");
  mark.dataset.outcome = outcome;
  mark.append(icon(ICONS[outcome]), element("span", "", word));
  return mark;
}

export function checkList(participant: Participant): HTMLElement {
  const checks = lastChecks(participant);
  if (!checks.length) return element("p", "empty", words().noChecks);
  const list = element("ul", "checks");
  list.append(...checks.map(checkItem));
  return list;
}

function checkItem(check: InterviewCheck): HTMLElement {
  const outcome = outcomeKey(check.outcome);
  const item = element("li", "check");
  item.dataset.check = check.name;
  item.dataset.outcome = outcome;
  const head = element("div", "check-head");
  head.append(element("strong", "", checkName(check.name)), outcomeMark(outcome));
  item.append(head);
  for (const { code, text } of check.reasons) item.append(element("p", "why", said(code, text)));
  item.append(measured(check));
  return item;
}

function measured(check: InterviewCheck): HTMLElement {
  const details = element("details");
  const summary = element("summary", "", words().measured);
  summary.append(element("span", "unseen", `: ${checkName(check.name)}`));
  details.append(summary);
  const rows: [string, string][] = check.signals.map((signal) => [
    signal.name.replaceAll("_", " "),
    [
      signal.score === undefined ? words().notMeasured : number(signal.score),
      signal.llr === undefined ? "" : `${words().signalLlr} ${number(signal.llr)}`,
    ]
      .filter(Boolean)
      .join("; "),
  ]);
  if (check.operatingPoint) rows.push([words().operatingPoint, check.operatingPoint]);
  if (check.modelIds.length) rows.push([words().models, check.modelIds.join(", ")]);
  const at = ms(check.decideTime);
  if (at !== null) rows.push([words().decidedAt, moment(at)]);
  details.append(facts(rows));
  return details;
}

// Three digits that count, however small the number is.
const number = (value: number): string => String(Number(value.toPrecision(3)));

export function documentFacts(document: IdDocument | undefined): HTMLElement {
  const place = element("div", "document-facts");
  if (!document) {
    place.append(element("p", "empty", words().documentNone));
    return place;
  }
  const kind = named(words().documentKind, DocumentKind[document.kind] ?? "");
  place.append(element("p", "document-kind", kind), documentOutcome(document));
  const list = element("dl", "facts");
  for (const field of [...document.fields].sort((a, b) => orderOf(a) - orderOf(b))) {
    list.append(element("dt", "", named(words().field, field.name)), fieldValue(field));
  }
  place.append(list);
  if (document.checks.length) {
    const details = element("details");
    details.append(element("summary", "", words().documentChecks), documentChecks(document.checks));
    details.open = document.checks.some(({ passed }) => passed === false);
    place.append(details);
  }
  return place;
}

// As on a document; what has no word comes last.
function orderOf({ name }: DocumentField): number {
  const at = Object.keys(words().field).indexOf(name);
  return at < 0 ? Number.MAX_SAFE_INTEGER : at;
}

function documentOutcome({ decision }: IdDocument): HTMLElement | string {
  if (!decision) return "";
  const place = element("div", "document-outcome");
  const code = DocumentDecision_Outcome[decision.outcome] ?? "";
  const outcome = ({ VALID: "PASSED", INVALID: "FAILED" } as const)[code as "VALID"];
  place.append(outcomeMark(outcome ?? "INCONCLUSIVE", named(words().documentOutcome, code)));
  for (const { code: why, text } of decision.reasons) {
    place.append(element("p", "why", said(why, text)));
  }
  return place;
}

function fieldValue({ value, confidence }: DocumentField): HTMLElement {
  const place = element("dd", "", value);
  if (confidence !== undefined && confidence < SURE) {
    place.append(" ", chip(words().unsure(`${Math.round(confidence * 100)} %`), "waiting"));
  }
  return place;
}

function documentChecks(checks: readonly DocumentCheck[]): HTMLElement {
  const list = element("ul", "document-checks");
  for (const { name, passed, text } of checks) {
    const item = element("li");
    const outcome = passed === undefined ? "INCONCLUSIVE" : passed ? "PASSED" : "FAILED";
    const title = named(words().documentCheck, name).replaceAll("_", " ");
    item.append(outcomeMark(outcome, title));
    if (outcome !== "PASSED" && text) item.append(element("p", "why", text));
    list.append(item);
  }
  return list;
}

export function answers(participant: Participant): HTMLElement[] {
  return participant.questions.map((record) => {
    const item = element("li");
    item.append(element("p", "question", record.text || record.question));
    item.append(element("p", "answer", answerText(record)));
    const voice = record.voiceAtPrompt;
    if (voice !== undefined) {
      item.append(outcomeMark(voice ? "PASSED" : "FAILED", words().voice[voice ? "yes" : "no"]));
    }
    return item;
  });
}

function answerText({ answer, answerTime }: QuestionRecord): string {
  if (answer) return answer;
  return answerTime ? `(${words().spoken})` : `(${words().unanswered})`;
}
