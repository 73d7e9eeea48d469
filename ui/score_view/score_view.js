// Draws [{task, several, threshold, labels}] with text nodes only.
const box = element.querySelector('.bv-box');
const MANY = 12;

function percent(share) { return (100 * share).toFixed(1) + '\u00a0%'; }

function rowOf(one, threshold) {
  const row = make('li', one.chosen ? 'bv-row bv-chosen' : 'bv-row');
  const track = make('span', 'bv-track'), bar = make('span', 'bv-bar');
  track.setAttribute('aria-hidden', 'true');
  bar.style.width = `${100 * one.probability}%`;
  track.append(bar);
  if (threshold !== null) { const mark = make('span', 'bv-mark'); mark.style.left = `${100 * threshold}%`; track.append(mark); }
  const name = make('span', 'bv-name', one.label);
  const value = make('span', 'bv-value', percent(one.probability));
  row.append(make('span', 'bv-tick', one.chosen ? '✓' : ''), name, track, value);
  if (one.chosen) row.append(make('span', 'bv-word', 'chosen'));
  row.dataset.label = one.label;
  row.dataset.probability = one.probability;
  row.dataset.chosen = one.chosen;
  return row;
}

function taskNode(task) {
  const node = make('section', 'bv-task');
  const head = make('h3', 'bv-head', task.task);
  const chosen = task.labels.filter((one) => one.chosen).map((one) => one.label);
  const answer = make('p', 'bv-answer', chosen.length ? chosen.join(', ') : 'no label reaches the threshold');
  const how = make('p', 'bv-how', task.several ? `several may hold, from ${percent(task.threshold)} on` : 'exactly one holds');
  const list = make('ul', 'bv-list');
  list.setAttribute('aria-label', `Probabilities of ${task.task}`);
  const rows = task.labels.map((one) => rowOf(one, task.threshold));
  if (rows.length > MANY) rows.sort((a, b) => b.dataset.probability - a.dataset.probability);
  list.append(...rows.slice(0, MANY));
  node.append(head, answer, how, list);
  if (rows.length > MANY) {
    const details = make('details', 'bv-more'), more = make('ul', 'bv-list');
    more.append(...rows.slice(MANY));
    details.append(make('summary', '', `${rows.length - MANY} more, less likely`), more);
    node.append(details);
  }
  return node;
}

function draw() {
  const tasks = props.value || [];
  box.classList.toggle('bv-empty', !tasks.length);
  box.replaceChildren(...(tasks.length ? tasks.map(taskNode) : [make('p', '', facts.empty)]));
}

draw();
watch('value', draw);
