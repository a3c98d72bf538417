// English or Chinese: the browser's choice at first, then the visitor's, which is remembered.

import { byId } from "./dom.ts";
import { recall, store } from "./memory.ts";

export type Language = "en" | "zh";

const KEY = "smartbranch.language";
let current: Language = remembered() ?? (navigator.language.startsWith("zh") ? "zh" : "en");

export const language = (): Language => current;
export const isChinese = (): boolean => current === "zh";

// Shows the page in the current language and lets the button change it. say: fills in the rest.
export function offerLanguages(
  words: () => Readonly<Record<string, unknown>>,
  say: () => void,
): void {
  const button = byId<HTMLButtonElement>("language");
  const show = () => {
    document.documentElement.lang = isChinese() ? "zh-CN" : "en";
    document.title = `SmartBranch: ${words().title}`;
    for (const place of document.querySelectorAll<HTMLElement>("[data-text]")) {
      place.textContent = String(words()[place.dataset.text ?? ""] ?? "");
    }
    button.textContent = isChinese() ? "English" : "中文";
    button.lang = isChinese() ? "en" : "zh-CN";
    say();
  };
  button.addEventListener("click", () => {
    current = isChinese() ? "en" : "zh";
    store(KEY, current);
    show();
  });
  show();
}

function remembered(): Language | null {
  const kept = recall(KEY);
  return kept === "en" || kept === "zh" ? kept : null;
}
