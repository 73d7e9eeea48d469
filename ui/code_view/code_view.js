const box = element.querySelector('.cv-text');
const copy = element.querySelector('.cv-copy');
box.setAttribute('aria-label', facts.name);
element.querySelector('.cv-name').textContent = facts.name;

function draw() {
  box.textContent = props.value || 'Appears after a run.';
  copy.hidden = !props.value;
}

copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(props.value);
    copy.textContent = 'Copied';
  } catch {
    // Without permission (a page not on https, say) the text is selected instead, ready for Ctrl+C.
    getSelection().selectAllChildren(box);
    copy.textContent = 'Selected: press Ctrl+C';
  }
  setTimeout(() => { copy.textContent = 'Copy'; }, 2500);
});

draw();
watch('value', draw);
