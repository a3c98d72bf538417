// One of the two photographs: chosen, dropped or taken, shown with its faces and their quality.

import { detect } from "./api.js";
import { drawFaces, element, problem, qualityPanel } from "./draw.js";
import { words } from "./words.js";

export class Picture {
  constructor(section, onChange) {
    this.role = section.dataset.role;
    this.file = null;
    section.append(document.getElementById("picture-template").content.cloneNode(true));
    this.drop = section.querySelector(".drop");
    this.frame = section.querySelector(".frame");
    this.image = section.querySelector("img");
    this.svg = section.querySelector("svg");
    this.hint = section.querySelector(".hint");
    this.finding = section.querySelector(".finding");
    this.onChange = onChange;
    this.found = null;
    this.error = null;
    this.running = null;
    this.listen(section);
  }

  listen(section) {
    for (const input of section.querySelectorAll(".file")) {
      input.addEventListener("change", () => {
        if (input.files.length) this.take(input.files[0]);
        input.value = "";
      });
    }
    for (const kind of ["dragenter", "dragover"]) {
      section.addEventListener(kind, (event) => { event.preventDefault(); this.drop.classList.add("over"); });
    }
    for (const kind of ["dragleave", "drop"]) {
      section.addEventListener(kind, () => this.drop.classList.remove("over"));
    }
    section.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) this.take(event.dataTransfer.files[0]);
    });
  }

  async take(file) {
    this.file = file;
    this.svg.replaceChildren();
    URL.revokeObjectURL(this.image.src);
    this.image.src = URL.createObjectURL(file);
    this.frame.hidden = false;
    this.image.onerror = () => { this.frame.hidden = true; };
    this.onChange();
    await this.look();
  }

  async look() {
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

  render() {
    this.hint.textContent = this.file ? words().replace : words().drop;
    this.image.alt = words().pictureAlt[this.role];
    this.finding.replaceChildren();
    if (this.error) this.finding.append(problem(this.error));
    else if (this.found) this.renderFound();
    else if (this.file) this.finding.append(element("p", "calm", words().looking));
  }

  renderFound() {
    const { faces, size_wh: size } = this.found;
    drawFaces(this.svg, faces, size);
    if (!faces.length) {
      this.finding.append(element("p", "notice", words().noFace));
      return;
    }
    this.finding.append(element("p", "calm", words().faces(faces.length)));
    const area = ({ box_xyxy: [x1, y1, x2, y2] }) => (x2 - x1) * (y2 - y1);
    const largest = faces.reduce((best, face) => (area(face) > area(best) ? face : best));
    this.finding.append(qualityPanel(largest.quality));
  }
}
