// Lists whose parts stay in place while what they show changes, so that nobody loses their place.

interface Drawn {
  signature: string;
  node: HTMLElement;
}

export class KeyedList<Item> {
  private drawn = new Map<string, Drawn>();

  // signature: changes whenever what `draw` would make does.
  constructor(
    private readonly place: HTMLElement,
    private readonly keyOf: (item: Item) => string,
    private readonly signatureOf: (item: Item) => string,
    private readonly draw: (item: Item) => HTMLElement,
  ) {}

  show(items: readonly Item[]): void {
    const focused = focusIn(this.place);
    const next = new Map<string, Drawn>();
    for (const item of items) next.set(this.keyOf(item), this.renew(item));
    for (const [key, { node }] of this.drawn) {
      if (next.get(key)?.node !== node) node.remove();
    }
    this.drawn = next;
    let at = this.place.firstElementChild;
    for (const { node } of next.values()) {
      if (node === at) at = at.nextElementSibling;
      else this.place.insertBefore(node, at);
    }
    if (focused) giveBack(this.place, focused);
  }

  private renew(item: Item): Drawn {
    const key = this.keyOf(item);
    const signature = this.signatureOf(item);
    const old = this.drawn.get(key);
    if (old?.signature === signature) return old;
    const node = this.draw(item);
    node.dataset.key = key;
    return { signature, node };
  }
}

interface Focus {
  key: string;
  part: string;
}

function focusIn(place: HTMLElement): Focus | null {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || !place.contains(active)) return null;
  const key = active.closest<HTMLElement>("[data-key]")?.dataset.key;
  return key === undefined ? null : { key, part: active.dataset.part ?? "" };
}

// The same part of the same thing, else the first that can be used, else the list's heading.
function giveBack(place: HTMLElement, { key, part }: Focus): void {
  if (place.contains(document.activeElement)) return;
  const card = [...place.children].find((node) => (node as HTMLElement).dataset.key === key);
  const parts = [...(card?.querySelectorAll<HTMLElement>("button") ?? [])];
  if (card instanceof HTMLButtonElement) parts.unshift(card);
  const target = parts.find((node) => node.dataset.part === part) ?? parts[0];
  (target ?? place.closest("section")?.querySelector<HTMLElement>("[tabindex='-1']"))?.focus();
}
