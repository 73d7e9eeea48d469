// Mouse, keyboard and events of the editor; offsets in the value are code points, the DOM counts UTF-16 units.
const caret = find('.se-caret'), live = find('.se-live');
let anchor = 0, focus = 0, armed = null, isDrawing = false;
const edit = editing((words, isOnlySaid) => { if (!isOnlySaid) send(); draw(); say(words); });
const { state } = edit;

function say(words) { if (words) { live.textContent = ''; requestAnimationFrame(() => { live.textContent = words; }); } }

function send() {
  props.value = edit.value();
  trigger('input');
}

function draw() {
  const isEmpty = !state.text;
  element.querySelectorAll('.se-tools, .se-help, .se-keys').forEach((one) => { one.hidden = isEmpty; });
  find('.se-records-help').hidden = !state.groups.length;
  find('.se-labels-help').hidden = find('[data-tool="every"]').hidden = !state.labels.length;
  const held = element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  box.classList.toggle('se-empty', isEmpty);
  box.parentElement.classList.toggle('se-held', state.groups.length > 0);
  drawPalette(edit, armed);
  if (isEmpty) { box.replaceChildren(make('span', '', facts.empty)); for (const part of [list, tasks, cards]) part.replaceChildren(); return; }
  drawText(edit);
  drawList(edit);
  drawRecords(edit);
  drawTasks(edit);
  isDrawing = true;
  if (held !== undefined) (element.querySelector(`[data-key="${CSS.escape(held)}"]`) || box).focus();
  isDrawing = false;
  showSelection();
}

function showSelection() {
  const isHere = document.activeElement === box;
  caret.hidden = !isHere || anchor !== focus || !state.text;
  if (!isHere) return;
  if (anchor !== focus) {
    getSelection().setBaseAndExtent(...nodeAt(box, anchor, anchor > focus), ...nodeAt(box, focus, focus > anchor));
  } else if (!caret.hidden) {
    const range = document.createRange(), frame = box.parentElement.getBoundingClientRect();
    range.setStart(...nodeAt(box, focus, true));
    const at = range.getClientRects()[0] || box.getBoundingClientRect();
    Object.assign(caret.style, { left: `${at.left - frame.left}px`, top: `${at.top - frame.top}px`, height: `${Math.min(at.height || 18, 24)}px` });
  }
}

function select(from, to) { anchor = from; focus = to; if (from === to) getSelection().removeAllRanges(); showSelection(); }

function apply(label) {
  const [from, to] = [Math.min(anchor, focus), Math.max(anchor, focus)];
  if (from !== to) { edit.add(from, to, label); select(to, to); }
  else if (edit.chosen()) edit.relabel(label);
  else { armed = armed === label ? null : label; draw(); say(armed ? `${label}: every selection gets it` : 'Selections get no label'); }
}

function every() {
  const span = edit.chosen(), [from, to] = [Math.min(anchor, focus), Math.max(anchor, focus)];
  if (!state.labels.length) say('There are no labels: this record has fields only');
  else if (span && span.label) edit.every(span.a, span.b, span.label);
  else edit.every(from, to, armed || state.labels[0]);
}

function go(id) {
  state.active = id;
  const span = edit.chosen();
  draw();
  if (!span) return;
  if (span.field) edit.records.aim(edit.state.instances.find((one) => one.values.includes(span)).id, span.field);
  select(span.a, span.a);
  box.querySelector(`[data-span="${id}"]`)?.scrollIntoView({ block: 'nearest' });
  say(told(span, edit.surface(span), state.places));
}

function goBy(direction) {
  const all = edit.marks(), at = all.findIndex((one) => one.id === state.active);
  if (!all.length) { say('No spans yet'); return; }
  go(all[(at < 0 ? (direction > 0 ? 0 : all.length - 1) : at + direction + all.length) % all.length].id);
}

box.addEventListener('mouseup', (event) => {
  const selection = getSelection();
  if (!state.text || !selection.rangeCount || !box.contains(selection.anchorNode)) return;
  let from = offsetOf(box, state.text.length, selection.anchorNode, selection.anchorOffset);
  let to = offsetOf(box, state.text.length, selection.focusNode, selection.focusOffset);
  if (from === to) {
    const hit = event.target.closest('[data-span]');
    state.active = hit ? Number(hit.dataset.span) : null;
    anchor = focus = from;
    draw();
    return;
  }
  if (from > to) [from, to] = [to, from];
  if (!event.altKey) [from, to] = snapped(state.places, from, to);
  state.active = null;
  if (armed) { edit.add(from, to, armed); select(to, to); }
  else if (edit.records.target()) { edit.records.bind(from, to); select(to, to); } else { draw(); select(from, to); say(`Selected: ${state.text.slice(from, to)}`); }
});
box.addEventListener('focus', showSelection);
box.addEventListener('blur', () => { caret.hidden = true; });

const KEYS = {
  ']': () => goBy(1), '[': () => goBy(-1), Delete: edit.remove, Backspace: edit.remove, e: every,
  ',': () => edit.nudge('a', -1), '.': () => edit.nudge('a', 1), '<': () => edit.nudge('b', -1), '>': () => edit.nudge('b', 1),
  Enter: () => { const [from, to] = [Math.min(anchor, focus), Math.max(anchor, focus)]; edit.records.bind(from, to); select(to, to); },
  Escape: () => { state.active = state.target = null; armed = null; anchor = focus; getSelection().removeAllRanges(); draw(); },
};

box.addEventListener('keydown', (event) => {
  const { key } = event, isMod = event.ctrlKey || event.metaKey;
  if (!state.text || (key === 'Enter' && isMod)) return;
  if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(key)) {
    const to = stepped(state.text, state.places, focus, key, isMod || event.altKey);
    select(event.shiftKey ? anchor : to, to);
    if (event.shiftKey) say(state.text.slice(Math.min(anchor, focus), Math.max(anchor, focus)));
  } else if (isMod && key.toLowerCase() === 'z') (event.shiftKey ? edit.redo : edit.undo)();
  else if (isMod && key.toLowerCase() === 'y') edit.redo();
  else if (isMod) return;
  else if (/^[1-9]$/.test(key) && state.labels[key - 1]) apply(state.labels[key - 1]);
  else if (KEYS[key]) KEYS[key]();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

const TOOLS = { undo: edit.undo, redo: edit.redo, every, remove: edit.remove };
element.addEventListener('mousedown', (event) => { if (event.target.closest('.se-label, .se-tool')) event.preventDefault(); });
element.addEventListener('click', (event) => {
  const hit = (name) => event.target.closest(name);
  if (hit('.se-label')) apply(hit('.se-label').dataset.label);
  else if (hit('[data-tool]')) TOOLS[hit('[data-tool]').dataset.tool]();
  else if (hit('.se-go')) go(Number(hit('.se-go').dataset.go));
});

function showFault(input, words) {
  const row = input.closest('.se-row');
  row.querySelector('.se-fault')?.remove();
  row.append(make('small', 'se-fault', words));
  input.setAttribute('aria-invalid', 'true');
  say(words);
}

const ACTS = {
  Split: () => edit.records.split(state.active), Remove: edit.records.removeInstance, 'Merge with next': edit.records.merge,
};
cards.addEventListener('click', ({ target }) => {
  const hit = (name) => target.closest(`[data-${name}]`)?.dataset[name];
  if (hit('drop')) edit.records.unbind(Number(hit('drop')));
  else if (hit('act')) ACTS[hit('act')](Number(hit('instance')));
  else if (hit('add')) {
    const group = state.groups[hit('add')], id = edit.records.addInstance(group.kind, group.name);
    element.querySelector(`[data-card="${id}"] :is(input, select)`)?.focus();
  }
});
cards.addEventListener('focusin', ({ target }) => {
  if (isDrawing || !target.matches('.se-typed')) return;
  const now = edit.records.target(), [instance, field] = [Number(target.dataset.instance), target.dataset.field];
  if (now && now.instance === instance && now.field === field) return;
  armed = null;
  edit.records.aim(instance, field);
  cards.querySelectorAll('.se-row').forEach((row) => row.classList.toggle('se-target', row.contains(target)));
  drawPalette(edit, armed);
});
cards.addEventListener('keydown', (event) => {
  const { key, target } = event, isMod = event.ctrlKey || event.metaKey;
  if (key === 'Enter' && !isMod && target.matches('.se-typed')) {
    event.preventDefault();
    const fault = edit.records.bindTyped(Number(target.dataset.instance), target.dataset.field, target.value);
    if (fault) { showFault(target, fault); return; }
    const aimed = edit.records.target();
    element.querySelector(`[data-key="${CSS.escape(`typed ${aimed.instance} ${aimed.field}`)}"]`)?.focus();
  } else if (key === 'Escape') { state.target = null; draw(); box.focus(); }
  else if (isMod && key.toLowerCase() === 'z' && !target.value) { event.preventDefault(); (event.shiftKey ? edit.redo : edit.undo)(); }
});
cards.addEventListener('change', ({ target }) => {
  const { instance, field, choice } = target.dataset;
  if (target.matches('select')) edit.records.pick(Number(instance), field, target.value, target.value !== '');
  else if (choice !== undefined) edit.records.pick(Number(instance), field, choice, target.checked);
});
tasks.addEventListener('change', (event) => edit.choose(event.target.dataset.task, event.target.dataset.label, event.target.checked));

function load() { edit.load(props.value || {}); anchor = focus = 0; live.textContent = ''; draw(); }
load();
watch('value', () => { if (JSON.stringify(props.value) !== JSON.stringify(edit.value())) load(); });
