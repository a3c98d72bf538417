// Fields of a shape and of a scene: everything that can be drawn can be typed as well.

import { type CameraScene, Zone_Kind } from "../gen/smartbranch/edge/v1/edge_pb.ts";
import { element } from "../shared/dom.ts";
import { newId } from "../shared/ids.ts";
import { button } from "../shared/parts.ts";
import type { Shape } from "./drawing.ts";
import { addCorner, cornersOf, dropCorner, moveCorner, turnLine } from "./scenes.ts";
import { words } from "./words.ts";

export interface FieldListener {
  // Numbers or names have changed, and the fields stay.
  onChange(): void;
  // Corners came or went, and the fields are drawn anew.
  onShape(): void;
  onDrop(): void;
}

export function shapeFields(scene: CameraScene, shape: Shape, listener: FieldListener): Node[] {
  const parts: Node[] = [element("legend", "", words().shape[shape.kind])];
  const { onChange } = listener;
  if (shape.kind === "zone") parts.push(...zoneFields(scene, shape.at, onChange));
  const line = shape.kind === "line" ? scene.lines[shape.at] : undefined;
  if (line) {
    parts.push(
      textField(words().shapeId, line.id, 63, (text) => edit(() => (line.id = text), onChange)),
    );
  }
  parts.push(element("p", "hint", words().corners), ...cornerRows(scene, shape, listener));
  const row = element("div", "buttons");
  if (line) {
    const turn = () => edit(() => turnLine(scene, shape.at), listener.onShape);
    row.append(button(words().turn, "handover", "turn", turn));
  } else {
    const add = () => edit(() => addCorner(scene, shape), listener.onShape);
    row.append(button(words().addCorner, "done", "add-corner", add));
  }
  const drop = button(words().dropShape, "close", "drop", listener.onDrop);
  drop.classList.add("danger");
  row.append(drop);
  parts.push(row);
  return parts;
}

function edit(change: () => unknown, then: () => void): void {
  change();
  then();
}

function zoneFields(scene: CameraScene, at: number, onChange: () => void): Node[] {
  const zone = scene.zones[at];
  if (!zone) return [];
  const choice = element("select");
  for (const [kind, word] of Object.entries(words().zoneKind)) {
    choice.append(new Option(word, kind));
  }
  const kind = zone.kind === Zone_Kind.KIND_UNSPECIFIED ? Zone_Kind.AREA : zone.kind;
  choice.value = Zone_Kind[kind] ?? "AREA";
  choice.addEventListener("change", () => {
    zone.kind = Zone_Kind[choice.value as keyof typeof Zone_Kind];
    onChange();
  });
  const setName = (text: string) => edit(() => (zone.displayName = text), onChange);
  const setId = (text: string) => edit(() => (zone.id = text), onChange);
  return [
    textField(words().shapeName, zone.displayName, 100, setName),
    textField(words().shapeId, zone.id, 63, setId),
    labelled(choice, words().shapeKind),
  ];
}

function cornerRows(scene: CameraScene, shape: Shape, listener: FieldListener): HTMLElement[] {
  const corners = cornersOf(scene, shape);
  return corners.map((corner, at) => {
    const row = element("div", "corner");
    row.append(element("span", "corner-name", words().corner(at + 1)));
    for (const axis of ["x", "y"] as const) {
      const input = number(corner[axis] * 100, 0, 100, 0.1);
      const side = axis === "x" ? words().fromLeft : words().fromTop;
      input.setAttribute("aria-label", `${words().corner(at + 1)}, ${side}, %`);
      input.dataset.axis = axis;
      input.addEventListener("input", () => {
        if (!input.checkValidity() || input.value === "") return;
        const value = input.valueAsNumber / 100;
        moveCorner(corner, axis === "x" ? value : corner.x, axis === "y" ? value : corner.y);
        listener.onChange();
      });
      row.append(input);
    }
    if (shape.kind !== "line" && corners.length > 3) {
      const drop = () => edit(() => dropCorner(scene, shape, at), listener.onShape);
      const made = button("", "close", `drop-${at}`, drop);
      made.setAttribute("aria-label", words().dropCorner(at + 1));
      made.classList.add("tool");
      row.append(made);
    }
    return row;
  });
}

export function lookingFields(scene: CameraScene, onChange: () => void): Node[] {
  const fps = number(scene.targetFps ?? 5, 0.2, 30, 0.1);
  fps.addEventListener("input", () => {
    if (fps.checkValidity()) edit(() => (scene.targetFps = fps.valueAsNumber), onChange);
  });
  const face = number(scene.minFacePx ?? 48, 16, 1000, 1);
  face.addEventListener("input", () => {
    if (face.checkValidity()) edit(() => (scene.minFacePx = face.valueAsNumber), onChange);
  });
  const faces = check(words().wantsFaces, scene.wantsFaces ?? true, (is) =>
    edit(() => (scene.wantsFaces = is), onChange),
  );
  const flow = check(words().wantsFlow, scene.wantsFlow ?? true, (is) =>
    edit(() => (scene.wantsFlow = is), onChange),
  );
  return [labelled(fps, words().targetFps), labelled(face, words().minFace), faces, flow];
}

function number(value: number, min: number, max: number, step: number): HTMLInputElement {
  const input = element("input");
  Object.assign(input, { type: "number", min, max, step, required: true });
  input.value = String(Number(value.toFixed(1)));
  return input;
}

function textField(
  title: string,
  value: string,
  limit: number,
  onInput: (text: string) => void,
): HTMLElement {
  const input = element("input");
  input.type = "text";
  input.value = value;
  input.maxLength = limit;
  input.addEventListener("input", () => onInput(input.value.trim()));
  return labelled(input, title);
}

function check(title: string, value: boolean, onChange: (is: boolean) => void): HTMLElement {
  const part = element("label", "check");
  const input = element("input");
  input.type = "checkbox";
  input.checked = value;
  input.addEventListener("change", () => onChange(input.checked));
  part.append(input, element("span", "", title));
  return part;
}

function labelled(field: HTMLElement, title: string): HTMLElement {
  const part = element("div", "field");
  field.id = `field-${newId()}`;
  const name = element("label", "", title);
  name.htmlFor = field.id;
  part.append(name, field);
  return part;
}
