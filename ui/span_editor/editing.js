// What is edited, and every step of it: a step can be undone and done again without limit. Spans carry units (a, b).

function editing(onChange) {
  let past = [], future = [], number = 0;
  const state = {
    record: 0, text: '', places: placesOf(''), labels: [], spans: [], tasks: [], groups: [], instances: [], active: null, target: null,
  };
  const newId = () => (number += 1);
  const copy = () => JSON.stringify([state.spans, state.tasks, state.instances]);

  function load(value) {
    const text = value.text || '', places = placesOf(text);
    Object.assign(state, {
      record: value.record || 0, text, places, labels: value.labels || [], active: null, target: null,
      spans: (value.spans || []).map((one) => placed(one, places)),
      tasks: structuredClone(value.tasks || []),
      groups: value.groups || [],
      instances: (value.instances || []).map(({ kind, name, values }) => ({ id: newId(), kind, name, values: values.map((one) => placed(one, places)) })),
    });
    past = [];
    future = [];
  }

  function placed({ start, end, ...rest }, places) {
    return rest.choice === undefined ? { ...rest, id: newId(), a: places.toUnit(start), b: places.toUnit(end) } : { ...rest, id: newId() };
  }

  function written({ id, a, b, score, ...rest }) {
    const place = rest.choice === undefined ? { start: state.places.toPoint(a), end: state.places.toPoint(b) } : {};
    return { ...place, ...rest, score: score ?? null };
  }

  function value() {
    return {
      record: state.record, text: state.text, labels: state.labels, spans: ordered().map(written), tasks: state.tasks, groups: state.groups,
      instances: state.instances.map(({ kind, name, values }) => ({ kind, name, values: values.map(written) })),
    };
  }

  function ordered() {
    const at = (span) => state.labels.indexOf(span.label);
    return [...state.spans].sort((x, y) => x.a - y.a || y.b - x.b || at(x) - at(y));
  }

  // Everything that lies in the text: spans of labels and values of fields.
  const marks = () => [...ordered(), ...records.marks()].sort((x, y) => x.a - y.a || y.b - x.b);

  function step(change, words) {
    const before = copy();
    change();
    if (copy() === before) return false;
    past.push(before);
    future = [];
    onChange(words);
    return true;
  }

  function travel(from, to, words) {
    if (!from.length) { onChange(`Nothing to ${words}`, true); return; }
    to.push(copy());
    [state.spans, state.tasks, state.instances] = JSON.parse(from.pop());
    if (!chosen()) state.active = null;
    onChange(words === 'undo' ? 'Undone' : 'Done again');
  }

  const surface = (span) => state.text.slice(span.a, span.b);
  const find = (a, b, label) => state.spans.find((one) => one.a === a && one.b === b && one.label === label);
  const chosen = () => [...state.spans, ...state.instances.flatMap((one) => one.values)].find((one) => one.id === state.active);

  function add(from, to, label) {
    const [a, b] = trimmed(state.text, from, to);
    if (a === b) { onChange('Select some text first', true); return; }
    const known = find(a, b, label);
    if (known) { state.active = known.id; onChange(`Already labelled ${label}`, true); return; }
    step(() => {
      state.active = newId();
      state.spans.push({ id: state.active, a, b, label, score: null, source: 'human' });
    }, `Added ${label}: ${state.text.slice(a, b)}`);
  }

  function relabel(label) {
    const span = chosen();
    if (!span || !span.label || span.label === label) return;
    if (find(span.a, span.b, label)) { onChange(`Already labelled ${label}`, true); return; }
    step(() => Object.assign(span, { label, score: null, source: 'human' }), `Now ${label}: ${surface(span)}`);
  }

  function remove() {
    const span = chosen();
    if (!span) { onChange('Choose a span first', true); return; }
    if (span.field) { records.unbind(span.id); return; }
    const all = ordered(), at = all.indexOf(span), next = all[at + 1] || all[at - 1];
    step(() => {
      state.spans = state.spans.filter((one) => one !== span);
      state.active = next ? next.id : null;
    }, `Removed ${span.label}: ${surface(span)}`);
  }

  function nudge(side, direction) {
    const span = chosen();
    if (!span) return;
    const { stops } = state.places, to = stops[stops.indexOf(span[side]) + direction];
    if (to === undefined || (side === 'a' ? to >= span.b : to <= span.a)) return;
    const moved = side === 'a' ? [to, span.b] : [span.a, to];
    if (span.label && find(...moved, span.label)) { onChange('Another span of this label is there already', true); return; }
    step(() => Object.assign(span, { [side]: to, score: null, source: 'human' }), `Now: ${state.text.slice(...moved)}`);
  }

  function every(from, to, label) {
    // Whole words only where the selection is one: "art" is not labelled inside "start".
    const [a, b] = trimmed(state.text, from, to), wanted = state.text.slice(a, b);
    if (!wanted) { onChange('Select some text, or choose a span', true); return; }
    const isLetter = (one) => one !== undefined && /[\p{L}\p{N}_]/u.test(one);
    let added = 0;
    step(() => {
      for (let at = state.text.indexOf(wanted); at >= 0; at = state.text.indexOf(wanted, at + 1)) {
        const end = at + wanted.length;
        const cuts = (isLetter(state.text[at - 1]) && isLetter(wanted[0])) || (isLetter(state.text[end]) && isLetter(wanted.at(-1)));
        if (cuts || find(at, end, label)) continue;
        state.spans.push({ id: newId(), a: at, b: end, label, score: null, source: 'human' });
        added += 1;
      }
    }, '');
    onChange(added ? `Added ${label} ${added} times` : `Every “${wanted}” is labelled ${label} already`, true);
  }

  function choose(task, label, isChosen) {
    step(() => {
      const one = state.tasks.find((other) => other.task === task);
      const others = one.several ? one.chosen.filter((other) => other !== label) : [];
      one.chosen = isChosen ? [...others, label] : others;
      one.chosen.sort((x, y) => one.labels.indexOf(x) - one.labels.indexOf(y));
      one.source = 'human';
    }, `${task}: ${label}`);
  }

  const records = instancesOf(state, step, onChange, newId);
  return {
    state, records, load, value, ordered, marks, surface, chosen, add, relabel, remove, nudge, every, choose,
    undo: () => travel(past, future, 'undo'),
    redo: () => travel(future, past, 'redo'),
  };
}
