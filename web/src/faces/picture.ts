// One of the two photographs: chosen, dropped or taken, shown with its faces and their quality.

import { byId, element, must } from "../shared/dom.ts";
import { detect, type Face, type Found } from "./api.ts";
import { drawFaces, problem, qualityPanel } from "./draw.ts";
import { type Role, words } from "./words.ts";

export class Picture {
  file: File | null = null;
  error: unknown = null;
  private found: Found | null = null;
  private running: AbortController | null = null;
  private readonly role: Role;
  private readonly drop: HTMLElement;
  private readonly frame: HTMLElement;
  private readonly image: HTMLImageElement;
  private readonly svg: SVGElement;
  private readonly hint: HTMLElement;
  private readonly finding: HTMLElement;

  constructor(
    section: HTMLElement,
    private readonly onChange: () => void,
  ) {
    this.role = section.dataset.role as Role;
    section.append(byId<HTMLTemplateElement>("picture-template").content.cloneNode(true));
    this.drop = must(section, ".drop");
    this.frame = must(section, ".frame");
    this.image = must(section, "img");
    this.svg = must(section, "svg");
    this.hint = must(section, ".hint");
    this.finding = must(section, ".finding");
    this.listen(section);
  }

  private listen(section: HTMLElement): void {
    for (const input of section.querySelectorAll<HTMLInputElement>(".file")) {
      input.addEventListener("change", () => {
        this.take(input.files);
        input.value = "";
      });
    }
    for (const kind of ["dragenter", "dragover"]) {
      section.addEventListener(kind, (event) => {
        event.preventDefault();
        this.drop.classList.add("over");
      });
    }
    for (const kind of ["dragleave", "drop"]) {
      section.addEventListener(kind, () => this.drop.classList.remove("over"));
    }
    section.addEventListener("drop", (event) => {
      event.preventDefault();
      this.take(event.dataTransfer?.files);
    });
  }

  private take(files: FileList | null | undefined): void {
    const file = files?.[0];
    if (!file) return;
    this.file = file;
    this.svg.replaceChildren();
    URL.revokeObjectURL(this.image.src);
    this.image.src = URL.createObjectURL(file);
    this.frame.hidden = false;
    this.image.onerror = () => {
      this.frame.hidden = true;
    };
    this.onChange();
    void this.look();
  }

  async look(): Promise<void> {
    if (!this.file) return;
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.found = this.error = null;
    this.render();
    try {
      this.found = await detect(this.file, running.signal);
    } catch (error) {
      this.error = error;
    }
    if (this.running !== running) return;
    this.running = null;
    this.render();
    this.onChange();
  }

  render(): void {
    this.hint.textContent = this.file ? words().replace : words().drop;
    this.image.alt = words().pictureAlt[this.role];
    this.finding.replaceChildren();
    if (this.error) this.finding.append(problem(this.error));
    else if (this.found) this.renderFound(this.found);
    else if (this.file) this.finding.append(element("p", "calm", words().looking));
  }

  private renderFound({ faces, size_wh: size }: Found): void {
    drawFaces(this.svg, faces, size);
    const largest = faces.toSorted((one, other) => area(other) - area(one))[0];
    if (!largest) {
      this.finding.append(element("p", "notice", words().noFace));
      return;
    }
    this.finding.append(element("p", "calm", words().faces(faces.length)));
    this.finding.append(qualityPanel(largest.quality));
  }
}

const area = ({ box_xyxy: [x1, y1, x2, y2] }: Face): number => (x2 - x1) * (y2 - y1);
