// Where people stood today, over the picture: the more, the stronger.

import type { HeatMap } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { must, shape } from "../shared/dom.ts";

// So that a place where few stood is still seen.
const FAINTEST = 0.08;
const STRONGEST = 0.75;

export class HeatView {
  private readonly root = must<SVGSVGElement>(document, "#heat");

  // Returns whether anybody stood anywhere.
  show({ columns, cells }: HeatMap): boolean {
    const top = Math.max(0, ...cells);
    this.hide();
    if (columns < 1 || top <= 0) return false;
    const rows = Math.ceil(cells.length / columns);
    this.root.setAttribute("viewBox", `0 0 ${columns} ${rows}`);
    cells.forEach((value, at) => {
      if (value <= 0) return;
      const opacity = FAINTEST + (STRONGEST - FAINTEST) * Math.sqrt(value / top);
      const [x, y] = [at % columns, Math.floor(at / columns)];
      this.root.append(shape("rect", { x, y, width: 1, height: 1, opacity: opacity.toFixed(2) }));
    });
    return true;
  }

  hide(): void {
    this.root.replaceChildren();
  }
}
