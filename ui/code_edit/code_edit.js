const box = element.querySelector('.ce-box');
const label = element.querySelector('.ce-label');
const hint = element.querySelector('.ce-hint');
label.textContent = facts.name;
hint.textContent = facts.hint;
box.id = label.htmlFor = facts.box_id;
hint.id = `${facts.box_id}-hint`;
box.setAttribute('aria-describedby', hint.id);
box.rows = facts.rows;
let timer = 0;

function send() {
  clearTimeout(timer);
  if (props.value === box.value) return;
  props.value = box.value;
  trigger('input');
}

function load() {
  // What is being typed, and was not sent yet, is newer than what arrives.
  if (timer && document.activeElement === box) return;
  if (box.value !== (props.value || '')) box.value = props.value || '';
}

box.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(() => { timer = 0; send(); }, 250); });
box.addEventListener('blur', () => { if (timer) { timer = 0; send(); } });
load();
watch('value', load);
