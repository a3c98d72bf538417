// What is said in a browser that gives pages no camera: how to open the link in one that does.

import { byId, element } from "../shared/dom.ts";
import { hostApp } from "./devices.ts";
import { words } from "./words.ts";

export class BrowserView {
  private readonly address = byId<HTMLInputElement>("address");
  private readonly line = byId("copied");
  private copied: "copied" | "notCopied" | null = null;

  constructor() {
    byId("copy").addEventListener("click", () => void this.copy());
    this.address.addEventListener("focus", () => this.address.select());
  }

  render(trouble: "inApp" | "insecure"): void {
    byId("browser-title").textContent = words().browserTitle[trouble];
    byId("browser-text").textContent = words().browserText[trouble](hostApp());
    const steps = words().browserSteps[trouble].map((step) => element("li", "", step));
    byId("browser-steps").replaceChildren(...steps);
    this.address.value = window.location.href;
    this.line.textContent = this.copied ? words()[this.copied] : "";
  }

  private async copy(): Promise<void> {
    this.copied = (await put(this.address)) ? "copied" : "notCopied";
    this.line.textContent = words()[this.copied];
  }
}

// The older way works where the newer one is not allowed: without https, and inside some apps.
async function put(field: HTMLInputElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select();
    return document.execCommand("copy");
  }
}
