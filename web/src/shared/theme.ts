// Light or dark: the system's at first, then the visitor's choice, which is remembered.

import { byId } from "./dom.ts";
import { recall, store } from "./memory.ts";

export type Theme = "system" | "light" | "dark";

const KEY = "smartbranch.theme";
const ORDER: readonly Theme[] = ["system", "light", "dark"];
let current: Theme = ORDER.find((theme) => theme === recall(KEY)) ?? "system";

// Lets the button change it. label: puts the present one on the button. Returns what does that
// again, for another language.
export function offerThemes(label: (theme: Theme) => void): () => void {
  const show = () => {
    if (current === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = current;
    label(current);
  };
  byId("theme").addEventListener("click", () => {
    current = ORDER[(ORDER.indexOf(current) + 1) % ORDER.length] ?? "system";
    store(KEY, current);
    show();
  });
  show();
  return show;
}
