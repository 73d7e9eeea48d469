// How spans are underlined in a text: one row of lines for each layer of overlapping spans.

function rowsOf(spans) {
  // The lowest free underline for each span, outer spans first: overlapping spans never share one.
  const ends = [];
  for (const span of spans) {
    let row = ends.findIndex((used) => used.every(([a, b]) => b <= span.a || span.b <= a));
    if (row < 0) { row = ends.length; ends.push([]); }
    ends[row].push([span.a, span.b]);
    span.row = row;
  }
  return ends.length;
}

function paint(node, covering, nRows) {
  const images = [], sizes = [], places = [];
  // On a dark page the dark colours need light to be seen.
  const isDark = document.querySelector('.dark') !== null;
  for (const span of covering) {
    const line = isDark ? `color-mix(in srgb, ${span.colour} 55%, white)` : span.colour;
    images.push(`linear-gradient(${line}, ${line})`);
    sizes.push('100% 3px');
    places.push(`0 calc(100% - ${(nRows - 1 - span.row) * 5}px)`);
  }
  const inner = covering[covering.length - 1], tint = isDark ? '38%' : '16%';
  images.push(`linear-gradient(color-mix(in srgb, ${inner.colour} ${tint}, transparent), color-mix(in srgb, ${inner.colour} ${tint}, transparent))`);
  sizes.push('100% 100%');
  places.push('0 0');
  node.style.backgroundImage = images.join(', ');
  node.style.backgroundSize = sizes.join(', ');
  node.style.backgroundPosition = places.join(', ');
  node.style.paddingBottom = `${2 + nRows * 5}px`;
}
