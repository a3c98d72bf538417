// Everything that the page says by itself, in the language that was chosen.

import { isChinese } from "../shared/language.ts";
import { ZH } from "./chinese.ts";
import { EN, type Words } from "./english.ts";

export const words = (): Words => (isChinese() ? ZH : EN);

// The word for a code, or the code itself.
export const named = (table: Readonly<Record<string, string>>, code: string): string =>
  table[code] ?? code;
