// Where something is said: people are offered while their names are typed, pictures go as soon as they are chosen, and
// what is typed is kept. Without this, all of it is done by buttons.

const SUGGEST = "/studio/people/suggest";
const WAIT_MS = 200;
const KEEP_MS = 3000;
const FEW = 200;

/** Offer the people whose names begin like the one before the cursor, below the field. */
function offersNames(area) {
  const list = document.createElement("ul");
  list.className = "naming";
  list.role = "listbox";
  list.id = `${area.id}-naming`;
  list.hidden = true;
  area.insertAdjacentElement("afterend", list);
  area.setAttribute("aria-controls", list.id);
  area.setAttribute("aria-autocomplete", "list");
  let timer;
  let asked = 0;

  const begun = () => /(?:^|[\s(])(@[^\s@]{1,60}(?:@[^\s@]{0,60})?)$/u.exec(area.value.slice(0, area.selectionStart))?.[1];
  const close = () => {
    list.hidden = true;
    list.replaceChildren();
    area.removeAttribute("aria-activedescendant");
  };
  const chosen = () => list.querySelector('[aria-selected="true"]');
  const choose = (option) => {
    for (const one of list.children) one.ariaSelected = String(one === option);
    area.setAttribute("aria-activedescendant", option.id);
  };
  const take = (option) => {
    const name = begun();
    if (name) area.setRangeText(`${option.dataset.handle} `, area.selectionStart - name.length, area.selectionStart, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const row = ({ handle, name, avatar }, index) => {
    const option = document.createElement("li");
    option.role = "option";
    option.id = `${list.id}-${index}`;
    option.dataset.handle = handle;
    if (avatar) {
      const face = document.createElement("img");
      [face.src, face.alt] = [avatar, ""];
      option.append(face);
    }
    const words = document.createElement("span");
    const small = document.createElement("small");
    [words.textContent, small.textContent] = [name, handle];
    words.append(small);
    option.append(words);
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      take(option);
    });
    return option;
  };
  const ask = async () => {
    const name = begun();
    const number = (asked += 1);
    if (!name) return close();
    try {
      const answer = await fetch(`${SUGGEST}?${new URLSearchParams({ q: name.slice(1) })}`);
      if (!answer.ok || number !== asked || !begun()) return;
      const { people } = await answer.json();
      list.replaceChildren(...people.map(row));
      list.hidden = !people.length;
      if (people.length) choose(list.firstElementChild);
    } catch {
      close();
    }
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    const option = chosen();
    if (list.hidden || !option) return;
    if (event.key === "ArrowDown") choose(option.nextElementSibling ?? list.firstElementChild);
    else if (event.key === "ArrowUp") choose(option.previousElementSibling ?? list.lastElementChild);
    else if (event.key === "Enter" || event.key === "Tab") take(option);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

/** Say how many characters are left, once they are few. */
function counts(area) {
  const told = area.form.querySelector(".left");
  const count = () => {
    const left = area.dataset.longest - area.value.length;
    told.hidden = left > FEW;
    told.textContent = area.dataset.left.replace("{left}", left);
  };
  area.addEventListener("input", count);
  count();
}

/** Keep what is typed, when nothing more was typed for a while. */
function keeps(form) {
  let timer;
  let leaving = false;
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
  const keep = async () => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "do") body.append(name, value);
    body.set("do", "save");
    try {
      if (!leaving) await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    } catch {
      // Without a line, the next pause is another try.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, KEEP_MS);
  });
}

/** Send pictures as soon as they are chosen, with all that is typed. */
function brings(field) {
  field.addEventListener("change", () => {
    const said = field.form.querySelector("[data-bringing]");
    said.textContent = said.dataset.bringing;
    field.form.requestSubmit(field.form.querySelector('[value="pictures"]'));
  });
}

for (const area of document.querySelectorAll("textarea[data-names]")) offersNames(area);
for (const area of document.querySelectorAll("form[data-speak] textarea[data-longest]")) counts(area);
for (const form of document.querySelectorAll("form[data-speak]")) keeps(form);
for (const field of document.querySelectorAll("[data-brings]")) brings(field);
for (const one of document.querySelectorAll("[data-needs-no-script]")) one.hidden = true;
