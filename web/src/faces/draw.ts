// Pieces of the page that are made from answers.

import { element, facts, shape } from "../shared/dom.ts";
import { ApiError } from "../shared/failure.ts";
import type { Answer, Face, Quality, Reason } from "./api.ts";
import { componentLabel, explain, words } from "./words.ts";

const POOR_BELOW = 40;
const GOOD_FROM = 70;

// Boxes and landmarks over a picture, in the picture's own pixels.
export function drawFaces(
  svg: SVGElement,
  faces: readonly Face[],
  [width, height]: [number, number],
): void {
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren();
  const radius = Math.max(width, height) / 160;
  for (const face of faces) {
    const [x1, y1, x2, y2] = face.box_xyxy;
    const box = { x: x1, y: y1, width: x2 - x1, height: y2 - y1, rx: radius };
    svg.append(shape("rect", { ...box, class: "under" }), shape("rect", box));
    for (const [x, y] of face.landmarks) svg.append(shape("circle", { cx: x, cy: y, r: radius }));
  }
}

function gauge(value: number, label: string): HTMLMeterElement {
  const made = element("meter");
  Object.assign(made, { min: 0, max: 100, low: POOR_BELOW, high: GOOD_FROM, optimum: 100, value });
  made.setAttribute("aria-label", label);
  return made;
}

function reasonList(reasons: readonly Reason[]): HTMLUListElement {
  const list = element("ul");
  for (const { code, text } of reasons) list.append(element("li", "", explain(code, text)));
  return list;
}

// The score of a face, advice in words, and every component behind it.
export function qualityPanel(quality: Quality): DocumentFragment {
  const made = document.createDocumentFragment();
  const head = element("p", "quality");
  const score = words().ofHundred(Math.round(quality.score));
  head.append(element("span", "", words().quality), element("span", "", score));
  made.append(head, gauge(quality.score, `${words().quality}: ${score}`));
  if (quality.reasons.length) made.append(reasonList(quality.reasons));
  else made.append(element("p", "calm", words().good));
  made.append(componentTable(quality.components));
  return made;
}

function componentTable(components: Quality["components"]): HTMLDetailsElement {
  const details = element("details");
  const list = element("dl", "components");
  for (const { name, value } of components) {
    const label = componentLabel(name);
    const bar = element("dd");
    bar.append(gauge(value, label));
    const number = element("dd", "number", String(Math.round(value)));
    list.append(element("dt", "", label), bar, number);
  }
  details.append(element("summary", "", words().parts), list);
  return details;
}

function rate(value: number): string {
  return value > 0.01
    ? `${(value * 100).toFixed(1)} %`
    : words().oneIn(Number((1 / value).toPrecision(2)));
}

// The decision in words, then what it rests on.
export function answerPanel(answer: Answer): DocumentFragment {
  const text = words();
  const made = document.createDocumentFragment();
  const oneIn = Math.round(1 / answer.target_fmr).toLocaleString();
  made.append(element("p", `decision ${answer.decision}`, text[answer.decision]));
  made.append(element("p", "", text.meaning[answer.decision](oneIn)), reasonList(answer.reasons));
  const { id, variant, provider, terms } = answer.model;
  made.append(
    facts([
      [text.similarity, answer.similarity.toFixed(3)],
      [text.threshold, answer.threshold === null ? text.noTable : answer.threshold.toFixed(3)],
      [text.fmr, answer.fmr === null ? text.noTable : rate(answer.fmr)],
      [text.model, `${id} (${variant}, ${provider}; ${text.terms[terms]})`],
    ]),
  );
  return made;
}

// A refusal in words; a lost connection is told apart from an answer.
export function problem(error: unknown): HTMLElement {
  const said =
    error instanceof ApiError ? explain(error.reason, error.message) : words().unreachable;
  return element("p", "notice", said);
}
