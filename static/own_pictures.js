// A picture that was chosen is shown before it is sent. Without this, it is shown after.

for (const input of document.querySelectorAll("input[type=file][data-shows]")) {
  const place = document.getElementById(input.dataset.shows);
  const before = [...place.childNodes];
  let address;
  input.addEventListener("change", () => {
    if (address) URL.revokeObjectURL(address);
    const [file] = input.files;
    if (!file) {
      place.replaceChildren(...before);
      return;
    }
    address = URL.createObjectURL(file);
    const image = Object.assign(new Image(), { src: address, alt: "" });
    // What this browser cannot show, the server may still be able to read.
    image.addEventListener("error", () => place.replaceChildren(...before));
    place.replaceChildren(image);
  });
}
