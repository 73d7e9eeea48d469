// Draws one answer with text nodes only: the text above, records as cards below; a value shows its place, a place its value.
const box = element.querySelector('.rv-text');
const detail = element.querySelector('.rv-detail');
const parts = element.querySelector('.rv-parts');
const HINT = 'Point at a value, or reach it with Tab, to see its place in the text.';
let places = [];
let units = null;

function placeOf(value, colour, name, mark) {
  const at = (offset) => (units ? units[offset] : offset);
  const id = places.length;
  places.push({ ...value, id, a: at(value.start), b: at(value.end), colour, name, mark });
  return id;
}

function activate(id) {
  const place = places[id];
  for (const node of box.querySelectorAll('.rv-segment')) {
    const isHit = place !== undefined && Number(node.dataset.a) >= place.a && Number(node.dataset.b) <= place.b;
    node.classList.toggle('rv-active', isHit);
    if (isHit) node.style.setProperty('--c', place.colour);
  }
  for (const node of parts.querySelectorAll('.rv-value')) node.classList.toggle('rv-active', place !== undefined && Number(node.dataset.id) === id);
  detail.textContent = place ? `${place.text} — ${place.name}, ${roundPercent(place.score)}, characters ${place.start}–${place.end}` : places.length ? HINT : '';
  const first = box.querySelector('.rv-active');
  // Only the text's own box scrolls, never the page.
  if (first && box.scrollHeight > box.clientHeight) box.scrollTop += first.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
}

function valueNode(value, colour, name, mark) {
  const hasPlace = value.start !== undefined;
  const node = make(hasPlace ? 'button' : 'span', hasPlace ? 'rv-value' : 'rv-value rv-choice');
  node.append(make('span', 'rv-surface', value.text), make('span', 'rv-score', roundPercent(value.score)));
  node.style.setProperty('--c', colour);
  Object.assign(node.dataset, { name, text: value.text, score: value.score });
  if (!hasPlace) { node.title = 'chosen from a list; it has no place in the text'; return node; }
  node.type = 'button';
  const id = placeOf(value, colour, name, mark);
  Object.assign(node.dataset, { id, start: value.start, end: value.end });
  node.setAttribute('aria-label', `${name}: ${value.text}, ${roundPercent(value.score)}, characters ${value.start} to ${value.end}`);
  node.addEventListener('mouseenter', () => activate(id));
  node.addEventListener('focus', () => activate(id));
  node.addEventListener('mouseleave', () => activate());
  node.addEventListener('blur', () => activate());
  node.addEventListener('click', () => activate(id));
  return node;
}

function valuesNode({ name, values, colour, isRuled }, title) {
  const node = make('dd');
  node.style.setProperty('--c', colour);
  if (values.length) node.append(...values.map((value) => valueNode(value, colour, name, title ? `${name} ${title}` : name)));
  else node.append(make('span', 'rv-none', isRuled ? 'not found, or refused by its rule' : 'not found'));
  return node;
}

// Rows: {name, values, colour, isRuled}. A number tells the cards of one kind apart, here and in the text.
function cardNode(title, colour, rows, number = 0) {
  const card = make('section', 'rv-card'), list = make('dl'), full = number ? `${title} ${number}` : title;
  card.style.setProperty('--c', colour);
  card.setAttribute('aria-label', facts.of ? `${full}, ${facts.of}` : full);
  for (const row of rows) list.append(make('dt', '', row.name), valuesNode({ colour, ...row }, number || ''));
  card.append(make('h4', '', full), list);
  return card;
}

function groupNode(title, cards, none) {
  const node = make('section', 'rv-group'), grid = make('div', 'rv-cards');
  node.append(make('h3', '', title));
  if (cards.length) grid.append(...cards); else grid.append(make('p', 'rv-none', none));
  node.append(grid);
  return node;
}

function groupsOf(value) {
  let next = 0;
  const colour = () => COLOURS[next++ % COLOURS.length];
  const groups = (value.structures || []).map((one) => {
    const own = colour(), many = one.instances.length;
    const cards = one.instances.map((fields, index) => cardNode(one.name, own, fields.map(({ name, values, ruled }) => ({ name, values, isRuled: ruled })), many > 1 ? index + 1 : 0));
    return groupNode(`${one.name} · ${many} ${many === 1 ? 'record' : 'records'}`, cards, 'The text holds no such record.');
  });
  if (value.entities?.length) {
    const rows = value.entities.map((one) => ({ name: one.label, values: one.values, colour: colour() }));
    groups.push(groupNode('Entities', [cardNode('entities', 'var(--border-color-primary)', rows)]));
  }
  for (const one of value.relations || []) {
    const own = colour(), many = one.pairs.length;
    const cards = one.pairs.map(([head, tail], index) => cardNode(one.name, own, [{ name: 'head', values: [head] }, { name: 'tail', values: [tail] }], many > 1 ? index + 1 : 0));
    groups.push(groupNode(`${one.name} · ${many} ${many === 1 ? 'relation' : 'relations'}`, cards, 'The text holds no such relation.'));
  }
  if (value.classifications?.length) {
    const rows = value.classifications.map((one) => ({ name: one.task, values: one.chosen }));
    groups.push(groupNode('Classifications', [cardNode('classifications', colour(), rows)]));
  }
  return groups;
}

// More layers than this would hide the text; the cards have them all.
const MOST_LAYERS = 6;

function chip(place) {
  const node = make('span', 'rv-chip', place.mark);
  node.style.setProperty('--c', place.colour);
  // The cards say the same to a screen reader, value by value.
  node.setAttribute('aria-hidden', 'true');
  node.addEventListener('mouseenter', () => activate(place.id));
  node.addEventListener('mouseleave', () => activate());
  return node;
}

function drawText(text) {
  let spans = [...places].sort((x, y) => x.a - y.a || y.b - x.b);
  if (rowsOf(spans) > MOST_LAYERS) spans = spans.filter((span) => span.row < MOST_LAYERS);
  const nRows = rowsOf(spans);
  box.style.lineHeight = 1.7 + 0.35 * nRows;
  for (const { from, to, covering, ended } of piecesOf(text.length, spans)) {
    for (const one of ended.sort((x, y) => y.a - x.a)) box.append(chip(one));
    if (!covering.length) { box.append(document.createTextNode(text.slice(from, to))); continue; }
    const node = make('span', 'rv-segment', text.slice(from, to)), { id } = covering[covering.length - 1];
    Object.assign(node.dataset, { a: from, b: to });
    paint(node, covering, nRows);
    node.addEventListener('mouseenter', () => activate(id));
    node.addEventListener('mouseleave', () => activate());
    box.append(node);
  }
}

function draw() {
  const value = props.value || {}, text = value.text || '';
  places = [];
  units = unitsOf(text);
  box.replaceChildren();
  parts.replaceChildren();
  parts.hidden = !text;
  box.style.lineHeight = '';
  if (!text) { box.append(make('span', '', facts.empty || '')); detail.textContent = ''; return; }
  parts.append(...groupsOf(value));
  drawText(text);
  activate();
}

draw();
watch('value', draw);
