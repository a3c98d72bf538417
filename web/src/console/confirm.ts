// Asks before what cannot be taken back.

import { confirmed as ask } from "../shared/confirm.ts";
import { words } from "./words.ts";

export const confirmed = (title: string, text: string, yes: string): Promise<boolean> =>
  ask(title, text, yes, words().no);
