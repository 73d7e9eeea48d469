// Ctrl+Enter (or Cmd+Enter) presses the visible tab's run button, wherever the focus is; a result whose input has changed says so.
() => {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    const button = [...document.querySelectorAll('.wb-run')].find((one) => one.offsetParent !== null);
    if (button) { event.preventDefault(); button.click(); }
  }, true);
  // A list of choices would stay open when Tab leaves it (Gradio 6.31).
  document.addEventListener('keydown', ({ key, target }) => {
    if (key !== 'Tab' || !target.matches('[role="combobox"]')) return;
    setTimeout(() => { if (target.getAttribute('aria-expanded') === 'true' && document.activeElement !== target) target.dispatchEvent(new FocusEvent('blur')); }, 100);
  }, true);
  const KEPT = 'gliner2-workbench';
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
      document.querySelector('#wb-opened .wb-status')?.classList.add('wb-done');
      const columns = columnsOf(document.getElementById(status));
      if (columns?.dataset.changed) mark(columns);
      const target = [comparison, status].map((id) => document.getElementById(id)).find((node) => node?.offsetParent);
      const place = target?.getBoundingClientRect();
      if (!place || (place.top >= 0 && place.top < innerHeight - 80)) return;
      const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      target.scrollIntoView({ block: 'start', behavior: isCalm ? 'auto' : 'smooth' });
    },
    // After a link was opened in the open page: the result is of what stood there before.
    opened() {
      if (document.querySelector('#wb-opened .wb-problem')) return;
      mark([...document.querySelectorAll('.wb-columns')].find((one) => one.offsetParent));
    },
    // What was typed on a tab, in the browser's memory of this one tab: a reload brings it back.
    keep(tab, values) {
      try {
        const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? '{"tabs":{}}');
        sessionStorage.setItem(KEPT, JSON.stringify({ last: tab, tabs: { ...kept.tabs, [tab]: values } }));
      } catch { /* No room, or forbidden: the page works without. */ }
    },
    // A link says what is to be there, unless the page that it opened is reloaded or come back to: then what was kept is newer.
    kept() {
      const isReload = ['reload', 'back_forward'].includes(performance.getEntriesByType('navigation')[0]?.type);
      try { return location.hash && !isReload ? '' : sessionStorage.getItem(KEPT) ?? ''; } catch { return ''; }
    },
    link() { return this.kept() ? '' : location.hash.slice(1); },
    share(fragment) {
      history.replaceState(null, '', `#${fragment}`);
      navigator.clipboard?.writeText(location.href).catch(() => {});
    },
  };
  // A link that is pasted into the address bar of the open page.
  addEventListener('hashchange', () => {
    document.querySelector('#wb-opened .wb-done')?.classList.remove('wb-done');
    document.getElementById('open-link')?.click();
  });
  // What changed since a run was started makes its status say so; the next status is a new element without the mark.
  function columnsOf(node) { return node?.closest('.wb-columns'); }
  function mark(node) {
    const columns = columnsOf(node);
    if (!columns) return;
    columns.dataset.changed = 'yes';
    columns.querySelector('.wb-result .wb-status:not(.wb-fresh)')?.classList.add('wb-stale');
  }
  const EDITING = '.wb-undo, .cl-add, .cl-back button, .cl-buttons button, .reset-button';
  document.addEventListener('input', ({ target }) => { if (!target.closest('.wb-result')) mark(target); }, true);
  // A choice from a list writes its box without an `input`.
  document.addEventListener('mousedown', ({ target }) => mark(target.closest('.wb-columns [role="option"]')), true);
  document.addEventListener('keydown', ({ key, target }) => { if (key === 'Enter' && target.matches('.wb-columns [role="combobox"]')) mark(target); }, true);
  // Gradio makes 0 of a number that was emptied (6.31); it stays empty, and the run says what to type.
  document.addEventListener('blur', (event) => {
    if (event.target.value === '' && event.target.closest?.('[id$="-threshold"]')) event.stopImmediatePropagation();
  }, true);
  document.addEventListener('click', ({ target }) => {
    const examples = target.closest('[id$="-examples"]');
    if (examples) delete examples.parentElement.querySelector('.wb-columns')?.dataset.changed;
    else if (target.closest('.wb-run')) delete columnsOf(target)?.dataset.changed;
    else if (target.closest(EDITING)) mark(target);
  }, true);
  // Gradio's words for waiting, “queue: 3/8 | 9.5/0.9s”, in words that say what is meant; its guess of the time is left out.
  function told(words) {
    return words.replace(/\/\s*[\d.]+s/, 's').replace(/queue: (\d+)\/(\d+)\s*\|/, 'Waiting: place $1 of $2 in line ·').replace(/processing\s*\|/, 'Reading ·');
  }
  const observer = new MutationObserver((changes) => {
    for (const { target } of changes) {
      const meta = (target.parentElement ?? target).closest?.('.wb-result')?.querySelector('.progress-text');
      if (meta && meta.dataset.words !== told(meta.textContent)) meta.dataset.words = told(meta.textContent);
    }
  });
  const observe = () => document.querySelectorAll('.wb-result [id$="-status"]').forEach((one) => observer.observe(one, { childList: true, characterData: true, subtree: true }));
  document.addEventListener('click', observe, { capture: true, once: false });
  // A plot's marks are hundreds of parts without names; what it shows stands in words or in a table beside it.
  function hideMarks() {
    document.querySelectorAll('.vega-embed:not([aria-hidden])').forEach((one) => one.setAttribute('aria-hidden', 'true'));
  }
  let isLooking = false;
  new MutationObserver(() => {
    if (isLooking) return;
    isLooking = true;
    requestAnimationFrame(() => { isLooking = false; hideMarks(); });
  }).observe(document.body, { childList: true, subtree: true });
}
