// The queue: cases that wait, the longest waiting first.

import { type Interview, InterviewState } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { byId, element, must } from "../shared/dom.ts";
import { language } from "../shared/language.ts";
import { KeyedList } from "../shared/list.ts";
import { chip, counter, iconLine } from "../shared/parts.ts";
import type { Listed } from "./calls.ts";
import { approvals, caseTitle, isFinal, roleName, said, sinceMs, stateName } from "./texts.ts";
import { words } from "./words.ts";

export type Filter = "REVIEW" | "OPEN" | "CLOSED" | "ALL";
const FILTERS: readonly Filter[] = ["REVIEW", "OPEN", "CLOSED", "ALL"];
// Enough to find a case with; more would only be slow.
const MAX_SHOWN = 300;

export class Queue {
  private readonly filterPlace = byId<HTMLSelectElement>("filter");
  private readonly findPlace = byId<HTMLInputElement>("find");
  private readonly list: KeyedList<Interview>;
  private listed: Listed = { interviews: [], isWhole: true };

  // onOpen: gets the case's name. onFilter: others are to be asked for.
  constructor(onOpen: (name: string) => void, onFilter: () => void) {
    this.list = new KeyedList<Interview>(
      byId("queue-list"),
      ({ name }) => name,
      (interview) => signature(interview),
      (interview) => draw(interview, () => onOpen(interview.name)),
    );
    this.filterPlace.addEventListener("change", onFilter);
    this.findPlace.addEventListener("input", () => this.render());
    this.translate();
  }

  // Name of the only state to ask for, empty for all.
  get state(): string {
    return this.filter === "REVIEW" ? "REVIEW" : "";
  }

  private get filter(): Filter {
    return (this.filterPlace.value || "REVIEW") as Filter;
  }

  translate(): void {
    const chosen = this.filter;
    const options = FILTERS.map((filter) => new Option(words().filter[filter], filter));
    this.filterPlace.replaceChildren(...options);
    this.filterPlace.value = chosen;
    this.render();
  }

  show(listed: Listed): void {
    this.listed = listed;
    this.render();
  }

  clear(): void {
    this.findPlace.value = "";
    this.show({ interviews: [], isWhole: true });
  }

  private render(): void {
    const sought = this.findPlace.value.trim().toLowerCase();
    const found = this.listed.interviews
      .filter((interview) => fits(interview, this.filter))
      .filter((interview) => !sought || textOf(interview).includes(sought))
      .sort((a, b) => sinceMs(a) - sinceMs(b));
    if (this.filter !== "REVIEW") found.reverse();
    this.list.show(found.slice(0, MAX_SHOWN));
    must<HTMLElement>(byId("queue"), ".count").textContent = String(found.length);
    const none = byId("no-cases");
    none.hidden = found.length > 0;
    const isPlain = this.filter === "REVIEW" && !sought;
    none.textContent = isPlain ? words().noCases.REVIEW : words().noCases.OTHER;
    byId("more-cases").hidden = this.listed.isWhole && found.length <= MAX_SHOWN;
  }
}

function fits(interview: Interview, filter: Filter): boolean {
  if (filter === "ALL") return true;
  if (filter === "REVIEW") return interview.state === InterviewState.REVIEW;
  return isFinal(interview) === (filter === "CLOSED");
}

const textOf = ({ product, externalId, name, handOverReason }: Interview): string =>
  `${product} ${externalId} ${name} ${handOverReason} ${said(handOverReason)}`.toLowerCase();

const signature = (interview: Interview): string =>
  [
    language(),
    interview.state,
    interview.participants.map(({ role, isAttending }) => `${role}${isAttending}`),
    interview.reviews.length,
    interview.isHeld,
    interview.handOverReason,
    interview.transitions.length,
  ].join("|");

function draw(interview: Interview, onOpen: () => void): HTMLElement {
  const item = element("li", "queue-item");
  const card = element("button", "queue-card");
  card.type = "button";
  card.dataset.part = "open";
  card.addEventListener("click", onOpen);
  card.append(text(interview), waiting(interview));
  item.append(card);
  return item;
}

function text(interview: Interview): HTMLElement {
  const place = element("span", "queue-text");
  const head = element("span", "queue-head");
  head.append(element("strong", "", caseTitle(interview)), ...chips(interview));
  place.append(head);
  const why = interview.handOverReason;
  if (why) place.append(iconLine("NOTICE", said(why)));
  const roles = interview.participants.map(({ role }) => roleName(role)).join(", ");
  place.append(iconLine("people", `${words().people(interview.participants.length)}: ${roles}`));
  return place;
}

function chips(interview: Interview): HTMLElement[] {
  const { state, isHeld, reviewerCount, participants } = interview;
  const kind = { [InterviewState.APPROVED]: "good", [InterviewState.REJECTED]: "worse" }[
    state as number
  ];
  const found = [chip(stateName(state), kind ?? "")];
  const count = approvals(interview);
  if (count && !isFinal(interview)) {
    found.push(chip(words().approvals(count, reviewerCount), "tier"));
  }
  if (isHeld) found.push(chip(words().held, "waiting"));
  if (participants.some(({ isAttending }) => isAttending)) {
    found.push(chip(words().attending, "tier"));
  }
  return found;
}

function waiting(interview: Interview): HTMLElement {
  const place = element("span", "queue-waits");
  if (isFinal(interview)) return place;
  const word = interview.state === InterviewState.REVIEW ? words().waits : "";
  if (word) place.append(element("span", "", word), " ");
  place.append(counter(sinceMs(interview)));
  return place;
}
