// Structures and relations of a record: instances with values that lie in the text or are choices. Every change is a step.

function instancesOf(state, step, onChange, newId) {
  const groupOf = (one) => state.groups.find((group) => group.kind === one.kind && group.name === one.name);
  const fieldOf = (one, name) => groupOf(one).fields.find((field) => field.name === name);
  const byId = (id) => state.instances.find((one) => one.id === id);
  const holding = (valueId) => state.instances.find((one) => one.values.some((value) => value.id === valueId));
  const siblings = (one) => state.instances.filter((other) => other.kind === one.kind && other.name === one.name);
  const title = (one) => (siblings(one).length > 1 ? `${one.name} ${siblings(one).indexOf(one) + 1}` : one.name);
  const surface = (value) => (value.choice === undefined ? state.text.slice(value.a, value.b) : value.choice);
  const target = () => (byId(state.target?.instance) && fieldOf(byId(state.target.instance), state.target.field) ? state.target : null);

  function marks() {
    // Values as the text shows them.
    return state.instances.flatMap((one) => one.values.filter((value) => value.choice === undefined).map((value) => ({
      ...value, label: `${value.field}${siblings(one).length > 1 ? ` ${siblings(one).indexOf(one) + 1}` : ''}`, instance: one.id,
    })));
  }

  function aim(instance, field) { state.target = { instance, field }; }

  function addInstance(kind, name) {
    const one = { id: newId(), kind, name, values: [] };
    step(() => {
      const last = state.instances.findLastIndex((other) => other.kind === kind && other.name === name);
      state.instances.splice(last < 0 ? state.instances.length : last + 1, 0, one);
      const first = groupOf(one).fields.find((field) => !field.choices);
      if (first) aim(one.id, first.name);
    }, `Added ${name}`);
    return one.id;
  }

  function removeInstance(id) {
    const one = byId(id), words = title(one);
    step(() => { state.instances = state.instances.filter((other) => other.id !== id); }, `Removed ${words}`);
  }

  function bind(from, to) {
    const [a, b] = trimmed(state.text, from, to), aimed = target();
    if (!aimed) { onChange('Choose a field first', true); return; }
    if (a === b) { onChange('Select some text first', true); return; }
    const one = byId(aimed.instance), field = fieldOf(one, aimed.field);
    if (one.values.some((value) => value.field === field.name && value.a === a && value.b === b)) {
      onChange(`${field.name} has this value already`, true);
      return;
    }
    step(() => {
      const value = { id: newId(), field: field.name, a, b, score: null, source: 'human' };
      state.active = value.id;
      if (!field.several) one.values = one.values.filter((other) => other.field !== field.name);
      one.values.push(value);
      if (!field.several) {
        // A field that takes one value is done: the next one without a value is up.
        const fields = groupOf(one).fields.filter((other) => !other.choices);
        const next = fields.slice(fields.indexOf(field) + 1).find((other) => !one.values.some((made) => made.field === other.name));
        if (next) aim(one.id, next.name);
      }
    }, `${field.name} of ${title(one)}: ${state.text.slice(a, b)}`);
  }

  function bindTyped(instance, name, typed) {
    // Returns what is wrong with the words, or nothing.
    aim(instance, name);
    const wanted = typed.trim(), one = byId(instance);
    if (!wanted) return 'Type a part of the text, or select it there.';
    const taken = new Set(one.values.filter((value) => value.field === name).map((value) => value.a));
    const places = [];
    for (const [text, word] of [[state.text, wanted], [state.text.toLowerCase(), wanted.toLowerCase()]]) {
      // Lower case may have another length, as of İ: such a text is searched as it is.
      if (text.length !== state.text.length) continue;
      for (let at = text.indexOf(word); at >= 0 && word.length === wanted.length; at = text.indexOf(word, at + 1)) places.push(at);
      if (places.length) break;
    }
    const at = places.find((place) => !taken.has(place));
    if (at === undefined) {
      return places.length ? `Every “${wanted}” in the text is a value of ${name} already.`
        : `“${wanted}” is not in the text. A value must be a part of the text, because training learns its place.`;
    }
    bind(at, at + wanted.length);
    return '';
  }

  function unbind(valueId) {
    const one = holding(valueId), value = one.values.find((other) => other.id === valueId);
    step(() => {
      one.values = one.values.filter((other) => other !== value);
      if (value.choice === undefined) aim(one.id, value.field);
    }, `Removed ${surface(value)} from ${value.field} of ${title(one)}`);
  }

  function pick(instance, name, choice, isChosen) {
    const one = byId(instance), field = fieldOf(one, name);
    step(() => {
      const others = one.values.filter((value) => value.field !== name || (field.several && value.choice !== choice));
      one.values = isChosen ? [...others, { id: newId(), field: name, choice, score: null, source: 'human' }] : others;
    }, `${name} of ${title(one)}: ${isChosen ? choice : 'none'}`);
  }

  function split(valueId) {
    // The chosen value and what lies behind it in the text begin an instance of their own.
    const one = holding(valueId), value = one?.values.find((other) => other.id === valueId);
    if (!value || value.choice !== undefined) { onChange('Choose the value that begins the new one first', true); return; }
    const moved = one.values.filter((other) => other.choice === undefined && other.a >= value.a);
    if (moved.length === one.values.length) { onChange('All values lie behind this one: there is nothing to part', true); return; }
    step(() => {
      one.values = one.values.filter((other) => !moved.includes(other));
      state.instances.splice(state.instances.indexOf(one) + 1, 0, { id: newId(), kind: one.kind, name: one.name, values: moved });
    }, `Split ${one.name} at ${surface(value)}`);
  }

  function merge(id) {
    const one = byId(id), all = siblings(one), next = all[all.indexOf(one) + 1];
    if (!next) return;
    const dropped = [];
    step(() => {
      for (const value of next.values) {
        const field = fieldOf(one, value.field), same = one.values.filter((other) => other.field === value.field);
        if (same.some((other) => other.a === value.a && other.b === value.b && other.choice === value.choice)) continue;
        if (!field.several && same.length) dropped.push(`${value.field} ${surface(value)}`);
        else one.values.push(value);
      }
      state.instances = state.instances.filter((other) => other !== next);
    }, '');
    onChange(`Merged two of ${one.name}${dropped.length ? `; ${dropped.join(', ')} had no place` : ''}`, true);
  }

  return { groupOf, byId, title, surface, target, marks, aim, addInstance, removeInstance, bind, bindTyped, unbind, pick, split, merge, siblings };
}
