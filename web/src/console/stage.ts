// The picture with the scene over it, and handles for the corners of the chosen shape.

import type { CameraScene } from "../gen/smartbranch/edge/v1/edge_pb.ts";
import { byId, must, shape as svg } from "../shared/dom.ts";
import { ACROSS, drawScene, type Shape } from "./drawing.ts";
import { allShapes, cornersOf, moveCorner } from "./scenes.ts";
import { words } from "./words.ts";

const HANDLE_PX = 9;
const TOUCH_PX = 24;
const STEP = 0.005;
const FAST = 10;
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

export interface StageListener {
  onMoved(): void;
  onChosen(shape: Shape): void;
}

export class Stage {
  private readonly root = byId("stage");
  private readonly overlay = must<SVGSVGElement>(document, "#overlay");
  private scene: CameraScene | null = null;
  private chosen: Shape | null = null;
  private ratio = 1;

  constructor(private readonly listener: StageListener) {
    this.overlay.addEventListener("pointerdown", (event) => this.pick(event));
    new ResizeObserver(() => this.redraw()).observe(this.root);
  }

  draw(scene: CameraScene, ratio: number, chosen: Shape | null): void {
    this.scene = scene;
    this.chosen = chosen;
    this.ratio = ratio;
    this.root.style.setProperty("--ratio", String(ratio));
    this.redraw();
  }

  private redraw(): void {
    const { scene, chosen } = this;
    if (!scene) return;
    const held = (document.activeElement as SVGElement | null)?.dataset?.corner;
    this.drawShapes();
    if (!chosen) return;
    const handles = cornersOf(scene, chosen).map((_, at) => this.handle(at));
    this.overlay.append(...handles);
    if (held !== undefined) handles[Number(held)]?.focus();
  }

  private drawShapes(): void {
    if (!this.scene) return;
    drawScene(this.overlay, this.scene, this.ratio, this.chosen);
    this.overlay.setAttribute("aria-label", words().shapes);
  }

  // Handles are as large as a finger, whatever the size of the picture.
  private handle(at: number): SVGGElement {
    const scale = ACROSS / Math.max(1, this.overlay.clientWidth);
    const group = svg("g", { class: "handle", tabindex: 0, role: "button", "data-corner": at });
    group.append(
      svg("circle", { r: TOUCH_PX * scale, class: "touch" }),
      svg("circle", { r: HANDLE_PX * scale, class: "dot" }),
    );
    this.place(group, at);
    group.addEventListener("pointerdown", (event) => this.drag(event, group, at));
    group.addEventListener("keydown", (event) => this.onKey(event, group, at));
    return group;
  }

  private place(group: SVGElement, at: number): void {
    const corner = this.corner(at);
    if (!corner) return;
    const { x, y } = corner;
    group.setAttribute("transform", `translate(${x * ACROSS} ${(y * ACROSS) / this.ratio})`);
    const percent = (share: number) => String(Number((share * 100).toFixed(1)));
    group.setAttribute("aria-label", words().cornerAt(at + 1, percent(x), percent(y)));
  }

  private corner(at: number) {
    return this.scene && this.chosen ? cornersOf(this.scene, this.chosen)[at] : undefined;
  }

  private drag(event: PointerEvent, group: SVGElement, at: number): void {
    event.preventDefault();
    event.stopPropagation();
    group.focus();
    group.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => {
      const { left, top, width, height } = this.overlay.getBoundingClientRect();
      this.move(group, at, (moved.clientX - left) / width, (moved.clientY - top) / height);
    };
    const end = () => {
      group.removeEventListener("pointermove", move);
      this.redraw();
    };
    group.addEventListener("pointermove", move);
    group.addEventListener("lostpointercapture", end, { once: true });
  }

  private onKey(event: KeyboardEvent, group: SVGElement, at: number): void {
    const [dx, dy] = MOVES[event.key] ?? [];
    const corner = this.corner(at);
    if (dx === undefined || dy === undefined || !corner) return;
    event.preventDefault();
    const times = event.shiftKey ? FAST : 1;
    this.move(group, at, corner.x + dx * times, corner.y + dy * times);
    this.redraw();
  }

  // The handle stays the same element while it is dragged; what is below it is drawn anew.
  private move(group: SVGElement, at: number, x: number, y: number): void {
    const corner = this.corner(at);
    if (!corner || !this.scene) return;
    moveCorner(corner, x, y);
    this.place(group, at);
    const handles = [...this.overlay.querySelectorAll(".handle")];
    const below = svg("svg", {});
    drawScene(below, this.scene, this.ratio, this.chosen);
    for (const node of [...this.overlay.children]) if (!handles.includes(node)) node.remove();
    this.overlay.prepend(...below.children);
    this.listener.onMoved();
  }

  // A touch into a shape chooses it.
  private pick(event: PointerEvent): void {
    const { scene } = this;
    if (!scene || !(event.target instanceof SVGGeometryElement)) return;
    const drawn = [...this.overlay.querySelectorAll(".mask, .zone, .line:not(.way)")];
    const at = drawn.indexOf(event.target);
    const order = [...allShapes(scene)].sort((a, b) => RANK[a.kind] - RANK[b.kind]);
    const found = order[at];
    if (found) this.listener.onChosen(found);
  }
}

// The order in which shapes are drawn.
const RANK = { mask: 0, zone: 1, line: 2 };
