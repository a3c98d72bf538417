// Pictures of the case that is open: each is fetched once, and gone when the case is closed.

import type { Participant } from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { byId, element } from "../shared/dom.ts";
import { ApiError } from "../shared/failure.ts";
import { icon } from "../shared/icons.ts";
import { label } from "../shared/tools.ts";
import { pictureOf } from "./calls.ts";
import { words } from "./words.ts";

const MAX_AT_ONCE = 3;
// More than a case holds; the oldest goes.
const MAX_KEPT = 400;

export class Pictures {
  private readonly kept = new Map<string, Promise<string>>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private turn = 0;

  constructor(private readonly mayLook: () => boolean) {
    label(byId("large-close"), "close", words().close);
    byId("large-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  private get dialog(): HTMLDialogElement {
    return byId<HTMLDialogElement>("large");
  }

  // Returns a picture that can be enlarged, or says why there is none. name: such as `face`.
  figure(participant: Participant, name: string, title: string, className = ""): HTMLElement {
    const place = element("figure", `picture ${className}`.trim());
    place.dataset.picture = name;
    const frame = element("button", "picture-frame");
    frame.type = "button";
    frame.dataset.part = `picture-${name}`;
    frame.disabled = true;
    place.append(frame, element("figcaption", "", title));
    if (!this.mayLook()) fill(frame, words().pictureHidden);
    else if (!hasPicture(participant, name)) fill(frame, words().pictureNone);
    else void this.put(frame, participant.name, name, title);
    return place;
  }

  translate(): void {
    label(byId("large-close"), "close", words().close);
  }

  // Forgets every picture.
  clear(): void {
    this.turn += 1;
    this.dialog.close();
    byId("large-picture").removeAttribute("src");
    for (const address of this.kept.values()) {
      address.then((url) => URL.revokeObjectURL(url)).catch(() => undefined);
    }
    this.kept.clear();
  }

  private async put(frame: HTMLButtonElement, owner: string, name: string, title: string) {
    const { turn } = this;
    try {
      const address = await this.address(owner, name);
      if (turn !== this.turn) return;
      const picture = element("img");
      picture.src = address;
      picture.alt = title;
      frame.replaceChildren(picture);
      frame.setAttribute("aria-label", words().enlarge(title));
      frame.disabled = false;
      frame.addEventListener("click", () => this.enlarge(address, title));
    } catch (error) {
      const isGone = error instanceof ApiError && error.reason === "PHOTO_NOT_FOUND";
      fill(frame, isGone ? words().pictureNone : words().pictureTrouble);
    }
  }

  private enlarge(address: string, title: string): void {
    const picture = byId<HTMLImageElement>("large-picture");
    picture.src = address;
    picture.alt = title;
    byId("large-title").textContent = title;
    this.dialog.showModal();
  }

  private address(owner: string, name: string): Promise<string> {
    const key = `${owner}/${name}`;
    const known = this.kept.get(key);
    if (known) return known;
    const made = this.inTurn(() => pictureOf(owner, name)).then((blob) =>
      URL.createObjectURL(blob),
    );
    this.kept.set(key, made);
    // A picture that could not be had is asked for again when it is drawn again.
    made.catch(() => this.kept.delete(key));
    if (this.kept.size > MAX_KEPT) this.dropOldest();
    return made;
  }

  private dropOldest(): void {
    const [oldest] = this.kept;
    if (!oldest) return;
    this.kept.delete(oldest[0]);
    oldest[1].then((url) => URL.revokeObjectURL(url)).catch(() => undefined);
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= MAX_AT_ONCE) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }
}

function hasPicture({ pictures, events }: Participant, name: string): boolean {
  const number = Number(name.replace(/^event-/, ""));
  const event = events.find((one) => one.number === number);
  return event ? event.hasSnapshot : pictures.includes(name);
}

function fill(frame: HTMLElement, text: string): void {
  frame.replaceChildren(icon("eye"), element("span", "", text));
}
