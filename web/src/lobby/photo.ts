// A picture that stays covered until it is asked for, and is covered again soon after.

import { element } from "../shared/dom.ts";
import { ApiError } from "../shared/failure.ts";
import { icon } from "../shared/icons.ts";
import { words } from "./words.ts";

const SHOWN_MS = 10_000;

export class Photo {
  readonly root = element("div", "photo");
  private readonly button = element("button", "photo-cover");
  private readonly line = element("p", "photo-line");
  private address = "";
  private timer = 0;
  private turn = 0;

  // load: fetches it; called when it is asked for and not before.
  constructor(private readonly load: () => Promise<Blob>) {
    this.button.type = "button";
    this.button.addEventListener("click", () => (this.address ? this.hide() : void this.show()));
    this.line.setAttribute("role", "status");
    this.root.append(this.button, this.line);
    this.draw();
    window.addEventListener("blur", this.hide);
    document.addEventListener("visibilitychange", this.hide);
  }

  // Covers it for good.
  close(): void {
    this.hide();
    window.removeEventListener("blur", this.hide);
    document.removeEventListener("visibilitychange", this.hide);
  }

  private async show(): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    this.line.textContent = "";
    try {
      const blob = await this.load();
      // It was covered or left while the picture was on its way.
      if (turn !== this.turn) return;
      this.address = URL.createObjectURL(blob);
      this.timer = window.setTimeout(this.hide, SHOWN_MS);
    } catch (error) {
      const isGone = error instanceof ApiError && error.reason === "PHOTO_NOT_FOUND";
      this.line.textContent = isGone ? words().photoGone : words().photoTrouble;
    }
    this.draw();
  }

  private readonly hide = (): void => {
    this.turn += 1;
    window.clearTimeout(this.timer);
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = "";
    this.draw();
  };

  draw(): void {
    if (this.address) {
      const picture = element("img");
      picture.src = this.address;
      picture.alt = words().photoAlt;
      this.button.replaceChildren(picture, element("span", "unseen", words().photoHide));
    } else {
      this.button.replaceChildren(icon("eye"), element("span", "", words().photoShow));
    }
  }
}
