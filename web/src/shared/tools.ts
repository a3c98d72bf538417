// Buttons of one icon each, with what they say to those who cannot see it.

import { icon } from "./icons.ts";

export function label(button: HTMLElement, iconName: string, text: string): void {
  button.replaceChildren(icon(iconName));
  button.setAttribute("aria-label", text);
  button.title = text;
}
