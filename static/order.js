// Whoever moves a work by hand wants the works to stand as she put them: the choice above says so at once.

document.addEventListener("reordered", (event) => {
  const byHand = event.target.closest("form")?.querySelector("input[name=by][value=hand]");
  if (byHand) byHand.checked = true;
});
