// Pieces that several views share.

import { element } from "./dom.ts";
import { counted } from "./format.ts";
import { icon } from "./icons.ts";

// A time that counts; `tick` keeps it going. counts: up from it, or down to it.
export function counter(sinceMs: number, counts: "up" | "down" = "up"): HTMLElement {
  const place = element("span", "counter");
  place.dataset.since = String(sinceMs);
  place.dataset.counts = counts;
  return place;
}

// Brings every counter below `root` to the time; nowMs: by the server's clock.
export function tick(root: ParentNode, nowMs: number): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-since]")) {
    const since = Number(place.dataset.since);
    const text = counted(place.dataset.counts === "down" ? since - nowMs : nowMs - since);
    if (place.textContent !== text) place.textContent = text;
  }
}

// An icon and what it stands for; parts: text or elements.
export function iconLine(name: string, ...parts: (string | Node)[]): HTMLElement {
  const line = element("span", "icon-line");
  const text = element("span");
  text.append(...parts);
  line.append(icon(name), text);
  return line;
}

export function chip(text: string, kind = ""): HTMLElement {
  const made = element("span", "chip", text);
  if (kind) made.dataset.kind = kind;
  return made;
}

// part: finds the same button again after its card was drawn anew.
export function button(
  text: string,
  iconName: string,
  part: string,
  onClick: () => void,
): HTMLButtonElement {
  const made = element("button");
  made.type = "button";
  made.dataset.part = part;
  made.append(icon(iconName));
  if (text) made.append(element("span", "", text));
  made.addEventListener("click", onClick);
  return made;
}
