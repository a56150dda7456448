// What matters in a photograph: where it is tapped, or where the arrow keys lead. Without scripts a tap sends the form.
//
// input[type=image][data-picture] stands in one element with
//   input[data-focus]           "x,y" from -1 to 1, from left to right and from bottom to top; empty for the middle
//   [data-spot]                 the ring that shows it, by the classes x0 to x10 and y0 to y10

const STEPS = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };

const focusOf = (picture) => picture.parentElement.querySelector("[data-focus]");
const placeOf = (picture) => (focusOf(picture).value || "0,0").split(",").map(Number);

/** Show where it is. */
function show(picture) {
  const [x, y] = placeOf(picture);
  const spot = picture.parentElement.querySelector("[data-spot]");
  spot.className = `spot x${Math.round(x * 5 + 5)} y${Math.round(5 - y * 5)}`;
  spot.hidden = !focusOf(picture).value;
}

/** Keep another place. */
function point(picture, x, y) {
  const focus = focusOf(picture);
  focus.value = [x, y].map((place) => Math.round(Math.min(Math.max(place, -1), 1) * 100) / 100).join(",");
  show(picture);
  focus.dispatchEvent(new Event("input", { bubbles: true }));
}

const pictureAt = (event) => event.target.closest?.("input[type=image][data-picture]");

document.addEventListener("click", (event) => {
  const picture = pictureAt(event);
  if (!picture) return;
  event.preventDefault();
  // Without detail a key was pressed, and no finger.
  if (!event.detail) return;
  const place = picture.getBoundingClientRect();
  point(picture, (2 * (event.clientX - place.left)) / place.width - 1, 1 - (2 * (event.clientY - place.top)) / place.height);
});

document.addEventListener("keydown", (event) => {
  const step = pictureAt(event) && STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  const [x, y] = placeOf(event.target);
  point(event.target, x + step[0], y + step[1]);
});

document.addEventListener("restored", () => document.querySelectorAll("input[type=image][data-picture]").forEach(show));
