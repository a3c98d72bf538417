// Line drawings for staff, 24 units wide.

import { shape } from "./dom.ts";

const PATHS: Readonly<Record<string, string>> = {
  URGENT: "M12 3.5 22 20.5H2L12 3.5ZM12 10v4.5M12 17.4v.2",
  NOTICE: "M6 16v-5a6 6 0 0 1 12 0v5l1.5 2h-15L6 16ZM10 20.5a2 2 0 0 0 4 0",
  INFO: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM12 11v5M12 8v.2",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20.5c.5-4 3.5-6 7.5-6s7 2 7.5 6",
  people:
    "M9 5a3.3 3.3 0 1 1 0 6.6A3.3 3.3 0 0 1 9 5ZM2.8 19c.4-3.3 2.9-5 6.2-5s5.8 1.7 6.2 5M15.5 5.3a3.3 3.3 0 0 1 0 6M17.5 14.4c2.1.7 3.4 2.3 3.7 4.6",
  queue:
    "M5 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM12 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM19 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM3 18v-3a2 2 0 0 1 4 0v3M10 18v-3a2 2 0 0 1 4 0v3M17 18v-3a2 2 0 0 1 4 0v3",
  clock: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM12 7v5.2l3.5 2",
  calendar: "M4 6h16v14H4zM4 10h16M8 3.5V8M16 3.5V8",
  camera: "M3 7h12v10H3zM15 11l6-3.5v9L15 13",
  enter: "M13 4h6v16h-6M3 12h11M10 7.5l4.5 4.5L10 16.5",
  leave: "M11 4H5v16h6M10 12h11M16.5 7.5 21 12l-4.5 4.5",
  speech: "M4 5h16v11h-8l-4.5 4v-4H4z",
  star: "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9L12 16.9l-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z",
  gift: "M4 11h16v9H4zM3 7.5h18V11H3zM12 7.5V20M12 7.5C9.5 7.5 7 6.5 7.5 4.7 8.2 3 11 3.8 12 7.5c1-3.7 3.8-4.5 4.5-2.8.5 1.8-2 2.8-4.5 2.8",
  need: "M8 4h8v3H8zM6 5.5H4.5v15h15v-15H18M8 12h8M8 16h5",
  manager: "M4 20c.4-4 3.5-6 8-6s7.6 2 8 6M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 14.5v3",
  seen: "m4 12.5 5 5L20 6.5",
  hand: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20.5c.5-4 3.5-6 7.5-6M15 18.5l2.5 2.5 4.5-5",
  handover: "M3 8h14M13 4l4 4-4 4M21 16H7M11 12l-4 4 4 4",
  note: "M5 19l1-4L16.5 4.5l3 3L9 18l-4 1ZM14 7l3 3",
  done: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM7.8 12.2l3 3 5.5-6",
  more: "M5 12h.2M12 12h.2M19 12h.2",
  close: "M6 6l12 12M18 6 6 18",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z",
  offline:
    "M3 3l18 18M8.5 15.5a5 5 0 0 1 6.5-.4M5 12a10 10 0 0 1 4.5-2.6M2 8.5a15 15 0 0 1 4.5-2.9M12 5a14.8 14.8 0 0 1 10 3.5M15.5 9.7c1.3.5 2.5 1.3 3.5 2.3M12 19v.2",
  sound: "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4.3 4.3 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  silent: "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9.5l5 5M21 9.5l-5 5",
  system: "M12 4a8 8 0 1 1 0 16zM12 4a8 8 0 1 0 0 16",
  light:
    "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  dark: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
  signout: "M14 4h6v16h-6M3 12h11M7 8l-4 4 4 4",
  shield: "M12 3l7.5 3v5.5c0 4.5-3 7.8-7.5 9.5-4.5-1.7-7.5-5-7.5-9.5V6z",
  machine: "M5 3.5h14v17H5zM8 7h8v4H8zM8 14.5h2M12 14.5h4M8 17.5h8",
  counter:
    "M3 12h18M5 12v8.5M19 12v8.5M12 3a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM8 12c0-2 1.5-3 4-3s4 1 4 3",
  box: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  rules: "M5 6h2M10 6h9M5 12h2M10 12h9M5 18h2M10 18h9",
  gallery:
    "M4 5h16v14H4zM9 9a2.2 2.2 0 1 1 0 4.4A2.2 2.2 0 0 1 9 9ZM5.5 18.5c.4-2 1.7-3 3.5-3s3.1 1 3.5 3M15 10h3M15 14h3",
  play: "M7 4.5v15l12-7.5z",
  pause: "M8 5v14M16 5v14",
  backward: "M11 6l-7 6 7 6zM20 6l-7 6 7 6z",
  forward: "M13 6l7 6-7 6zM4 6l7 6-7 6z",
  earlier: "M6 5v14M19 5.5v13L9 12z",
  later: "M18 5v14M5 5.5v13L15 12z",
  speed: "M4 17a8.5 8.5 0 1 1 16 0M12 15l4-5",
};

export function icon(name: string): SVGSVGElement {
  const svg = shape("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" });
  svg.append(shape("path", { d: PATHS[name] ?? PATHS.INFO ?? "" }));
  return svg;
}

// Draws every icon that the page's own markup asks for.
export function drawIcons(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-icon]")) {
    place.replaceChildren(icon(place.dataset.icon ?? ""));
  }
}
