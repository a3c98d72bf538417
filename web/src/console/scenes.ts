// A scene while it is edited: shapes of corners, whatever their kind.

import { clone, create } from "@bufbuild/protobuf";
import {
  type CameraScene,
  CameraSceneSchema,
  CountingLineSchema,
  type Point,
  PointSchema,
  PolygonSchema,
  Zone_Kind,
  ZoneSchema,
} from "../gen/smartbranch/edge/v1/edge_pb.ts";
import type { Shape } from "./drawing.ts";

export const MAX_SHAPES = 32;
const MIN_CORNERS = 3;
const MAX_CORNERS = 32;
const DEFAULT_CORNERS: readonly (readonly [number, number])[] = [
  [0.35, 0.45],
  [0.65, 0.45],
  [0.65, 0.8],
  [0.35, 0.8],
];

const point = ([x, y]: readonly [number, number]) => create(PointSchema, { x, y });

export const copyOf = (scene: CameraScene | undefined): CameraScene =>
  scene ? clone(CameraSceneSchema, scene) : create(CameraSceneSchema);

export function allShapes(scene: CameraScene): Shape[] {
  return [
    ...scene.zones.map((_, at): Shape => ({ kind: "zone", at })),
    ...scene.lines.map((_, at): Shape => ({ kind: "line", at })),
    ...scene.masks.map((_, at): Shape => ({ kind: "mask", at })),
  ];
}

export function cornersOf(scene: CameraScene, { kind, at }: Shape): Point[] {
  if (kind === "zone") return scene.zones[at]?.polygon?.corners ?? [];
  if (kind === "mask") return scene.masks[at]?.corners ?? [];
  const { start, end } = scene.lines[at] ?? {};
  return start && end ? [start, end] : [];
}

// Keeps within the picture, to a thousandth.
export function moveCorner(corner: Point, x: number, y: number): void {
  corner.x = Math.round(Math.min(1, Math.max(0, x)) * 1000) / 1000;
  corner.y = Math.round(Math.min(1, Math.max(0, y)) * 1000) / 1000;
}

// Puts one into the middle of the longest side; returns whether there was room.
export function addCorner(scene: CameraScene, shape: Shape): boolean {
  const corners = cornersOf(scene, shape);
  if (shape.kind === "line" || corners.length >= MAX_CORNERS) return false;
  const next = (at: number) => corners[(at + 1) % corners.length];
  const sides = corners.map((one, at) => {
    const other = next(at);
    return other ? Math.hypot(other.x - one.x, other.y - one.y) : 0;
  });
  const longest = sides.indexOf(Math.max(...sides));
  const [from, to] = [corners[longest], next(longest)];
  if (!from || !to) return false;
  corners.splice(longest + 1, 0, point([(from.x + to.x) / 2, (from.y + to.y) / 2]));
  return true;
}

export function dropCorner(scene: CameraScene, shape: Shape, at: number): boolean {
  const corners = cornersOf(scene, shape);
  if (shape.kind === "line" || corners.length <= MIN_CORNERS) return false;
  corners.splice(at, 1);
  return true;
}

// Returns the new shape, null if there are too many of its kind.
export function addShape(scene: CameraScene, kind: Shape["kind"]): Shape | null {
  const list = scene[`${kind}s`];
  if (list.length >= MAX_SHAPES) return null;
  const polygon = create(PolygonSchema, { corners: DEFAULT_CORNERS.map(point) });
  if (kind === "zone") {
    const made = { id: freeId(scene, "zone"), kind: Zone_Kind.AREA, polygon };
    scene.zones.push(create(ZoneSchema, made));
  } else if (kind === "mask") scene.masks.push(polygon);
  else {
    const [start, end] = [point([0.3, 0.6]), point([0.7, 0.6])];
    scene.lines.push(create(CountingLineSchema, { id: freeId(scene, "line"), start, end }));
  }
  return { kind, at: list.length - 1 };
}

export function dropShape(scene: CameraScene, { kind, at }: Shape): void {
  scene[`${kind}s`].splice(at, 1);
}

export function turnLine(scene: CameraScene, at: number): void {
  const line = scene.lines[at];
  if (!line?.start || !line.end) return;
  [line.start, line.end] = [line.end, line.start];
}

function freeId(scene: CameraScene, kind: string): string {
  const taken = new Set([...scene.zones, ...scene.lines].map(({ id }) => id));
  for (let number = 1; ; number += 1) {
    if (!taken.has(`${kind}-${number}`)) return `${kind}-${number}`;
  }
}
