// What codes of a session mean in the language of the page; the server's own words where unknown.

import WORDS from "../gen/liveness_words.json";
import { language } from "../shared/language.ts";

type Kind = keyof typeof WORDS;
type Table = Readonly<Record<string, { en: string; zh: string }>>;

export const knownText = (kind: Kind, code: string): string | undefined =>
  (WORDS[kind] as Table)[code]?.[language()];

export const textOf = (kind: Kind, code: string, said: string): string =>
  knownText(kind, code) ?? said;
