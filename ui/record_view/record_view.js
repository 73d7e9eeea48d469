// Draws one answer with text nodes only: the text above, records as cards below; a value shows its place, a place its value.
const box = element.querySelector('.rv-text');
const detail = element.querySelector('.rv-detail');
const parts = element.querySelector('.rv-parts');
const HINT = 'Point at a value, or reach it with Tab, to see its place in the text.';
let places = [];
let units = null;

function placeOf(value, colour, name) {
  const at = (offset) => (units ? units[offset] : offset);
  const id = places.length;
  places.push({ ...value, id, a: at(value.start), b: at(value.end), colour, name });
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

function valueNode(value, colour, name) {
  const hasPlace = value.start !== undefined;
  const node = make(hasPlace ? 'button' : 'span', hasPlace ? 'rv-value' : 'rv-value rv-choice');
  node.append(make('span', 'rv-surface', value.text), make('span', 'rv-score', roundPercent(value.score)));
  node.style.setProperty('--c', colour);
  Object.assign(node.dataset, { name, text: value.text, score: value.score });
  if (!hasPlace) { node.title = 'chosen from a list; it has no place in the text'; return node; }
  node.type = 'button';
  const id = placeOf(value, colour, name);
  Object.assign(node.dataset, { id, start: value.start, end: value.end });
  node.setAttribute('aria-label', `${name}: ${value.text}, ${roundPercent(value.score)}, characters ${value.start} to ${value.end}`);
  node.addEventListener('mouseenter', () => activate(id));
  node.addEventListener('focus', () => activate(id));
  node.addEventListener('mouseleave', () => activate());
  node.addEventListener('blur', () => activate());
  node.addEventListener('click', () => activate(id));
  return node;
}

function valuesNode(values, colour, name) {
  const node = make('dd');
  if (values.length) node.append(...values.map((value) => valueNode(value, colour, name)));
  else node.append(make('span', 'rv-none', 'not found'));
  return node;
}

function cardNode(title, colour, rows) {
  const card = make('section', 'rv-card'), list = make('dl');
  card.style.setProperty('--c', colour);
  card.setAttribute('aria-label', facts.of ? `${title}, ${facts.of}` : title);
  for (const [name, values] of rows) list.append(make('dt', '', name), valuesNode(values, colour, name));
  card.append(make('h4', '', title), list);
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
    const cards = one.instances.map((fields, index) => cardNode(many > 1 ? `${one.name} ${index + 1}` : one.name, own, fields.map((field) => [field.name, field.values])));
    return groupNode(`${one.name} · ${many} ${many === 1 ? 'record' : 'records'}`, cards, 'The text holds no such record.');
  });
  if (value.entities?.length) groups.push(groupNode('Entities', [cardNode('entities', colour(), value.entities.map((one) => [one.label, one.values]))]));
  for (const one of value.relations || []) {
    const own = colour();
    groups.push(groupNode(`${one.name} · ${one.pairs.length} ${one.pairs.length === 1 ? 'relation' : 'relations'}`, one.pairs.map((pair, index) => cardNode(one.pairs.length > 1 ? `${one.name} ${index + 1}` : one.name, own, [['head', [pair[0]]], ['tail', [pair[1]]]])), 'The text holds no such relation.'));
  }
  if (value.classifications?.length) groups.push(groupNode('Classifications', [cardNode('classifications', colour(), value.classifications.map((one) => [one.task, one.chosen]))]));
  return groups;
}

function drawText(text) {
  const isDark = document.querySelector('.dark') !== null;
  for (const { from, to, covering } of piecesOf(text.length, [...places].sort((x, y) => x.a - y.a))) {
    if (!covering.length) { box.append(document.createTextNode(text.slice(from, to))); continue; }
    const node = make('span', 'rv-segment', text.slice(from, to)), { id, colour } = covering[covering.length - 1];
    Object.assign(node.dataset, { a: from, b: to });
    node.style.setProperty('--line', isDark ? `color-mix(in srgb, ${colour} 55%, white)` : colour);
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
  if (!text) { box.append(make('span', '', facts.empty || '')); detail.textContent = ''; return; }
  parts.append(...groupsOf(value));
  drawText(text);
  activate();
}

draw();
watch('value', draw);
