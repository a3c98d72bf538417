// What happened in everybody's picture and sound, in order.

import type { ConductEvent, Participant } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { byId, element } from "../shared/dom.ts";
import { exactTime, roughly } from "../shared/format.ts";
import { language } from "../shared/language.ts";
import { KeyedList } from "../shared/list.ts";
import { button, chip } from "../shared/parts.ts";
import { ms } from "./calls.ts";
import type { Pictures } from "./pictures.ts";
import { eventText, personName, severityKey } from "./texts.ts";
import { words } from "./words.ts";

interface Happened {
  person: Participant;
  event: ConductEvent;
}

const KIND = { NOTE: "", WARNING: "waiting", CRITICAL: "worse" } as const;

export class Timeline {
  private readonly list: KeyedList<Happened>;
  private mayPlay = false;

  constructor(
    private readonly pictures: Pictures,
    private readonly onJump: (person: Participant, event: ConductEvent) => void,
  ) {
    this.list = new KeyedList<Happened>(
      byId("event-list"),
      ({ person, event }) => `${person.name}/${event.number}`,
      ({ person, event }) =>
        [language(), ms(event.endTime), event.hasSnapshot, person.recordedCount, this.mayPlay].join(
          "|",
        ),
      (happened) => this.draw(happened),
    );
  }

  show(participants: readonly Participant[], mayPlay: boolean): void {
    this.mayPlay = mayPlay;
    const all = participants.flatMap((person) => person.events.map((event) => ({ person, event })));
    all.sort((a, b) => (ms(a.event.startTime) ?? 0) - (ms(b.event.startTime) ?? 0));
    this.list.show(all);
    byId("no-events").hidden = all.length > 0;
  }

  private draw(happened: Happened): HTMLElement {
    const { person, event } = happened;
    const severity = severityKey(event.severity);
    const item = element("li", "event");
    item.dataset.severity = severity;
    if (event.hasSnapshot) {
      const title = words().snapshotAlt(eventText(event));
      item.append(this.pictures.figure(person, `event-${event.number}`, title, "snapshot"));
    }
    const text = element("div", "event-text");
    const head = element("p", "event-head");
    const at = ms(event.startTime);
    const time = at === null ? "" : exactTime(at);
    head.append(element("strong", "", eventText(event)));
    head.append(" ", chip(words().severity[severity], KIND[severity]));
    text.append(
      head,
      element("p", "hint", [time, lasting(event), personName(person)].filter(Boolean).join(" · ")),
    );
    if (this.mayPlay && person.recordedCount > 0n) text.append(this.jump(happened, time));
    item.append(text);
    return item;
  }

  private jump({ person, event }: Happened, time: string): HTMLElement {
    const made = button(words().jump, "play", "jump", () => this.onJump(person, event));
    made.setAttribute("aria-label", words().jumpTo(eventText(event), time));
    return made;
  }
}

function lasting({ startTime, endTime }: ConductEvent): string {
  const from = ms(startTime);
  const to = ms(endTime);
  return from === null || to === null || to <= from ? "" : words().lasting(roughly(to - from));
}
