// Where things are in the text: code points and UTF-16 units, words and characters, DOM positions.

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function placesOf(text) {
  const units = unitsOf(text), points = new Map();
  if (units) units.forEach((unit, point) => points.set(unit, point));
  const stops = [...characters.segment(text)].map((one) => one.index);
  stops.push(text.length);
  return {
    stops,
    words: [...words.segment(text)].filter((one) => one.isWordLike).map((one) => [one.index, one.index + one.segment.length]),
    toUnit: (point) => (units ? units[point] : point),
    toPoint: (unit) => (units ? points.get(unit) : unit),
  };
}

function snapped(places, from, to) {
  // Words that the selection touches belong to it.
  for (const [start, end] of places.words) {
    if (start < from && from < end) from = start;
    if (start < to && to < end) to = end;
  }
  return [from, to];
}

function trimmed(text, from, to) {
  while (from < to && /\s/.test(text[from])) from += 1;
  while (to > from && /\s/.test(text[to - 1])) to -= 1;
  return [from, to];
}

function stepped(text, places, at, key, byWord) {
  const isBack = key === 'ArrowLeft' || key === 'Home';
  if (key === 'Home' || key === 'End') {
    if (byWord) return isBack ? 0 : text.length;
    const line = isBack ? text.lastIndexOf('\n', at - 1) + 1 : text.indexOf('\n', at);
    return line < 0 ? text.length : line;
  }
  if (byWord) {
    const found = isBack ? places.words.findLast(([start]) => start < at) : places.words.find(([, end]) => end > at);
    return found ? found[isBack ? 0 : 1] : isBack ? 0 : text.length;
  }
  return (isBack ? places.stops.findLast((one) => one < at) : places.stops.find((one) => one > at)) ?? at;
}

function offsetOf(box, length, node, offset) {
  // A place in the DOM → a unit of the text; chips hold none of it.
  const piece = node.nodeType === Node.TEXT_NODE ? node.parentElement.closest('[data-from]') : null;
  if (piece && box.contains(piece)) return Number(piece.dataset.from) + offset;
  const range = document.createRange();
  range.setStart(node, offset);
  for (const one of box.querySelectorAll('[data-from]')) if (range.comparePoint(one.firstChild, 0) >= 0) return Number(one.dataset.from);
  return length;
}

function nodeAt(box, unit, isEnd) {
  // A unit of the text → a place in the DOM; at a border the end of the piece before, or the beginning of the one behind.
  let last = null;
  for (const one of box.querySelectorAll('[data-from]')) {
    const from = Number(one.dataset.from), to = from + one.firstChild.length;
    if (unit < to || (isEnd && unit === to)) return [one.firstChild, unit - from];
    last = one.firstChild;
  }
  return last ? [last, last.length] : [box, 0];
}
