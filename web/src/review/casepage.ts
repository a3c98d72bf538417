// One case that is open: everything of it, kept up to date while somebody looks at it.

import type { Interview, Participant } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { InterviewState } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { byId, element } from "../shared/dom.ts";
import { bytes } from "../shared/format.ts";
import { language } from "../shared/language.ts";
import { KeyedList } from "../shared/list.ts";
import { button, chip } from "../shared/parts.ts";
import type { Staff } from "../shared/staff.ts";
import { evidence, idOf } from "./calls.ts";
import { changesOf } from "./changes.ts";
import { Decision } from "./deciding.ts";
import { showFacts, showHistory } from "./history.ts";
import { personCard } from "./person.ts";
import { Pictures } from "./pictures.ts";
import { Player } from "./player.ts";
import { caseTitle, isFinal, personName, stateName } from "./texts.ts";
import { Timeline } from "./timeline.ts";
import { words } from "./words.ts";

export interface Around {
  onDone: (said: string) => void;
  onFailure: (error: unknown) => void;
}

export class CasePage {
  private readonly pictures = new Pictures(() => this.mayLook);
  private readonly player = new Player();
  private readonly timeline: Timeline;
  private readonly decision: Decision;
  private readonly people: KeyedList<Participant>;
  private interview: Interview | null = null;
  // As it was when somebody last said that they have seen it.
  private seen: Interview | null = null;
  private me: Staff | null = null;

  constructor(private readonly around: Around) {
    this.people = new KeyedList<Participant>(
      byId("person-list"),
      ({ name }) => name,
      (person) => signature(person),
      (person) => personCard(person, this.pictures),
    );
    this.timeline = new Timeline(this.pictures, (person, event) => {
      void this.player.open(person, event);
    });
    this.decision = new Decision({
      onDone: (interview, said) => {
        this.seen = interview;
        this.show(interview);
        byId("decision-title").focus();
        this.around.onDone(said);
      },
      onFailure: (error) => this.around.onFailure(error),
      isChanged: () => !byId("changed").hidden,
      showChanges: () => byId("changed-seen").focus(),
    });
    byId("changed-seen").addEventListener("click", () => {
      this.seen = this.interview;
      this.renderChanges();
      byId("case-title").focus();
    });
    byId("to-decision").addEventListener("click", () => {
      byId("decision").scrollIntoView({ block: "start" });
      byId("decision-title").focus({ preventScroll: true });
    });
    byId("evidence-button").addEventListener("click", () => void this.download());
  }

  get name(): string {
    return this.interview?.name ?? "";
  }

  private get mayLook(): boolean {
    const roles = this.me?.roles ?? [];
    return roles.includes("reviewer") || roles.includes("auditor");
  }

  open(interview: Interview, me: Staff): void {
    this.close();
    this.me = me;
    this.seen = interview;
    this.show(interview);
  }

  show(interview: Interview): void {
    this.interview = interview;
    this.render();
  }

  // Leaves nothing of the case on the page.
  close(): void {
    this.interview = null;
    this.seen = null;
    this.player.close();
    this.pictures.clear();
    this.people.show([]);
    this.timeline.show([], false);
    this.decision.close();
    for (const id of ["case-chips", "case-facts", "history-list", "reel-choice", "changed-list"]) {
      byId(id).replaceChildren();
    }
    byId("case-title").textContent = "";
    byId("evidence-line").textContent = "";
    byId("changed").hidden = true;
  }

  forget(): void {
    this.close();
    this.decision.forget();
    this.me = null;
  }

  translate(): void {
    this.pictures.translate();
    this.player.translate();
    this.render();
  }

  private render(): void {
    const { interview, me } = this;
    if (!interview || !me) return;
    byId("case-title").textContent = caseTitle(interview);
    renderChips(interview);
    showFacts(interview);
    showHistory(interview);
    this.people.show(interview.participants);
    byId("person-list").dataset.count = String(interview.participants.length);
    this.timeline.show(interview.participants, this.mayLook);
    this.player.update(interview.participants);
    this.renderRecordings(interview);
    this.decision.show(interview, me);
    const isReady = isFinal(interview) || interview.state === InterviewState.REVIEW;
    byId("evidence").hidden = !this.mayLook || !isReady;
    byId("media-note").hidden = !this.mayLook;
    this.renderChanges();
  }

  private renderRecordings({ participants }: Interview): void {
    const recorded = participants.filter(({ recordedCount }) => recordedCount > 0n);
    const place = byId("reel-choice");
    const said = [language(), this.mayLook, ...recorded.map(personName)].join("|");
    if (place.dataset.said === said && place.hasChildNodes()) return;
    place.dataset.said = said;
    if (!this.mayLook) place.replaceChildren(element("p", "empty", words().recordingHidden));
    else if (!recorded.length) place.replaceChildren(element("p", "empty", words().noRecording));
    else place.replaceChildren(...recorded.map((person) => this.opener(person)));
  }

  private opener(person: Participant): HTMLElement {
    const made = button(personName(person), "play", `reel-${idOf(person.name)}`, () => {
      void this.player.open(person);
    });
    made.setAttribute("aria-label", `${words().loadRecording}: ${personName(person)}`);
    return made;
  }

  private renderChanges(): void {
    const { interview, seen, me } = this;
    if (!interview || !seen || !me) return;
    const changes = changesOf(seen, interview, me.name);
    const place = byId("changed-list");
    const said = changes.join("|");
    byId("changed").hidden = changes.length === 0;
    if (place.dataset.said === said) return;
    place.dataset.said = said;
    place.replaceChildren(...changes.map((change) => element("li", "", change)));
  }

  private async download(): Promise<void> {
    const { interview } = this;
    const line = byId("evidence-line");
    const pressed = byId<HTMLButtonElement>("evidence-button");
    if (!interview) return;
    pressed.disabled = true;
    line.textContent = words().evidenceLoading;
    try {
      const pack = await evidence(interview.name);
      save(pack, `evidence-${idOf(interview.name)}.zip`);
      line.textContent = words().evidenceReady(bytes(pack.size));
    } catch (error) {
      line.textContent = "";
      this.around.onFailure(error);
    } finally {
      pressed.disabled = false;
    }
  }
}

function save(file: Blob, name: string): void {
  const link = element("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function renderChips(interview: Interview): void {
  const kind = { [InterviewState.APPROVED]: "good", [InterviewState.REJECTED]: "worse" }[
    interview.state as number
  ];
  const chips = [chip(stateName(interview.state), kind ?? "")];
  if (interview.isHeld) chips.push(chip(words().held, "waiting"));
  byId("case-chips").replaceChildren(...chips);
}

// Changes whenever the card would look otherwise.
const signature = (person: Participant): string =>
  `${language()}${JSON.stringify(person, (key, value) =>
    key === "recordedCount" ? 0 : typeof value === "bigint" ? `${value}` : value,
  )}`;
