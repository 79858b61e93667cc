// Gradio lets the page's language follow the browser; this page is in the language that is set.
document.documentElement.lang = "{language}";
new MutationObserver(() => {
  if (document.documentElement.lang !== "{language}") document.documentElement.lang = "{language}";
}).observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });

// A marker shows its evidence beside the answer; focus moves along for keyboards and screen readers.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href*="#bewijs-"]');
  if (!link) return;
  const entry = document.getElementById(link.getAttribute("href").split("#")[1]);
  event.preventDefault();
  if (!entry) return;
  document.querySelectorAll(".evidence-entry.chosen").forEach((old) => old.classList.remove("chosen"));
  entry.classList.add("chosen");
  entry.tabIndex = -1;
  entry.focus({ preventScroll: true });
  (entry.querySelector("mark") || entry).scrollIntoView({ block: "center" });
});
