// Pieces of a page. Text goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return must<T>(document, `#${id}`);
}

// The element that the page's own markup promises.
export function must<T extends Element>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className = "",
  text?: string,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function shape<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Record<string, string | number>,
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

// A table of names and values.
export function facts(rows: readonly (readonly [string, string])[]): HTMLDListElement {
  const list = element("dl", "facts");
  for (const [name, value] of rows) {
    list.append(element("dt", "", name), element("dd", "", value));
  }
  return list;
}
