// The page: two photographs, an error rate, and the answer in words.

import { useToken, verify } from "./api.js";
import { answerPanel, element, problem } from "./draw.js";
import { Picture } from "./picture.js";
import { isChinese, switchLanguage, words } from "./words.js";

const byId = (id) => document.getElementById(id);
const compare = byId("compare");
const answer = byId("answer");
const ASKS_FOR_TOKEN = new Set(["TOKEN_MISSING", "TOKEN_INVALID", "TOKEN_EXPIRED"]);

let shown = null; // The last answer or error, to be said again in another language.

const pictures = [...document.querySelectorAll(".picture")].map(
  (section) => new Picture(section, onPicture),
);

function onPicture() {
  const errors = pictures.map((picture) => picture.error).filter(Boolean);
  if (errors.some(({ reason }) => ASKS_FOR_TOKEN.has(reason))) byId("access").hidden = false;
  compare.disabled = !pictures.every((picture) => picture.file);
  if (shown) show(null);
}

function show(next) {
  shown = next;
  answer.replaceChildren();
  if (next?.error) answer.append(problem(next.error));
  else if (next?.answer) answer.append(answerPanel(next.answer));
}

async function run() {
  compare.disabled = true;
  answer.setAttribute("aria-busy", "true");
  shown = null;
  answer.replaceChildren(element("p", "calm", words().comparing));
  const [reference, probe] = pictures.map((picture) => picture.file);
  try {
    show({ answer: await verify(reference, probe, byId("rate").value) });
  } catch (error) {
    show({ error });
  }
  answer.setAttribute("aria-busy", "false");
  answer.scrollIntoView({ block: "nearest" });
  compare.disabled = false;
}

function say() {
  document.documentElement.lang = isChinese() ? "zh-CN" : "en";
  document.title = `SmartBranch: ${words().title}`;
  for (const place of document.querySelectorAll("[data-text]")) {
    place.textContent = words()[place.dataset.text];
  }
  for (const option of byId("rate").options) {
    option.textContent = words().oneIn(Number(option.dataset.rate));
  }
  const button = byId("language");
  button.textContent = isChinese() ? "English" : "中文";
  button.lang = isChinese() ? "en" : "zh-CN";
  pictures.forEach((picture) => picture.render());
  show(shown);
}

compare.addEventListener("click", run);
byId("language").addEventListener("click", () => { switchLanguage(); say(); });
byId("access").addEventListener("submit", (event) => {
  event.preventDefault();
  useToken(byId("token").value);
  pictures.forEach((picture) => picture.look());
});
// A photograph dropped beside its place must not replace the page.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
say();
