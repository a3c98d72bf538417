// How a case came to where it is.

import { type Interview, InterviewState } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { byId, element, facts } from "../shared/dom.ts";
import { moment } from "../shared/format.ts";
import { idOf, ms } from "./calls.ts";
import { personName, said, stateName } from "./texts.ts";
import { named, words } from "./words.ts";

export function showHistory(interview: Interview): void {
  const people = new Map(interview.participants.map((one) => [idOf(one.name), personName(one)]));
  const items = interview.transitions.map((step) => {
    const item = element("li");
    const at = ms(step.moveTime);
    const who = step.participant
      ? (people.get(idOf(step.participant)) ?? idOf(step.participant))
      : words().theCase;
    const move = named(words().move, step.move);
    const head = element("p");
    head.append(element("strong", "", who), ` ${move}: ${stateName(step.fromState)} → `);
    head.append(stateName(step.toState));
    const actor = step.actor === "system" ? words().system : step.actor;
    const parts = [at === null ? "" : moment(at), actor, step.reason ? said(step.reason) : ""];
    item.append(head, element("p", "hint", parts.filter(Boolean).join(" · ")));
    return item;
  });
  byId("history-list").replaceChildren(...items);
}

export function showFacts(interview: Interview): void {
  const names = words().caseFacts;
  const time = (value: number | null): string => (value === null ? words().none : moment(value));
  const rows: [string, string][] = [[names.product, interview.product]];
  if (interview.externalId) rows.push([names.externalId, interview.externalId]);
  rows.push([names.created, time(ms(interview.createTime))]);
  if (interview.state < InterviewState.REVIEW)
    rows.push([names.expires, time(ms(interview.expireTime))]);
  if (interview.purgeTime) rows.push([names.purges, time(ms(interview.purgeTime))]);
  rows.push([names.policy, interview.policyVersion.slice(0, 12)], [names.id, idOf(interview.name)]);
  byId("case-facts").replaceChildren(facts(rows));
}
