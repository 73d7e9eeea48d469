// Ctrl+Enter (or Cmd+Enter) presses the visible tab's run button, wherever the focus is; a result whose input has changed says so.
() => {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    const button = [...document.querySelectorAll('.wb-run')].find((one) => one.offsetParent !== null);
    if (button) { event.preventDefault(); button.click(); }
  }, true);
  // What was typed since a run makes its status say so; the next status is a new element without the mark.
  document.addEventListener('input', (event) => {
    const tab = event.target.closest('[role="tabpanel"]');
    if (!tab || event.target.closest('.wb-file')) return;
    tab.querySelector('.wb-result .wb-status:not(.wb-fresh)')?.classList.add('wb-stale');
  }, true);
}
