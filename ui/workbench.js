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
    // After a run: shows the comparison, if there is one, or the result, where neither can be seen.
    reveal(status, comparison) {
      document.body.classList.add('wb-has-run');
      const target = [comparison, status].map((id) => document.getElementById(id)).find((node) => node?.offsetParent);
      const place = target?.getBoundingClientRect();
      if (!place || (place.top >= 0 && place.top < innerHeight - 80)) return;
      const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      target.scrollIntoView({ block: 'start', behavior: isCalm ? 'auto' : 'smooth' });
    },
    share(fragment) {
      history.replaceState(null, '', `#${fragment}`);
      navigator.clipboard?.writeText(location.href).catch(() => {});
    },
  };
  // What changed since a run makes its status say so; the next status is a new element without the mark.
  function mark(node) { node.closest('[role="tabpanel"]')?.querySelector('.wb-result .wb-status:not(.wb-fresh)')?.classList.add('wb-stale'); }
  document.addEventListener('input', (event) => { if (!event.target.closest('.wb-file')) mark(event.target); }, true);
  document.addEventListener('click', (event) => { if (event.target.closest('.wb-undo')) mark(event.target); }, true);
}
