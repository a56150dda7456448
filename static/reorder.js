// Lists that are put in order by hand: by dragging, with finger or mouse, or by buttons. Without scripts the buttons send
// their form.
//
// <ol data-reorder="NAME" data-say-moved="Now number {place} of {count}."> holds li[data-item=ID], and each of those
//   [data-handle]              what is taken hold of
//   button[data-move="-1"]     one place up, or down ("1")
// input[name=NAME] in the same form has the IDs in their order, with commas between.
// [data-reorder-told]          where it is told, to those who cannot see it (role=status); one for the page
// Event on the list, bubbling: reordered, with detail {ids}.

const EDGE_PX = 90;
const STEP_PX = 14;

const itemsOf = (list) => [...list.children].filter((item) => item.dataset.item);

/** Write the order down, and tell everybody who wants to know. */
function note(list) {
  const ids = itemsOf(list).map((item) => item.dataset.item);
  const field = list.closest("form")?.querySelector(`input[name="${CSS.escape(list.dataset.reorder)}"]`);
  if (field && field.value !== ids.join(",")) {
    field.value = ids.join(",");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  list.dispatchEvent(new CustomEvent("reordered", { bubbles: true, detail: { ids } }));
}

/** Say where an item stands now. */
function say(list, item) {
  const items = itemsOf(list);
  const told = document.querySelector("[data-reorder-told]");
  const words = (list.dataset.sayMoved ?? "").replace("{place}", items.indexOf(item) + 1).replace("{count}", items.length);
  if (told) told.textContent = words;
}

/** Let an item change places with its neighbour; it is the neighbour that moves, so that focus and hold stay. */
function swap(item, step) {
  const items = itemsOf(item.parentElement);
  const other = items[items.indexOf(item) + step];
  if (!other) return false;
  if (step < 0) item.after(other);
  else item.before(other);
  return true;
}

/** Move an item by a button. */
function press(button) {
  const item = button.closest("[data-item]");
  const list = item.parentElement;
  if (swap(item, Number(button.dataset.move))) note(list);
  say(list, item);
  item.scrollIntoView({ block: "nearest" });
}

/** Let an item follow the pointer until it is let go. */
function hold(item, down) {
  const list = item.parentElement;
  const before = itemsOf(list).map((one) => one.dataset.item).join();
  const grip = down.clientY - item.getBoundingClientRect().top;
  let y = down.clientY;
  let frame = 0;

  const place = () => {
    const above = item.previousElementSibling?.getBoundingClientRect();
    const below = item.nextElementSibling?.getBoundingClientRect();
    if (above && y < above.top + above.height / 2) swap(item, -1);
    else if (below && y > below.top + below.height / 2) swap(item, 1);
    item.style.transform = "";
    item.style.transform = `translateY(${y - grip - item.getBoundingClientRect().top}px)`;
  };
  const scroll = () => {
    const step = y < EDGE_PX ? -STEP_PX : y > innerHeight - EDGE_PX ? STEP_PX : 0;
    if (step) {
      scrollBy(0, step);
      place();
    }
    frame = requestAnimationFrame(scroll);
  };
  const follow = (event) => {
    if (event.pointerId !== down.pointerId) return;
    y = event.clientY;
    place();
  };
  const release = (event) => {
    if (event.pointerId !== down.pointerId) return;
    cancelAnimationFrame(frame);
    item.classList.remove("held");
    item.style.transform = "";
    for (const [name, listener] of listeners) document.removeEventListener(name, listener);
    if (itemsOf(list).map((one) => one.dataset.item).join() === before) return;
    note(list);
    say(list, item);
  };
  const listeners = [["pointermove", follow], ["pointerup", release], ["pointercancel", release]];
  for (const [name, listener] of listeners) document.addEventListener(name, listener);
  item.classList.add("held");
  frame = requestAnimationFrame(scroll);
}

document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest?.("[data-reorder] [data-handle]")?.closest("[data-item]");
  if (!item || event.button !== 0) return;
  event.preventDefault();
  hold(item, event);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-reorder] [data-move]");
  if (!button) return;
  event.preventDefault();
  press(button);
});
