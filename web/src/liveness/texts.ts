// What codes of a session mean in the language of the page; the server's own words where unknown.

import TEXTS from "../gen/liveness_texts.json";
import { language } from "../shared/language.ts";

export type TextKind = keyof typeof TEXTS;
type Table = Readonly<Record<string, { en: string; zh: string }>>;

export function textOf(kind: TextKind, code: string, said: string): string {
  return (TEXTS[kind] as Table)[code]?.[language()] ?? said;
}
