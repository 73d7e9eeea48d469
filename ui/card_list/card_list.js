// A list of cards that people fill in: add, duplicate, move, remove. Values enter the page as properties of inputs and as
// text nodes only. facts.card says what a card holds: {noun, title, add, most, start, inputs: [{key, label, kind, ...}]}.
const root = element.querySelector('.cl-list');
const rootAdd = element.querySelector('.cl-add');
const said = element.querySelector('.cl-said');
let cards = [];
let sent = '';
let isTold = true;
let timer = 0;
let ids = 0;

function copied(value) { return JSON.parse(JSON.stringify(value)); }

// The value is never older than what can be seen, so that a run asks for it; the event waits until typing pauses.
function send(isLater) {
  clearTimeout(timer);
  const now = JSON.stringify(cards);
  if (now !== sent) {
    sent = now;
    isTold = false;
    props.value = JSON.parse(now);
  }
  const tell = () => { if (!isTold) { isTold = true; trigger('input'); } };
  if (isLater) timer = setTimeout(tell, 150); else tell();
}

function titleOf(spec, card, index) {
  const name = String(card[spec.title] || '').trim();
  return `${spec.noun[0].toUpperCase()}${spec.noun.slice(1)} ${index + 1}${name ? ': ' + name : ''}`;
}

function filled(card, inputs) {
  return inputs.some((input) => { const value = card[input.key]; return Array.isArray(value) ? value.length > 0 : value !== input.empty && value !== '' && value !== false && value != null; });
}

function control(spec, input, card, refresh) {
  if (input.kind === 'cards') {
    const nested = make('div', 'cl-nested');
    nested.append(make('div', 'cl-heading', input.label));
    const list = make('div', 'cl-list'), add = make('button', 'cl-add');
    add.type = 'button';
    nested.append(list, add);
    if (!Array.isArray(card[input.key])) card[input.key] = [];
    fill(list, add, input.card, card[input.key]);
    return nested;
  }
  const isCheck = input.kind === 'check';
  const label = make('label', isCheck ? 'cl-check' : 'cl-field' + (input.width ? ` cl-${input.width}` : ''));
  let box;
  if (input.kind === 'lines') { box = make('textarea'); box.rows = Math.min(9, Math.max(input.rows || 3, String(card[input.key] || '').split('\n').length)); }
  else if (input.kind === 'choice') {
    box = make('select');
    for (const [value, words] of input.options) { const option = make('option', '', words); option.value = value; box.append(option); }
  } else { box = make('input'); box.type = isCheck ? 'checkbox' : 'text'; if (input.kind === 'number') box.inputMode = 'decimal'; }
  box.dataset.key = input.key;
  if (input.needs) box.dataset.needs = input.needs;
  if (input.placeholder) box.placeholder = input.placeholder;
  if (isCheck) box.checked = Boolean(card[input.key]); else box.value = card[input.key] ?? '';
  const take = (isLater) => {
    card[input.key] = isCheck ? box.checked : box.value;
    refresh();
    send(isLater);
  };
  box.addEventListener('input', () => take(true));
  box.addEventListener('change', () => take(false));
  if (isCheck) label.append(box, make('span', '', input.label)); else label.append(make('span', '', input.label), box);
  if (input.hint) {
    const hint = make('small', '', input.hint);
    hint.id = `cl-hint-${facts.list_id}-${ids += 1}`;
    box.setAttribute('aria-describedby', hint.id);
    label.append(hint);
  }
  return label;
}

function cardNode(spec, list, index, redraw, offerBack) {
  const card = list[index];
  const node = make('fieldset', 'cl-card');
  const legend = make('legend', '', titleOf(spec, card, index));
  node.append(legend);
  const named = [];
  const refresh = () => {
    legend.textContent = titleOf(spec, card, index);
    for (const box of node.querySelectorAll(':scope > .cl-row [data-needs]')) box.disabled = !card[box.dataset.needs];
    for (const [button, words] of named) button.setAttribute('aria-label', `${words}: ${titleOf(spec, card, index)}`);
  };
  const row = make('div', 'cl-row');
  for (const input of spec.inputs.filter((one) => !one.advanced)) row.append(control(spec, input, card, refresh));
  node.append(row);
  const foot = make('div', 'cl-foot');
  const advanced = spec.inputs.filter((one) => one.advanced);
  if (advanced.length) {
    const details = make('details'), inner = make('div', 'cl-row');
    details.append(make('summary', '', spec.more || 'More'), inner);
    details.open = filled(card, advanced);
    for (const input of advanced) inner.append(control(spec, input, card, refresh));
    foot.append(details);
  }
  const buttons = make('div', 'cl-buttons');
  const press = (words, name, isOff, act) => {
    const button = make('button', '', words);
    button.type = 'button';
    button.disabled = isOff;
    button.dataset.act = name;
    named.push([button, words]);
    button.addEventListener('click', act);
    buttons.append(button);
  };
  const move = (to, name) => { list.splice(to, 0, list.splice(index, 1)[0]); redraw(to, name); say(`${titleOf(spec, card, to)} moved`); };
  press('Up', 'up', index === 0, () => move(index - 1, 'up'));
  press('Down', 'down', index === list.length - 1, () => move(index + 1, 'down'));
  press('Duplicate', 'duplicate', list.length >= spec.most, () => {
    const twin = copied(card);
    if (typeof twin[spec.title] === 'string' && twin[spec.title]) twin[spec.title] += ' copy';
    list.splice(index + 1, 0, twin);
    redraw(index + 1, 'first');
    say(`${titleOf(spec, twin, index + 1)} added`);
  });
  press('Remove', 'remove', false, () => {
    const gone = titleOf(spec, card, index);
    list.splice(index, 1);
    redraw(Math.min(index, list.length - 1), 'first');
    say(`${gone} removed`);
    offerBack(gone, () => {
      if (list.length >= spec.most) { say(`There is no room for ${gone}`); return; }
      list.splice(Math.min(index, list.length), 0, card);
      redraw(Math.min(index, list.length - 1), 'first');
      say(`${gone} is back`);
    });
  });
  foot.append(buttons);
  node.append(foot);
  refresh();
  return node;
}

function say(words) { said.textContent = words; }

function focusOn(node, name) {
  if (!node) return;
  const buttons = [...node.querySelectorAll(':scope > .cl-foot > .cl-buttons button:not(:disabled)')];
  // At either end of the list the button that was pressed is off: its neighbour takes the focus.
  const wanted = name === 'first' ? node.querySelector('input, textarea, select') : buttons.find((one) => one.dataset.act === name);
  (wanted || buttons[0])?.focus();
}

function fill(box, add, spec, list) {
  // One removed card can be brought back: the last one of all.
  const offerBack = (name, bringBack) => {
    for (const old of element.querySelectorAll('.cl-back')) old.remove();
    const line = make('div', 'cl-back', `${name} is removed.`), button = make('button', '', 'Undo');
    button.type = 'button';
    button.addEventListener('click', () => { line.remove(); bringBack(); });
    line.append(button);
    add.before(line);
  };
  const redraw = (index, name) => {
    box.replaceChildren(...list.map((_, at) => cardNode(spec, list, at, redraw, offerBack)));
    add.textContent = `+ ${spec.add}`;
    add.disabled = list.length >= spec.most;
    if (name) { if (list.length) focusOn(box.children[index], name); else add.focus(); send(false); }
  };
  add.onclick = () => { list.push(copied(spec.start)); redraw(list.length - 1, 'first'); say(`${titleOf(spec, list[list.length - 1], list.length - 1)} added`); };
  redraw(0, '');
}

function load() {
  const arrived = JSON.stringify(props.value || []);
  if (arrived === sent) return;
  sent = arrived;
  for (const old of element.querySelectorAll('.cl-back')) old.remove();
  cards = JSON.parse(arrived);
  fill(root, rootAdd, facts.card, cards);
}

load();
watch('value', load);
