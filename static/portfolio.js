// What scripts add to a work's page. Nothing depends on it: without it photographs are links, and addresses text.

const opened = document.querySelector("#photographs")?.content.firstElementChild.cloneNode(true);
const figures = [...document.querySelectorAll(".work figure")];

/** Return a slide with a figure's photograph, as large as the window, and what stands below it. */
function slideOf(figure) {
  const slide = document.createElement("li");
  const picture = figure.querySelector("picture").cloneNode(true);
  for (const part of picture.children) part.sizes = "100vw";
  picture.querySelector("img").loading = "lazy";
  slide.append(picture);
  const legend = document.createElement("p");
  legend.append(...(figure.querySelector("figcaption")?.cloneNode(true).childNodes ?? []));
  slide.append(legend);
  return slide;
}

/** Let photographs open over the page, to be leafed through by keys, by buttons, or by hand. */
function openOverPage() {
  const strip = opened.querySelector("ol");
  const width = () => strip.clientWidth || 1;
  const now = () => Math.round(Math.abs(strip.scrollLeft) / width());
  const turn = (to, behavior) => strip.children[to]?.scrollIntoView({ behavior, inline: "center", block: "nearest" });
  const leaf = (step) => turn(now() + step, matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  const onward = getComputedStyle(document.documentElement).direction === "rtl" ? -1 : 1;

  for (const button of opened.querySelectorAll("[data-step]")) button.onclick = () => leaf(Number(button.dataset.step));
  opened.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -onward, ArrowRight: onward }[event.key];
    if (step) {
      event.preventDefault();
      leaf(step);
    }
  });
  // A click beside the photograph closes.
  opened.addEventListener("click", (event) => event.target.matches("dialog, ol, li") && opened.close());

  figures.forEach((figure, index) => {
    const open = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      if (!opened.isConnected) {
        strip.append(...figures.map(slideOf));
        document.body.append(opened);
      }
      opened.showModal();
      turn(index, "auto");
    };
    const link = figure.querySelector("a:has(img)");
    if (link) {
      link.addEventListener("click", open);
      return;
    }
    const picture = figure.querySelector("picture");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "opens", onclick: open });
    if (!picture.querySelector("img")?.alt) button.ariaLabel = opened.ariaLabel;
    picture.replaceWith(button);
    button.append(picture);
  });
}

if (opened && figures.length && opened.showModal) openOverPage();

for (const button of document.querySelectorAll("button[data-copies]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent.trim());
    button.textContent = button.dataset.done;
  });
}
