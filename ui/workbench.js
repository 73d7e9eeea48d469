// Ctrl+Enter (or Cmd+Enter) presses the visible tab's run button, wherever the focus is.
() => {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    const button = [...document.querySelectorAll('.wb-run')].find((one) => one.offsetParent !== null);
    if (button) { event.preventDefault(); button.click(); }
  }, true);
}
