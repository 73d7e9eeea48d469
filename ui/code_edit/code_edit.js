const box = element.querySelector('.ce-box');
const label = element.querySelector('.ce-label');
const hint = element.querySelector('.ce-hint');
label.textContent = facts.name;
hint.textContent = facts.hint;
box.id = label.htmlFor = facts.box_id;
hint.id = `${facts.box_id}-hint`;
box.setAttribute('aria-describedby', hint.id);
box.rows = facts.rows;
let timer = 0, told = null;

function hold() { props.value = { text: box.value, typed: true }; }

function send() {
  clearTimeout(timer);
  timer = 0;
  if (told === box.value) return;
  told = box.value;
  trigger('input');
}

function load() {
  const { text = '', typed = false } = props.value || {};
  if (box.value === text) { if (!typed) told = text; return; }
  // An answer to what was told earlier: what was typed since is newer.
  if (text === told) { hold(); return; }
  box.value = told = text;
}

box.addEventListener('input', () => { hold(); clearTimeout(timer); timer = setTimeout(send, 250); });
box.addEventListener('blur', () => { if (timer) send(); });
load();
watch('value', load);
