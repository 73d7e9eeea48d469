// Draws structures and relations as cards: an instance each, a row per field, with text nodes only.

function buttonOf(words, name, data, key) {
  const node = make('button', name, words);
  node.type = 'button';
  Object.assign(node.dataset, data, { key });
  return node;
}

function drawRecords(edit) {
  const { state, records } = edit;
  cards.hidden = !state.groups.length;
  cards.replaceChildren(...state.groups.map((group, number) => {
    const node = make('section', 'se-group'), head = make('div', 'se-head');
    node.setAttribute('aria-label', group.name);
    const all = state.instances.filter((one) => one.kind === group.kind && one.name === group.name);
    const count = all.length === 1 ? '1 found' : `${all.length || 'none'} found`;
    head.append(make('h2', '', group.name), make('small', '', group.kind === 'relation' ? `relation, ${count}` : count));
    head.append(buttonOf('Add', 'se-tool', { add: number }, `add ${number}`));
    head.lastChild.setAttribute('aria-label', `Add ${group.name}`);
    node.append(head, ...all.map((one, at) => cardOf(edit, group, one, at < all.length - 1)));
    return node;
  }));
}

function cardOf({ state, records }, group, one, hasNext) {
  const card = make('div', 'se-card'), head = make('div', 'se-head'), title = records.title(one);
  card.setAttribute('role', 'group');
  card.setAttribute('aria-label', title);
  card.dataset.card = one.id;
  head.append(make('b', '', title));
  const actions = group.kind === 'relation' ? ['Remove'] : hasNext ? ['Split', 'Merge with next', 'Remove'] : ['Split', 'Remove'];
  for (const words of actions) {
    const node = buttonOf(words, 'se-tool', { act: words, instance: one.id }, `${words} ${one.id}`);
    node.setAttribute('aria-label', `${words}: ${title}`);
    head.append(node);
  }
  card.append(head, ...group.fields.map((field) => rowOf({ state, records }, one, field, title)));
  return card;
}

function rowOf({ state, records }, one, field, title) {
  const aimed = records.target(), isTarget = aimed && aimed.instance === one.id && aimed.field === field.name;
  const row = make('div', `se-row${isTarget ? ' se-target' : ''}`), values = make('div', 'se-values');
  const name = make('span', 'se-field', field.name);
  row.append(name, values);
  const own = one.values.filter((value) => value.field === field.name);
  if (field.choices) values.append(...choicesOf(one, field, own, title));
  else values.append(...own.sort((x, y) => x.a - y.a).map((value) => valueOf({ state, records }, value)), inputOf(one, field, title));
  return row;
}

function valueOf(edit, value) {
  const node = make('span', `se-value se-${value.source}${value.id === edit.state.active ? ' se-active' : ''}`);
  node.style.setProperty('--c', markColour(edit, value));
  const surface = edit.records.surface(value), go = buttonOf('', 'se-go', { go: value.id }, `go ${value.id}`);
  go.append(make('span', 'se-surface', surface));
  go.append(make('small', '', value.source === 'human' ? '✎' : value.score === null ? '' : roundPercent(value.score)));
  go.setAttribute('aria-label', told(value, surface, edit.state.places));
  go.setAttribute('aria-pressed', value.id === edit.state.active);
  const drop = buttonOf('×', 'se-drop', { drop: value.id }, `drop ${value.id}`);
  drop.setAttribute('aria-label', `Remove ${surface} from ${value.field}`);
  node.append(go, drop);
  return node;
}

function inputOf(one, field, title) {
  const node = make('input', 'se-typed');
  node.type = 'text';
  node.placeholder = field.several ? 'select in the text, or type' : 'select or type';
  node.setAttribute('aria-label', `${field.name} of ${title}: a part of the text`);
  Object.assign(node.dataset, { instance: one.id, field: field.name, key: `typed ${one.id} ${field.name}` });
  return node;
}

function choicesOf(one, field, own, title) {
  if (!field.several) {
    const node = make('select', 'se-choice');
    node.setAttribute('aria-label', `${field.name} of ${title}`);
    for (const choice of ['', ...field.choices]) {
      const option = make('option', '', choice || 'none');
      option.value = choice;
      option.selected = choice === (own[0]?.choice ?? '');
      node.append(option);
    }
    Object.assign(node.dataset, { instance: one.id, field: field.name, key: `choice ${one.id} ${field.name}` });
    return [node];
  }
  return field.choices.map((choice) => {
    const line = make('label'), input = make('input');
    input.type = 'checkbox';
    input.checked = own.some((value) => value.choice === choice);
    Object.assign(input.dataset, { instance: one.id, field: field.name, choice, key: `choice ${one.id} ${field.name} ${choice}` });
    line.append(input, make('span', '', choice));
    return line;
  });
}
