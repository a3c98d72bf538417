// The token of a server that asks for one; in the page's memory alone.

import { byId } from "./dom.ts";

const ASKS_FOR_TOKEN: ReadonlySet<string> = new Set([
  "TOKEN_MISSING",
  "TOKEN_INVALID",
  "TOKEN_EXPIRED",
]);
let current = "";

export const token = (): string => current;
export const asksForToken = (reason: string): boolean => ASKS_FOR_TOKEN.has(reason);
export const showTokenForm = (): void => {
  byId("access").hidden = false;
};

// onToken: called when the visitor has given one.
export function offerTokenForm(onToken: () => void): void {
  byId("access").addEventListener("submit", (event) => {
    event.preventDefault();
    current = byId<HTMLInputElement>("token").value.trim();
    onToken();
  });
}
