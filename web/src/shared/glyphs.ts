// Line drawings, 48 units wide. Left and right are the visitor's own, as in a mirror.

import { shape } from "./dom.ts";

const HEAD = "M24 6c8 0 13 6 13 15 0 10-6 20-13 20S11 31 11 21C11 12 16 6 24 6Z";
const EYES = "M17.5 21h3M27.5 21h3";
const CALM = "M20 32h8";

const PATHS: Readonly<Record<string, readonly string[]>> = {
  LOOK_STRAIGHT: [HEAD, EYES, CALM],
  BLINK: [HEAD, "M15.5 21c1.5 2 5 2 6.5 0M26 21c1.5 2 5 2 6.5 0", CALM],
  OPEN_MOUTH: [
    HEAD,
    "M17.5 20h3M27.5 20h3",
    "M24 28c3 0 4.5 2 4.5 4.5S27 37 24 37s-4.5-2-4.5-4.5S21 28 24 28Z",
  ],
  SMILE: [HEAD, EYES, "M17.5 29c2.5 5 10.5 5 13 0"],
  TURN_LEFT: ["M40 24H9", "M20 12 8 24l12 12"],
  TURN_RIGHT: ["M8 24h31", "M28 12l12 12-12 12"],
  LOOK_UP: ["M24 40V9", "M12 20 24 8l12 12"],
  LOOK_DOWN: ["M24 8v31", "M12 28l12 12 12-12"],
  COME_CLOSER: [
    "M8 17V8h9M31 8h9v9M40 31v9h-9M17 40H8v-9",
    "M24 15c5 0 8 3.5 8 9s-4 10-8 10-8-4.5-8-10 3-9 8-9Z",
  ],
  LIGHT: [
    "M24 14a10 10 0 1 1 0 20 10 10 0 0 1 0-20Z",
    "M24 4v4M24 40v4M4 24h4M40 24h4M9.9 9.9l2.8 2.8M35.3 35.3l2.8 2.8M38.1 9.9l-2.8 2.8M12.7 35.3l-2.8 2.8",
  ],
  FOLLOW: ["M10 12h28M10 24h18M10 36h10", "M30 34l5 5 9-10"],
  LIVE: ["M12 25l8 8 16-18"],
  SPOOF: ["M14 14l20 20M34 14 14 34"],
  INCONCLUSIVE: ["M17 18c0-4.5 3-7 7-7s7 2.5 7 6.5c0 5-7 5.5-7 11.5", "M24 36v1"],
  PROBLEM: ["M24 11v16", "M24 36v1"],
  PASSED: ["M12 25l8 8 16-18"],
  FAILED: ["M14 14l20 20M34 14 14 34"],
  INTERRUPTED: ["M12 24h24"],
  CONSENT: ["M12 7h18l6 6v28H12ZM30 7v6h6", "M18 28l4 4 8-9"],
  DOCUMENT: [
    "M6 12h36v24H6Z",
    "M16 19a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM11 32c.6-3 2.4-4 5-4s4.4 1 5 4",
    "M27 20h10M27 26h10M27 32h6",
  ],
  QUESTION: ["M8 10h32v22H22l-9 8v-8H8Z", "M17 19h14M17 25h8"],
  SPEAK: [
    "M24 6c3.3 0 5.5 2.2 5.5 5.5v10c0 3.3-2.2 5.5-5.5 5.5s-5.5-2.2-5.5-5.5v-10C18.5 8.2 20.7 6 24 6Z",
    "M12 22c0 7 5 11 12 11s12-4 12-11M24 33v8M17 41h14",
  ],
  PERSON: ["M24 8a8 8 0 1 1 0 16 8 8 0 0 1 0-16Z", "M9 41c1-8 7-12 15-12s14 4 15 12"],
  PORTRAIT: [
    "M24 13c4.5 0 7.5 3.3 7.5 8.3S28 32 24 32s-7.5-5.7-7.5-10.7S19.5 13 24 13Z",
    "M20.3 21.5h2M25.7 21.5h2M21.5 27c1.3 1.3 3.7 1.3 5 0",
    "M11 43c1-6 5-8.5 9.5-9.5M37 43c-1-6-5-8.5-9.5-9.5",
  ],
};

export function icon(name: string): SVGSVGElement {
  const svg = shape("svg", { viewBox: "0 0 48 48", "aria-hidden": "true", class: "icon" });
  for (const d of PATHS[name] ?? []) svg.append(shape("path", { d }));
  return svg;
}

// Draws every icon that the page's own markup asks for.
export function drawIcons(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-icon]")) {
    place.replaceChildren(icon(place.dataset.icon ?? ""));
  }
}
