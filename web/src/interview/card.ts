// The panel on which a picture of a document is taken, looked at and sent.

import { byId } from "../shared/dom.ts";
import { letGo, openCamera, play } from "./devices.ts";
import { fromFile, fromVideo } from "./picture.ts";
import type { Asked, Side } from "./state.ts";
import { words } from "./words.ts";

type Trouble = "fileBroken" | "notSent" | "noCardCamera" | null;
type Line = Trouble | "cardSent";

export class CardPanel {
  private readonly prompt = byId("card-prompt");
  private readonly live = byId("card-live");
  private readonly review = byId("card-review");
  private readonly picture = byId<HTMLImageElement>("card-picture");
  private readonly video = byId<HTMLVideoElement>("card-video");
  private readonly line = byId("card-trouble");
  private readonly file = byId<HTMLInputElement>("file");
  private stream: MediaStream | null = null;
  private isOpening = false;
  private isWanted = false;
  private number = 0;
  private side: Side = "front";
  private jpeg: Uint8Array<ArrayBuffer> | null = null;
  private trouble: Trouble = null;
  private isSent = false;
  private notice: unknown = null;

  // maxBytes: of one picture. onPicture: sends it; returns whether it is on its way.
  constructor(
    private readonly maxBytes: () => number,
    private readonly onPicture: (side: Side, jpeg: Uint8Array<ArrayBuffer>) => boolean,
  ) {
    byId("take").addEventListener("click", () => void this.take(fromVideo(this.video, maxBytes())));
    byId("again").addEventListener("click", () => this.look(null));
    byId("use").addEventListener("click", () => this.use());
    this.file.addEventListener("change", () => {
      const chosen = this.file.files?.[0];
      this.file.value = "";
      if (chosen) void this.take(fromFile(chosen, this.maxBytes()));
    });
  }

  // asked: null while no document is asked for. notice: what was said last.
  render(asked: Asked | null, notice: unknown = null): void {
    this.isWanted = asked !== null;
    // A picture that cannot be read is told without a new prompt.
    if (notice !== this.notice) this.isSent = false;
    this.notice = notice;
    if (!asked) {
      this.close();
      return;
    }
    if (asked.number !== this.number) {
      this.number = asked.number;
      this.look(null);
    }
    this.side = asked.side;
    if (this.prompt.textContent !== asked.text) this.prompt.textContent = asked.text;
    this.picture.alt = words().cardAlt;
    this.tell();
    void this.open();
  }

  private async open(): Promise<void> {
    if (this.stream || this.isOpening || this.trouble === "noCardCamera") return;
    this.isOpening = true;
    try {
      const stream = await openCamera("environment");
      this.stream = stream;
      if (this.isWanted) await play(this.video, stream);
      else this.close();
    } catch {
      this.complain("noCardCamera"); // A file will do.
      this.live.hidden = true;
    } finally {
      this.isOpening = false;
    }
  }

  private close(): void {
    letGo(this.stream?.getTracks());
    this.stream = null;
    if (this.video.srcObject) void play(this.video, null);
    this.forget();
  }

  private async take(taking: Promise<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      this.look(await taking);
    } catch {
      this.complain("fileBroken");
    }
  }

  // Shows a picture to be judged, or the camera again.
  private look(jpeg: Uint8Array<ArrayBuffer> | null): void {
    this.forget();
    this.jpeg = jpeg;
    this.isSent = false;
    const hasCamera = this.trouble !== "noCardCamera";
    if (hasCamera) this.complain(null);
    this.live.hidden = jpeg !== null || !hasCamera;
    this.review.hidden = jpeg === null;
    if (!jpeg) return;
    this.picture.src = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
    byId("use").focus();
  }

  private use(): void {
    if (!this.jpeg || !this.onPicture(this.side, this.jpeg)) {
      this.complain("notSent");
      return;
    }
    // The server may take a while to say anything, and may want another picture without asking anew.
    this.look(null);
    this.isSent = true;
    this.tell();
  }

  private forget(): void {
    if (this.picture.src) URL.revokeObjectURL(this.picture.src);
    this.picture.removeAttribute("src");
    this.jpeg = null;
  }

  private complain(trouble: Trouble): void {
    this.trouble = trouble;
    this.tell();
  }

  private tell(): void {
    const line: Line = this.isSent ? "cardSent" : this.trouble;
    this.line.textContent = line ? words()[line] : "";
    this.line.classList.toggle("calm", line === "cardSent");
  }
}
