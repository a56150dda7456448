// What scripts add to the pages on which one comes in: passkeys, a password that can be seen while it is typed, printing.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** Return what devices are asked, with bytes where they want bytes. */
function withBytes(asked) {
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const list of [asked.excludeCredentials, asked.allowCredentials])
    for (const one of list ?? []) one.id = bytes(one.id);
  return asked;
}

/** Return a device's answer as the server reads it. */
function asJson({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(said) });
}

/** Ask devices for a passkey, and send what they answer with the form. */
async function ask(place) {
  const { passkey, asked } = place.dataset;
  const form = place.closest("form");
  const answer = await fetch(asked, { headers: { Accept: "application/json" }, redirect: "error" });
  if (!answer.ok) throw new DOMException("", "lost");
  const publicKey = withBytes(await answer.json());
  const credential = await navigator.credentials[passkey === "make" ? "create" : "get"]({ publicKey });
  form.elements.credential.value = asJson(credential);
  // Whatever the browser has filled in as a password stays here.
  if (form.elements.password) form.elements.password.disabled = true;
  form.submit();
}

const TROUBLES = { InvalidStateError: "known", lost: "lost", TypeError: "lost" };

if (window.PublicKeyCredential) {
  for (const place of document.querySelectorAll("[data-passkey]")) {
    const button = place.querySelector("button");
    const tell = (trouble) => {
      for (const one of place.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== trouble;
    };
    button.onclick = async (event) => {
      event.preventDefault();
      button.disabled = true;
      tell("");
      try {
        await ask(place);
      } catch (error) {
        tell(TROUBLES[error.name] ?? "refused");
        button.disabled = false;
      }
    };
    place.hidden = false;
  }
  // Who comes back to the page finds its buttons as they were.
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("[data-passkey] button")) button.disabled = false;
    for (const field of document.querySelectorAll("input[name=password]")) field.disabled = false;
  });
}

for (const place of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(place.dataset.shows);
  const tick = place.querySelector("input");
  tick.onchange = () => {
    field.type = tick.checked ? "text" : "password";
  };
  // It is sent as a password, so that the browser offers to keep it.
  field.form.addEventListener("submit", () => {
    field.type = "password";
  });
  place.hidden = false;
}

for (const button of document.querySelectorAll("[data-prints]")) {
  button.onclick = () => print();
  button.hidden = false;
}
