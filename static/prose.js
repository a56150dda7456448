// How a text will look, while it is being written: textarea[data-preview=ID] in a form[data-prose=ADDRESS].
// Without this, a button shows it.

const WAIT_MS = 400;

for (const area of document.querySelectorAll("form[data-prose] textarea[data-preview]")) {
  const shown = document.getElementById(area.dataset.preview);
  const form = area.form;
  let timer;
  let asked = 0;

  const ask = async () => {
    const number = (asked += 1);
    const body = new URLSearchParams({ token: form.elements.token.value, text: area.value });
    try {
      const answer = await fetch(form.dataset.prose, { method: "POST", body });
      if (!answer.ok || number !== asked) return;
      // What comes is made by the server, which lets nothing through that could run.
      shown.innerHTML = await answer.text();
      shown.hidden = !area.value.trim();
    } catch {
      // Without a line, what was shown stays.
    }
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
}
for (const one of document.querySelectorAll("[data-needs-no-script]")) one.hidden = true;
