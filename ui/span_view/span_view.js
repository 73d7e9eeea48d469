// Draws {text, labels, spans} with text nodes only. Offsets arrive as code points; the DOM counts UTF-16 units.
const box = element.querySelector('.sv-text');
const legend = element.querySelector('.sv-legend');
const detail = element.querySelector('.sv-detail');
// More layers than this would hide the text; the table has them all.
const MOST_LAYERS = 10;
const HINT = 'Point at a label, or reach it with Tab, to see its confidence and offsets.';

function activate(spans, ids) {
  for (const node of box.querySelectorAll('[data-ids]')) {
    const own = node.dataset.ids.split(' ');
    const hit = own.find((id) => ids.includes(id));
    node.classList.toggle('sv-active', hit !== undefined);
    if (hit !== undefined) node.style.setProperty('--c', spans[Number(hit)].colour);
  }
  detail.textContent = ids.length
    ? ids.map((id) => { const s = spans[Number(id)]; return `${s.surface} — ${s.label}, ${roundPercent(s.score)}, characters ${s.start}–${s.end}`; }).join(' · ')
    : spans.length ? HINT + (left ? ` ${left} more spans overlap these; the table has them.` : '') : '';
}

function watchNode(node, spans, ids) {
  node.dataset.ids = ids.join(' ');
  node.addEventListener('mouseenter', () => activate(spans, ids));
  node.addEventListener('mouseleave', () => activate(spans, []));
  node.addEventListener('focus', () => activate(spans, ids));
  node.addEventListener('blur', () => activate(spans, []));
}

function chip(span, spans) {
  const node = make('button', 'sv-chip');
  node.type = 'button';
  node.style.setProperty('--c', span.colour);
  node.append(make('span', 'sv-name', span.label), make('span', 'sv-score', roundPercent(span.score)));
  node.setAttribute('aria-label', `${span.surface}: ${span.label}, ${roundPercent(span.score)}, characters ${span.start} to ${span.end}`);
  Object.assign(node.dataset, { start: span.start, end: span.end, label: span.label, score: span.score, surface: span.surface });
  watchNode(node, spans, [span.id]);
  return node;
}

function draw() {
  const value = props.value || {};
  const text = value.text || '', units = unitsOf(text), labels = value.labels || [];
  const at = (offset) => (units ? units[offset] : offset);
  const spans = (value.spans || []).map((span) => {
    const a = at(span.start), b = at(span.end);
    return { ...span, a, b, surface: text.slice(a, b), colour: COLOURS[Math.max(labels.indexOf(span.label), 0) % COLOURS.length] };
  }).sort((x, y) => x.a - y.a || y.b - x.b || labels.indexOf(x.label) - labels.indexOf(y.label));
  spans.forEach((span, index) => { span.id = String(index); });
  box.replaceChildren();
  legend.replaceChildren();
  box.classList.toggle('sv-empty', !text);
  if (!text) { box.style.lineHeight = ''; box.append(make('span', '', facts.empty || '')); detail.textContent = ''; return; }
  drawText(text, spans);
  const none = labels.filter((label) => !spans.some((span) => span.label === label));
  for (const label of labels.filter((one) => !none.includes(one))) {
    const item = make('div'), count = spans.filter((span) => span.label === label).length;
    item.setAttribute('role', 'listitem');
    const mark = make('i');
    mark.style.setProperty('--c', COLOURS[labels.indexOf(label) % COLOURS.length]);
    item.append(mark, make('span', '', `${label} (${count})`));
    legend.append(item);
  }
  if (none.length) {
    const item = make('div', 'sv-none', `not found: ${none.slice(0, 12).join(', ')}${none.length > 12 ? ` and ${none.length - 12} more` : ''}`);
    item.setAttribute('role', 'listitem');
    legend.append(item);
  }
  activate(spans, []);
}

let left = 0;

function drawText(text, all) {
  let spans = all;
  if (rowsOf(spans) > MOST_LAYERS) {
    // Too many for the page: the likeliest stay.
    rowsOf([...spans].sort((x, y) => y.score - x.score));
    spans = spans.filter((span) => span.row < MOST_LAYERS);
  }
  left = all.length - spans.length;
  const nRows = rowsOf(spans);
  box.style.lineHeight = 1.9 + 0.38 * nRows;
  for (const { from, to, covering, ended } of piecesOf(text.length, spans)) {
    for (const span of ended.sort((x, y) => y.a - x.a)) box.append(chip(span, all));
    if (!covering.length) { box.append(document.createTextNode(text.slice(from, to))); continue; }
    const node = make('span', 'sv-segment', text.slice(from, to));
    paint(node, covering, nRows);
    watchNode(node, all, covering.map((span) => span.id));
    box.append(node);
  }
}

draw();
watch('value', draw);
