// What the scripts of all components share. Offsets arrive as code points; the DOM counts UTF-16 units.

// White text on each of these has a contrast of at least 4.5 : 1.
const COLOURS = ['#6d28d9', '#b91c1c', '#047857', '#1d4ed8', '#9a3412', '#be185d', '#0e7490', '#3f6212', '#854d0e', '#475569', '#7e22ce', '#115e59'];

function make(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}

function unitsOf(text) {
  // Code point index → UTF-16 index; null where both are equal.
  if (!/[\uD800-\uDBFF]/.test(text)) return null;
  const units = [];
  let unit = 0;
  for (const character of text) { units.push(unit); unit += character.length; }
  units.push(unit);
  return units;
}

function piecesOf(length, spans) {
  // The text between all ends of its spans, which are sorted by their starts: `covering` spans hold a piece, `ended` ones end
  // where it begins. The last piece is empty and begins at the text's end.
  const cuts = [...new Set([0, length, ...spans.flatMap((span) => [span.a, span.b])])].sort((x, y) => x - y);
  let covering = [], next = 0;
  return cuts.map((from, index) => {
    const ended = covering.filter((one) => one.b === from);
    covering = covering.filter((one) => one.b > from);
    while (next < spans.length && spans[next].a === from) { covering.push(spans[next]); next += 1; }
    return { from, to: cuts[index + 1] ?? length, covering, ended };
  });
}

function roundPercent(share) { return (share > 0 && share < 0.005 ? '< 1' : (100 * share).toFixed(0)) + '\u00a0%'; }

// Two views of one kind on a page differ by name: `facts.of` says whose result a view shows.
if (facts.of) {
  for (const part of element.querySelectorAll('[role="region"], [role="list"]')) {
    part.setAttribute('aria-label', `${part.getAttribute('aria-label')}, ${facts.of}`);
  }
}
