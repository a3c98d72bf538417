// How a question is answered: aloud, with a tap, or typed.

import { byId, element } from "../shared/dom.ts";
import type { Asked } from "./state.ts";

// Quiet speech is about a tenth of full loudness.
const FULL_LEVEL = 0.25;

export class Asking {
  private readonly root = byId("asking");
  private readonly choices = byId("choices");
  private readonly spoken = byId("spoken");
  private readonly instead = byId<HTMLButtonElement>("type-instead");
  private readonly typed = byId<HTMLFormElement>("typed");
  private readonly field = byId<HTMLTextAreaElement>("answer");
  private readonly bar = byId("level");
  private asked: Asked | null = null;
  private isTyping = false;

  // onAnswer: text is empty for an answer that was spoken.
  constructor(private readonly onAnswer: (question: string, text: string) => void) {
    byId("answered").addEventListener("click", () => this.tell(""));
    this.instead.addEventListener("click", () => {
      this.isTyping = true;
      this.arrange(true);
      this.field.focus();
    });
    this.typed.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.field.value.trim();
      if (text) this.tell(text);
      else this.field.focus();
    });
  }

  // asked: null where there is no question. hasSound: whether speaking is of use.
  render(asked: Asked | null, hasSound: boolean): void {
    const isNew = asked?.number !== this.asked?.number;
    this.asked = asked;
    this.root.hidden = asked === null;
    if (!asked) return;
    if (isNew) {
      this.isTyping = false;
      this.field.value = "";
    }
    this.choices.replaceChildren(...asked.choices.map((choice) => this.choice(choice)));
    this.arrange(hasSound);
  }

  hear(level: number): void {
    this.bar.style.setProperty("--level", Math.min(1, level / FULL_LEVEL).toFixed(2));
  }

  private choice(text: string): HTMLButtonElement {
    const button = element("button", "choice-button", text);
    button.type = "button";
    button.addEventListener("click", () => this.tell(text));
    return button;
  }

  private arrange(hasSound: boolean): void {
    const hasChoices = (this.asked?.choices.length ?? 0) > 0;
    const isSpoken = !hasChoices && hasSound && (this.asked?.isSpoken ?? false);
    const isTyping = !hasChoices && (this.isTyping || !isSpoken);
    this.spoken.hidden = !isSpoken || isTyping;
    this.instead.hidden = !isSpoken || isTyping;
    this.typed.hidden = !isTyping;
  }

  private tell(text: string): void {
    if (this.asked) this.onAnswer(this.asked.question, text);
  }
}
