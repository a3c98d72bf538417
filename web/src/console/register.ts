// Makes the one-time code that a box registers with, and shows it once.

import { timestampMs } from "@bufbuild/protobuf/wkt";
import { byId, element } from "../shared/dom.ts";
import { ApiError } from "../shared/failure.ts";
import { moment } from "../shared/format.ts";
import { button } from "../shared/parts.ts";
import { explain } from "../shared/reasons.ts";
import { createCode } from "./calls.ts";
import { words } from "./words.ts";

// onFailure: what is not about the code itself.
export function offerRegistration(branch: () => string, onFailure: (error: unknown) => void): void {
  byId("register-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const id = byId<HTMLInputElement>("device-id");
    const name = byId<HTMLInputElement>("device-name");
    const hours = byId<HTMLInputElement>("code-hours").valueAsNumber;
    createCode(id.value.trim(), branch(), name.value.trim(), hours).then(
      ({ code, expireTime }) => show(code, expireTime ? timestampMs(expireTime) : null),
      (error) => refuse(error, onFailure),
    );
  });
}

export function clearCode(): void {
  byId("code").replaceChildren();
}

function show(code: string, untilMs: number | null): void {
  const text = element("output", "code", code);
  const copy = button(words().copy, "note", "copy", () => {
    navigator.clipboard?.writeText(code).then(
      () => copy.replaceChildren(words().copied),
      () => window.getSelection()?.selectAllChildren(text),
    );
  });
  const until = untilMs === null ? "" : moment(untilMs);
  const hint = element("p", "hint", words().codeHint(until));
  byId("code").replaceChildren(element("h3", "", words().codeTitle), text, copy, hint);
}

function refuse(error: unknown, onFailure: (error: unknown) => void): void {
  if (!(error instanceof ApiError) || error.code === "UNAUTHENTICATED") {
    onFailure(error);
    return;
  }
  const said = explain(error.reason, error.message);
  byId("code").replaceChildren(element("p", "trouble", said));
}
