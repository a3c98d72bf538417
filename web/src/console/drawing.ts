// A scene drawn over its picture: zones, lines with the way in, masks.

import { type CameraScene, type Point, Zone_Kind } from "../gen/smartbranch/edge/v1/edge_pb.ts";
import { shape } from "../shared/dom.ts";

// Units across the picture.
export const ACROSS = 1000;
const ARROW = 34;

export interface Shape {
  kind: "zone" | "line" | "mask";
  at: number;
}

export function drawScene(
  svg: SVGElement,
  scene: CameraScene,
  ratio: number,
  chosen: Shape | null = null,
): void {
  const height = ACROSS / ratio;
  svg.setAttribute("viewBox", `0 0 ${ACROSS} ${height}`);
  const place = ({ x, y }: Point): [number, number] => [x * ACROSS, y * height];
  const isChosen = (kind: Shape["kind"], at: number) =>
    chosen?.kind === kind && chosen.at === at ? " chosen" : "";
  const masks = scene.masks.map(({ corners }, at) =>
    polygon(corners.map(place), `mask${isChosen("mask", at)}`),
  );
  const zones = scene.zones.flatMap((zone, at) => {
    const corners = (zone.polygon?.corners ?? []).map(place);
    const kind = (Zone_Kind[zone.kind] ?? "AREA").toLowerCase();
    const area = polygon(corners, `zone ${kind}${isChosen("zone", at)}`);
    return [area, label(corners, zone.displayName || zone.id)];
  });
  const lines = scene.lines.flatMap(({ start, end, id }, at) => {
    if (!start || !end) return [];
    return line(place(start), place(end), id, `line${isChosen("line", at)}`);
  });
  svg.replaceChildren(...masks, ...zones, ...lines);
}

function polygon(corners: readonly [number, number][], kind: string): SVGElement {
  return shape("polygon", {
    points: corners.map((corner) => corner.join()).join(" "),
    class: kind,
  });
}

function label(corners: readonly [number, number][], text: string): SVGElement {
  const count = Math.max(1, corners.length);
  const x = corners.reduce((sum, [one]) => sum + one, 0) / count;
  const y = corners.reduce((sum, [, one]) => sum + one, 0) / count;
  const made = shape("text", { x, y, "text-anchor": "middle", class: "name" });
  made.textContent = text;
  return made;
}

// The arrow points to the right of whoever goes from start to end: that is the way in.
function line(
  [x1, y1]: [number, number],
  [x2, y2]: [number, number],
  id: string,
  kind: string,
): SVGElement[] {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [nx, ny] = [(-(y2 - y1) / length) * ARROW, ((x2 - x1) / length) * ARROW];
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const [tx, ty] = [mx + nx, my + ny];
  const head = `M${tx - nx * 0.35 + ny * 0.25} ${ty - ny * 0.35 - nx * 0.25}L${tx} ${ty}L${
    tx - nx * 0.35 - ny * 0.25
  } ${ty - ny * 0.35 + nx * 0.25}`;
  return [
    shape("path", { d: `M${x1} ${y1}L${x2} ${y2}`, class: kind }),
    shape("path", { d: `M${mx} ${my}L${tx} ${ty}${head}`, class: `${kind} way` }),
    label([[mx - nx * 0.8, my - ny * 0.8]], id),
  ];
}
