// The words of the page in its language.

import { isChinese } from "../shared/language.ts";
import { ZH } from "./chinese.ts";
import { EN, type Words } from "./english.ts";

export const words = (): Words => (isChinese() ? ZH : EN);
