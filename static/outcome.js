// What came of publishing: looks whether the photographs are made, and copies the address.

const LOOK_EVERY_MS = 1200;

/** Tell how many photographs are still being made; open the page anew once the work is out. */
async function watch(place) {
  const told = place.querySelector("[data-told]");
  for (let unmade = -1; ; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const headers = { Accept: "application/json", "X-Token": "" };
    const answer = await fetch(place.dataset.waitsFor, { headers }).catch(() => null);
    if (!answer) continue;
    const now = answer.ok ? await answer.json() : { state: "gone" };
    if (now.state !== "waiting") location.reload();
    else if (now.unmade !== unmade) told.textContent = now.told;
    unmade = now.unmade;
  }
}

const waiting = document.querySelector("[data-waits-for]");
if (waiting) watch(waiting);

for (const button of document.querySelectorAll("button[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.done;
  });
}

// What this device kept of the draft is out, or safe on the server.
const kept = document.querySelector("[data-draft-kept]");
if (kept) localStorage.removeItem(`draft-${kept.dataset.draftKept}`);
