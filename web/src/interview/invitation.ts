// What the server knows of somebody before they attend.

import { ask } from "../shared/call.ts";
import type { Invitation } from "./state.ts";

// The page's own address ends with what opens the attendance.
export const attendToken = (): string =>
  decodeURIComponent(window.location.pathname.split("/").at(-1) ?? "");

// Throws as `ask`; ATTEND_TOKEN_INVALID where the token opens nothing.
export async function lookAt(token: string): Promise<Invitation> {
  const body = { attend_token: token };
  const told = (await ask("/v1/interviews:look", { method: "POST", body })) as Record<
    string,
    unknown
  > | null;
  const text = (name: string): string => String(told?.[name] ?? "");
  return {
    state: text("state"),
    product: text("product"),
    role: text("role"),
    displayName: text("display_name"),
  };
}
