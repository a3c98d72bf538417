// Edits a camera's scene: by touch or mouse on the picture, by keys, or by numbers.

import type { CameraScene } from "../gen/smartbranch/edge/v1/edge_pb.ts";
import type { Camera } from "../gen/smartbranch/edge/v1/edge_service_pb.ts";
import { byId, element } from "../shared/dom.ts";
import { ApiError } from "../shared/failure.ts";
import { moment } from "../shared/format.ts";
import { button } from "../shared/parts.ts";
import { explain } from "../shared/reasons.ts";
import { label } from "../shared/tools.ts";
import { frameOf, heatOf, listCameras, updateCamera } from "./calls.ts";
import { lastPart, pathOf, ratioOf } from "./cards.ts";
import { confirmed } from "./confirm.ts";
import type { Shape } from "./drawing.ts";
import { lookingFields, shapeFields } from "./fields.ts";
import { HeatView } from "./heat.ts";
import { addShape, allShapes, copyOf, cornersOf, dropShape } from "./scenes.ts";
import { Stage } from "./stage.ts";
import { words } from "./words.ts";

export class Editor {
  private readonly dialog = byId<HTMLDialogElement>("editor");
  private readonly name = byId<HTMLInputElement>("camera-name");
  private readonly frame = byId<HTMLImageElement>("frame");
  private readonly line = byId("scene-line");
  private readonly heat = new HeatView();
  private readonly stage: Stage;
  private camera: Camera | null = null;
  private scene: CameraScene = copyOf(undefined);
  private chosen: Shape | null = null;
  private isChanged = false;
  private address = "";

  // onSaved: a camera has a new scene. onFailure: what is not about the scene.
  constructor(
    private readonly onSaved: (camera: Camera) => void,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.stage = new Stage({
      onMoved: () => this.onMoved(),
      onChosen: (shape) => this.choose(shape),
    });
    byId("scene").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
    this.name.addEventListener("input", () => {
      this.isChanged = true;
    });
    byId("editor-close").addEventListener("click", () => void this.leave());
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      void this.leave();
    });
    this.dialog.addEventListener("close", () => {
      this.dropFrame();
      this.heat.hide();
    });
  }

  open(camera: Camera): void {
    this.begin(camera);
    this.dialog.showModal();
    byId("editor-title").focus();
  }

  close(): void {
    if (this.dialog.open) this.dialog.close();
  }

  translate(): void {
    label(byId("editor-close"), "close", words().close);
    if (this.camera && this.dialog.open) this.draw();
  }

  private begin(camera: Camera): void {
    this.camera = camera;
    this.scene = copyOf(camera.scene);
    this.chosen = allShapes(this.scene)[0] ?? null;
    this.isChanged = false;
    this.name.value = camera.displayName;
    this.say(null);
    byId("frame-line").textContent = words().frameHint;
    label(byId("editor-close"), "close", words().close);
    this.draw();
  }

  private draw(): void {
    const { camera } = this;
    if (!camera) return;
    const title = camera.displayName || lastPart(camera.name);
    byId("editor-title").textContent = words().editorTitle(title);
    byId("frame-buttons").replaceChildren(
      button(words().loadFrame, "eye", "frame", () => void this.loadFrame()),
      button(words().loadHeat, "people", "heat", () => void this.loadHeat()),
    );
    const add = (["zone", "line", "mask"] as const).map((kind) =>
      button(words().add[kind], kind === "line" ? "enter" : "box", kind, () => this.add(kind)),
    );
    byId("add-buttons").replaceChildren(...add);
    byId("looking-fields").replaceChildren(
      ...lookingFields(this.scene, () => {
        this.isChanged = true;
      }),
    );
    this.drawShapes();
  }

  private drawShapes(): void {
    const { scene, chosen, camera } = this;
    if (!camera) return;
    this.stage.draw(scene, ratioOf(camera), chosen);
    const shapes = allShapes(scene).map((shape) => this.shapeItem(shape));
    byId("shape-list").replaceChildren(...shapes);
    const fields = byId("shape-fields");
    fields.hidden = chosen === null;
    if (!chosen) return;
    const parts = shapeFields(scene, chosen, {
      onChange: () => this.onMoved(false),
      onShape: () => {
        this.isChanged = true;
        this.drawShapes();
      },
      onDrop: () => this.drop(chosen),
    });
    fields.replaceChildren(...parts);
  }

  private shapeItem(shape: Shape): HTMLElement {
    const item = element("li");
    const choice = element("button", "shape", this.titleOf(shape));
    choice.type = "button";
    const isChosen = this.chosen?.kind === shape.kind && this.chosen.at === shape.at;
    choice.setAttribute("aria-pressed", String(isChosen));
    choice.dataset.kind = shape.kind;
    choice.addEventListener("click", () => this.choose(shape));
    item.append(choice);
    return item;
  }

  private titleOf({ kind, at }: Shape): string {
    const { zones, lines } = this.scene;
    const id = kind === "zone" ? zones[at]?.displayName || zones[at]?.id : lines[at]?.id;
    return `${words().shape[kind]} ${kind === "mask" ? at + 1 : (id ?? "")}`;
  }

  private choose(shape: Shape): void {
    this.chosen = shape;
    this.drawShapes();
    byId("shape-list").querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
  }

  private add(kind: Shape["kind"]): void {
    const made = addShape(this.scene, kind);
    if (!made) {
      this.say(words().full);
      return;
    }
    this.isChanged = true;
    this.choose(made);
  }

  private drop(shape: Shape): void {
    dropShape(this.scene, shape);
    this.isChanged = true;
    this.chosen = null;
    this.drawShapes();
    byId("add-buttons").querySelector("button")?.focus();
  }

  // A corner was moved on the picture, or by its numbers, whose fields are then in use.
  private onMoved(onPicture = true): void {
    const { camera, chosen } = this;
    this.isChanged = true;
    if (!camera || !chosen) return;
    if (!onPicture) this.stage.draw(this.scene, ratioOf(camera), chosen);
    else {
      const inputs = byId("shape-fields").querySelectorAll<HTMLInputElement>("[data-axis]");
      const values = cornersOf(this.scene, chosen).flatMap(({ x, y }) => [x, y]);
      inputs.forEach((input, at) => {
        input.value = String(Number(((values[at] ?? 0) * 100).toFixed(1)));
      });
    }
  }

  private async loadFrame(): Promise<void> {
    const { camera } = this;
    if (!camera) return;
    byId("frame-line").textContent = words().frameLoading;
    try {
      const blob = await frameOf(camera.name);
      if (this.camera !== camera || !this.dialog.open) return;
      this.dropFrame();
      this.address = URL.createObjectURL(blob);
      this.frame.src = this.address;
      this.frame.alt = words().frameAlt;
      this.frame.hidden = false;
      byId("frame-line").textContent = words().frameAt(moment(Date.now()));
    } catch (error) {
      byId("frame-line").textContent = textOf(error);
    }
  }

  private async loadHeat(): Promise<void> {
    const { camera } = this;
    if (!camera) return;
    try {
      const heat = await heatOf(camera.branch, pathOf(camera.name));
      if (this.camera !== camera || !this.dialog.open) return;
      const isThere = heat !== undefined && this.heat.show(heat);
      byId("frame-line").textContent = isThere ? words().heatShown : words().noHeat;
    } catch (error) {
      byId("frame-line").textContent = textOf(error);
    }
  }

  private dropFrame(): void {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = "";
    this.frame.removeAttribute("src");
    this.frame.hidden = true;
  }

  private async save(): Promise<void> {
    const { camera } = this;
    if (!camera) return;
    this.say(null);
    const save = byId<HTMLButtonElement>("save");
    save.disabled = true;
    try {
      const saved = await updateCamera(camera.name, this.scene, this.name.value.trim());
      this.isChanged = false;
      this.onSaved(saved);
      this.close();
    } catch (error) {
      this.onNotSaved(error);
    } finally {
      save.disabled = false;
    }
  }

  private onNotSaved(error: unknown): void {
    if (error instanceof ApiError && error.reason === "SCENE_CHANGED") this.askWhose();
    else if (error instanceof ApiError) this.say(textOf(error));
    else {
      this.say(words().stale);
      this.onFailure(error);
    }
  }

  private askWhose(): void {
    this.say(words().changed);
    const place = byId("conflict");
    place.hidden = false;
    place.replaceChildren(
      button(words().loadNewest, "handover", "newest", () => void this.newest(true)),
      button(words().keepMine, "done", "mine", () => void this.newest(false)),
    );
    place.querySelector("button")?.focus();
  }

  // Takes the newest scene, or only its version so that this one replaces it.
  private async newest(dropMine: boolean): Promise<void> {
    const { camera } = this;
    if (!camera) return;
    try {
      const all = await listCameras(camera.branch);
      const newest = all.find(({ name }) => name === camera.name);
      if (!newest) return;
      if (dropMine) this.begin(newest);
      else {
        this.scene.version = newest.scene?.version ?? 0n;
        await this.save();
      }
    } catch (error) {
      this.onNotSaved(error);
    }
  }

  private async leave(): Promise<void> {
    const { leaveTitle, leaveText, leaveYes } = words();
    if (this.isChanged && !(await confirmed(leaveTitle, leaveText, leaveYes))) return;
    this.close();
  }

  private say(text: string | null): void {
    this.line.textContent = text ?? "";
    this.line.hidden = text === null;
    byId("conflict").hidden = true;
  }
}

const textOf = (error: unknown): string =>
  error instanceof ApiError ? explain(error.reason, error.message) : words().stale;
