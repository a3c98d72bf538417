// One person of a case: document and face side by side, and all that was found.

import { InterviewState, type Participant } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { element, facts } from "../shared/dom.ts";
import { moment } from "../shared/format.ts";
import { chip } from "../shared/parts.ts";
import { ms } from "./calls.ts";
import { answers, checkList, documentFacts, outcomeMark } from "./checks.ts";
import type { Pictures } from "./pictures.ts";
import {
  lastChecks,
  outcomeKey,
  personName,
  roleName,
  said,
  stateName,
  verdictKey,
} from "./texts.ts";
import { words } from "./words.ts";

const VERDICT_OUTCOME = {
  PASSED: "PASSED",
  REFUSED: "FAILED",
  INCONCLUSIVE: "INCONCLUSIVE",
} as const;

export function personCard(participant: Participant, pictures: Pictures): HTMLElement {
  const card = element("li", "person");
  card.append(
    head(participant),
    verdict(participant),
    compared(participant, pictures),
    documentPart(participant, pictures),
    part(words().checks, checkList(participant)),
    ...talk(participant),
    ...place(participant),
  );
  return card;
}

function part(title: string, ...content: (Node | string)[]): HTMLElement {
  const made = element("section", "part");
  made.append(element("h4", "", title), ...content);
  return made;
}

function head(participant: Participant): HTMLElement {
  const made = element("div", "person-head");
  made.append(element("h3", "", personName(participant)));
  if (participant.displayName) made.append(chip(roleName(participant.role)));
  made.append(chip(stateName(participant.state)));
  if (participant.isAttending) made.append(chip(words().attending, "tier"));
  const count = participant.attemptCount;
  if (count) made.append(chip(words().attempts(count), "waiting"));
  made.append(steps(participant));
  return made;
}

// The way through the steps, in order; what is behind is ticked.
function steps({ steps: all, state }: Participant): HTMLElement {
  const list = element("ol", "steps");
  list.setAttribute("aria-label", words().steps);
  const here = all.indexOf(state);
  const isOver = state >= InterviewState.REVIEW;
  all.forEach((step, at) => {
    const item = element("li", "", stateName(step));
    const how = isOver || at < here ? "done" : at === here ? "now" : "";
    if (how) item.dataset.how = how;
    const word = { done: words().stepDone, now: words().stepNow, "": "" }[how];
    if (word && !isOver) item.append(element("span", "unseen", ` (${word})`));
    list.append(item);
  });
  return list;
}

function verdict(participant: Participant): HTMLElement {
  const place = element("div", "verdict");
  const key = verdictKey(participant);
  if (!key) {
    place.append(element("p", "empty", words().noVerdict));
    return place;
  }
  place.dataset.outcome = VERDICT_OUTCOME[key];
  place.append(outcomeMark(VERDICT_OUTCOME[key], words().verdict[key]));
  for (const { code, text } of participant.verdict?.reasons ?? []) {
    place.append(element("p", "why", said(code, text)));
  }
  return place;
}

function compared(participant: Participant, pictures: Pictures): HTMLElement {
  const row = element("div", "compared");
  for (const name of ["portrait", "face"] as const) {
    row.append(pictures.figure(participant, name, words().picture[name], "face"));
  }
  const match = lastChecks(participant).find(({ name }) => name === "face_match");
  const made = part(words().compare, row);
  if (match) {
    const line = element("p", "match");
    line.append(outcomeMark(outcomeKey(match.outcome), words().check.face_match));
    if (match.operatingPoint) line.append(element("span", "hint", match.operatingPoint));
    made.append(line);
  }
  return made;
}

function documentPart(participant: Participant, pictures: Pictures): HTMLElement {
  const sides = element("div", "sides");
  for (const name of ["document_front", "document_back"] as const) {
    if (!participant.pictures.includes(name)) continue;
    sides.append(pictures.figure(participant, name, words().picture[name]));
  }
  return part(words().document, sides, documentFacts(participant.document));
}

function talk(participant: Participant): HTMLElement[] {
  const made: HTMLElement[] = [];
  if (participant.questions.length) {
    const list = element("ul", "answers");
    list.append(...answers(participant));
    made.push(part(words().questions, list));
  }
  if (participant.consents.length) {
    const list = element("ul", "consents");
    for (const consent of participant.consents) {
      const { accepted, acceptedFace } = consent;
      const item = element("li");
      const at = ms(consent.consentTime);
      const both = [words().consent[accepted ? "yes" : "no"]];
      if (accepted) both.push(words().consentFace[acceptedFace ? "yes" : "no"]);
      for (const [index, text] of both.entries()) {
        const holds = index === 0 ? accepted : acceptedFace;
        item.append(outcomeMark(holds ? "PASSED" : "FAILED", text));
      }
      if (at !== null) item.append(element("p", "hint", moment(at)));
      const details = element("details");
      details.append(element("summary", "", words().consentText(consent.textVersion)));
      details.append(element("p", "", consent.text));
      item.append(details);
      list.append(item);
    }
    made.push(part(words().consents, list));
  }
  return made;
}

function place({ position }: Participant): HTMLElement[] {
  if (position?.latitudeDeg === undefined || position.longitudeDeg === undefined) return [];
  const { latitudeDeg, longitudeDeg, accuracyM = 0 } = position;
  const text = words().positionOf(
    latitudeDeg.toFixed(5),
    longitudeDeg.toFixed(5),
    String(Math.round(accuracyM)),
  );
  const at = ms(position.positionTime);
  const rows: [string, string][] = [[words().position, text]];
  if (at !== null) rows.push([words().decidedAt, moment(at)]);
  return [facts(rows)];
}
