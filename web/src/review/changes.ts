// What changed of a case since somebody began to look at it.

import type { Interview, Participant } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { personName, stateName } from "./texts.ts";
import { words } from "./words.ts";

// Returns what is new in words, nothing where nothing that matters is.
export function changesOf(before: Interview, now: Interview, me: string): string[] {
  const { change } = words();
  const found: string[] = [];
  if (now.state !== before.state) found.push(change.state(stateName(now.state)));
  const others = now.reviews.slice(before.reviews.length).filter(({ reviewer }) => reviewer !== me);
  if (others.length) found.push(change.reviews(others.map(({ reviewer }) => reviewer).join(", ")));
  if (now.isHeld !== before.isHeld) found.push(change.hold);
  const known = new Map(before.participants.map((person) => [person.name, person]));
  if (now.participants.some(({ name }) => !known.has(name))) found.push(change.people);
  for (const person of now.participants) {
    const old = known.get(person.name);
    if (old && weightOf(old) !== weightOf(person)) found.push(change.findings(personName(person)));
  }
  return found;
}

// Changes with everything that a decision may rest on.
const weightOf = ({
  checks,
  events,
  questions,
  consents,
  pictures,
  verdict,
}: Participant): string =>
  [
    checks.map(({ name, outcome }) => `${name}${outcome}`),
    events.length,
    questions.map(({ answer, answerTime }) => `${answer}${answerTime?.seconds ?? ""}`),
    consents.length,
    pictures.length,
    verdict?.outcome ?? 0,
  ].join("|");
