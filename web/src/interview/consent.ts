// The panel on which the participant agrees, or declines.

import { byId } from "../shared/dom.ts";
import type { Consent } from "./messages.ts";
import type { Asked } from "./state.ts";
import { words } from "./words.ts";

export class ConsentPanel {
  private readonly form = byId<HTMLFormElement>("panel-consent");
  private readonly text = byId("consent-text");
  private readonly agree = byId<HTMLInputElement>("agree");
  private readonly agreeFace = byId<HTMLInputElement>("agree-face");
  private readonly line = byId("agree-first");
  private readonly declining = byId<HTMLDialogElement>("declining");
  private isMissing = false;
  private version = "";

  constructor(private readonly onAnswer: (consent: Consent) => void) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.agree.checked) this.tell(true);
      else this.complain(true);
    });
    this.agree.addEventListener("change", () => this.complain(false));
    byId("decline").addEventListener("click", () => this.declining.showModal());
    this.declining.addEventListener("close", () => {
      if (this.declining.returnValue === "yes") this.tell(false);
    });
  }

  render(asked: Asked): void {
    this.version = asked.textVersion;
    if (this.text.textContent !== asked.text) this.text.textContent = asked.text;
    this.text.setAttribute("aria-label", words().consentRegion);
    this.complain(this.isMissing);
  }

  private complain(isMissing: boolean): void {
    this.isMissing = isMissing;
    this.line.textContent = isMissing ? words().agreeFirst : "";
    if (isMissing) this.agree.focus();
  }

  private tell(accepted: boolean): void {
    const acceptedFace = accepted && this.agreeFace.checked;
    this.onAnswer({ textVersion: this.version, accepted, acceptedFace });
  }
}
