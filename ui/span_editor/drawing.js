// Draws what is edited with text nodes only: no text of a document ever becomes HTML.

const find = (name) => element.querySelector(name);
const box = find('.se-text'), palette = find('.se-palette'), list = find('.se-list'), tasks = find('.se-tasks'), cards = find('.se-records');
const MOST_ROWS = 300;

function colourOf(labels, label) { return COLOURS[Math.max(labels.indexOf(label), 0) % COLOURS.length]; }

function markColour({ state }, mark) {
  if (!mark.field) return colourOf(state.labels, mark.label);
  const names = [...new Set(state.groups.flatMap((group) => group.fields.map((field) => field.name)))];
  return COLOURS[(state.labels.length + names.indexOf(mark.field)) % COLOURS.length];
}

function told(span, surface, places) {
  const sure = span.source === 'model' && span.score !== null ? `, ${roundPercent(span.score)}` : '';
  const who = span.source === 'model' ? 'by the model' : 'by a person';
  return `${surface}: ${span.label || span.field}, characters ${places.toPoint(span.a)} to ${places.toPoint(span.b)}, ${who}${sure}`;
}

function drawText(edit) {
  const { state } = edit, spans = edit.marks().map((one) => ({ ...one, colour: markColour(edit, one) }));
  const nRows = rowsOf(spans), nodes = [];
  box.style.lineHeight = 1.9 + 0.38 * nRows;
  for (const { from, to, covering, ended } of piecesOf(state.text.length, spans)) {
    for (const span of ended.sort((x, y) => y.a - x.a)) nodes.push(chipOf(edit, span));
    if (from === to) continue;
    const node = make('span', covering.length ? 'se-piece' : '', state.text.slice(from, to));
    node.dataset.from = from;
    if (covering.length) {
      node.dataset.span = covering.at(-1).id;
      paint(node, covering, nRows);
      node.classList.toggle('se-active', covering.some((one) => one.id === state.active));
    }
    nodes.push(node);
  }
  box.replaceChildren(...nodes);
}

function chipOf(edit, span) {
  const node = make('span', `se-chip se-${span.source}${span.id === edit.state.active ? ' se-active' : ''}`);
  node.style.setProperty('--c', span.colour);
  node.append(make('b', '', span.label));
  if (span.source === 'model' && span.score !== null) node.append(make('small', '', roundPercent(span.score)));
  if (span.source === 'human') node.append(make('small', '', '✎'));
  node.title = told(span, edit.surface(span), edit.state.places);
  Object.assign(node.dataset, { span: span.id, start: edit.state.places.toPoint(span.a), end: edit.state.places.toPoint(span.b), label: span.label, source: span.source });
  node.setAttribute('contenteditable', 'false');
  return node;
}

function drawPalette(edit, armed) {
  palette.replaceChildren(...edit.state.labels.map((label, index) => {
    const node = make('button', `se-label${label === armed ? ' se-armed' : ''}`);
    node.type = 'button';
    node.dataset.label = label;
    node.style.setProperty('--c', colourOf(edit.state.labels, label));
    node.setAttribute('aria-pressed', label === armed);
    if (index < 9) node.append(make('kbd', '', String(index + 1)));
    node.append(make('span', '', label));
    return node;
  }));
}

function drawList(edit) {
  const all = edit.ordered(), rows = all.slice(0, MOST_ROWS).map((span) => {
    const row = make('li', span.id === edit.state.active ? 'se-active' : ''), go = make('button', 'se-go');
    go.type = 'button';
    go.dataset.go = go.dataset.key = span.id;
    const mark = make('i');
    mark.style.setProperty('--c', colourOf(edit.state.labels, span.label));
    go.append(mark, make('span', 'se-surface', edit.surface(span)), make('b', '', span.label));
    go.setAttribute('aria-label', told(span, edit.surface(span), edit.state.places));
    go.setAttribute('aria-pressed', span.id === edit.state.active);
    row.append(go);
    return row;
  });
  if (all.length > MOST_ROWS) rows.push(make('li', '', `and ${all.length - MOST_ROWS} more, in the text`));
  list.replaceChildren(...rows);
}

function drawTasks(edit) {
  tasks.replaceChildren(...edit.state.tasks.map((task, number) => {
    const node = make('fieldset', 'se-task');
    node.append(make('legend', '', `${task.task}${task.several ? ' (several may hold)' : ''}`));
    for (const label of task.labels) {
      const line = make('label'), input = make('input');
      input.type = task.several ? 'checkbox' : 'radio';
      input.name = `se-task-${number}`;
      input.checked = task.chosen.includes(label);
      const choice = `${number} ${task.labels.indexOf(label)}`;
      Object.assign(input.dataset, { choice, key: `task ${choice}`, task: task.task, label });
      const share = task.scores && task.scores[label] !== undefined ? ` ${roundPercent(task.scores[label])}` : '';
      line.append(input, make('span', '', label), make('small', '', share));
      node.append(line);
    }
    return node;
  }));
}
