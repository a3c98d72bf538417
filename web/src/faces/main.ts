// The page: two photographs, an error rate, and the answer in words.

import "../shared/tokens.css";
import "../shared/base.css";
import "./faces.css";
import { asksForToken, offerTokenForm, showTokenForm } from "../shared/access.ts";
import { byId, element } from "../shared/dom.ts";
import { ApiError } from "../shared/failure.ts";
import { offerLanguages } from "../shared/language.ts";
import { type Answer, verify } from "./api.ts";
import { answerPanel, problem } from "./draw.ts";
import { Picture } from "./picture.ts";
import { words } from "./words.ts";

const compare = byId<HTMLButtonElement>("compare");
const rate = byId<HTMLSelectElement>("rate");
const answer = byId("answer");
type Shown = { answer: Answer } | { error: unknown };

let shown: Shown | null = null; // To be said again in another language.

const pictures = [...document.querySelectorAll<HTMLElement>(".picture")].map(
  (section) => new Picture(section, onPicture),
);

function onPicture(): void {
  const refused = pictures.some(
    ({ error }) => error instanceof ApiError && asksForToken(error.reason),
  );
  if (refused) showTokenForm();
  compare.disabled = !pictures.every((picture) => picture.file);
  if (shown) show(null);
}

function show(next: Shown | null): void {
  shown = next;
  answer.replaceChildren();
  if (next) answer.append("answer" in next ? answerPanel(next.answer) : problem(next.error));
}

async function run(): Promise<void> {
  const [reference, probe] = pictures.map((picture) => picture.file);
  if (!reference || !probe) return;
  compare.disabled = true;
  answer.setAttribute("aria-busy", "true");
  shown = null;
  answer.replaceChildren(element("p", "calm", words().comparing));
  try {
    show({ answer: await verify(reference, probe, rate.value) });
  } catch (error) {
    show({ error });
  }
  answer.setAttribute("aria-busy", "false");
  answer.scrollIntoView({ block: "nearest" });
  compare.disabled = false;
}

function say(): void {
  for (const option of rate.options) {
    option.textContent = words().oneIn(Number(option.dataset.rate));
  }
  for (const picture of pictures) picture.render();
  show(shown);
}

compare.addEventListener("click", () => void run());
offerTokenForm(() => {
  for (const picture of pictures) void picture.look();
});
// A photograph dropped beside its place must not replace the page.
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => event.preventDefault());
}
offerLanguages(words, say);
