// Ctrl+Enter (or Cmd+Enter) presses the visible tab's run button, wherever the focus is; a result whose input has changed says so.
() => {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    const button = [...document.querySelectorAll('.wb-run')].find((one) => one.offsetParent !== null);
    if (button) { event.preventDefault(); button.click(); }
  }, true);
  // Called by the schema buttons: a file without a round trip over the server's disk, and a link that is in the address bar, too.
  window.workbench = {
    save(text, name) {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    },
    share(fragment) {
      history.replaceState(null, '', `#${fragment}`);
      navigator.clipboard?.writeText(location.href).catch(() => {});
    },
  };
  // What was typed since a run makes its status say so; the next status is a new element without the mark.
  document.addEventListener('input', (event) => {
    const tab = event.target.closest('[role="tabpanel"]');
    if (!tab || event.target.closest('.wb-file')) return;
    tab.querySelector('.wb-result .wb-status:not(.wb-fresh)')?.classList.add('wb-stale');
  }, true);
}
