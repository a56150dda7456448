// Her first page beside the form, as it would look: form[data-mirror=ID] and iframe[data-preview=ADDRESS].
// Nothing is saved by it. Without this, a button shows it.

const WAIT_MS = 200;

for (const form of document.querySelectorAll("form[data-mirror]")) {
  const frame = document.getElementById(form.dataset.mirror);
  let timer;

  const show = () => {
    const wanted = new URLSearchParams(new FormData(form));
    wanted.delete("token");
    wanted.delete("version");
    // The way back leads to the page before this one, not to the look before this one.
    frame.contentWindow.location.replace(`${frame.dataset.preview}?${wanted}`);
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "color") form.elements.accent.value = "own";
    clearTimeout(timer);
    timer = setTimeout(show, WAIT_MS);
  });
}
for (const one of document.querySelectorAll("[data-needs-no-script]")) one.hidden = true;
