// The oval that a face belongs into, with the ring around it that fills, and the arrow of a turn.

import { shape } from "./dom.ts";
import { icon } from "./glyphs.ts";

// The oval in the guide's own 300 x 400 units. A head that fills it is large enough to be judged, and
// can come a third closer without being cut off.
const OVAL = { x: 150, y: 176, rx: 88, ry: 121 };
const OVAL_PATH = ovalPath(OVAL.rx, OVAL.ry);
const RING_PATH = ovalPath(OVAL.rx + 9, OVAL.ry + 9);
// Where the arrow of a turn stands: beside the oval, on the visitor's own side.
const ARROWS: Readonly<Record<string, { x: number; y: number }>> = {
  TURN_LEFT: { x: 26, y: OVAL.y },
  TURN_RIGHT: { x: 274, y: OVAL.y },
  LOOK_UP: { x: OVAL.x, y: 22 },
  LOOK_DOWN: { x: OVAL.x, y: 332 },
};
const ARROW_RADIUS = 18;
const ARROW_SCALE = 0.5; // Of the icon's 48 units.

export class Oval {
  private readonly ring = shape("path", { d: RING_PATH, class: "ring", pathLength: 100 });
  private readonly arrow = shape("g", { class: "arrow" });

  constructor(guide: SVGElement) {
    const track = shape("path", { d: RING_PATH, class: "track" });
    const scrim = `M0 0H300V400H0Z${OVAL_PATH}`;
    guide.append(
      shape("path", { d: scrim, class: "scrim", "fill-rule": "evenodd" }),
      track,
      this.ring,
      this.arrow,
    );
  }

  // share: of the ring that is full, in [0, 1].
  fill(share: number): void {
    this.ring.setAttribute("stroke-dasharray", `${(share * 100).toFixed(1)} 200`);
    this.ring.setAttribute("class", share > 0 ? "ring" : "ring none");
  }

  // challenge: the move that is asked for; only turns have an arrow.
  point(challenge: string | null): void {
    const place = challenge ? ARROWS[challenge] : undefined;
    this.arrow.replaceChildren();
    if (!challenge || !place) return;
    const drawn = shape("g", { transform: `scale(${ARROW_SCALE}) translate(-24 -24)` });
    drawn.append(...icon(challenge).childNodes);
    this.arrow.setAttribute("transform", `translate(${place.x} ${place.y})`);
    this.arrow.append(shape("circle", { r: ARROW_RADIUS }), drawn);
  }
}

// From the top and clockwise, so that a ring fills like a clock.
function ovalPath(rx: number, ry: number): string {
  const { x, y } = OVAL;
  const half = `a${rx} ${ry} 0 0 1 0`;
  return `M${x} ${y - ry}${half} ${2 * ry}${half} ${-2 * ry}Z`;
}
