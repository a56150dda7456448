// Offences against the HTML standard, and what keeps people from using a page.
export default {
  root: true,
  extends: ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
  rules: {
    // Our policy for contents forbids them; a page that needs one looks broken.
    "no-inline-style": "error",
    // For files of others. Ours come from where the page came from.
    "require-sri": "off",
    // Safari takes a list for none where CSS takes away its bullets, unless the role says otherwise.
    "no-redundant-role": "off",
  },
};
