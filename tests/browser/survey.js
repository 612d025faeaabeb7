// What survey.py asks of a page. Functions return one line for each finding.

const shown = (part) => part.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
const name = (part) => part.outerHTML.slice(0, 140).replace(/\s+/g, " ");

// Only the rules about a locked orientation read style sheets; loading them for a look at colours would find nothing.
globalThis.violations = (runOnly) =>
  axe
    .run({ runOnly, resultTypes: ["violations"], preload: runOnly.type === "tag", elementRef: false, iframes: false })
    .then((found) => found.violations);

// WCAG 2.5.8 spares links inside a sentence; a box is as large as its label.
globalThis.smallTargets = () =>
  [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((part) => shown(part) && !part.closest(".skip") && !part.matches("p a, dd a, .code a, :disabled"))
    .filter((part) => {
      const label = part.matches("[type=checkbox], [type=radio]") && part.labels[0];
      const { width, height } = (label || part.closest(".card-link") || part).getBoundingClientRect();
      return Math.min(width, height) < 43.99;
    })
    .map(name);

globalThis.tooWide = (large) => {
  document.documentElement.toggleAttribute("data-text", false);
  if (large) document.documentElement.dataset.text = "large";
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const over = wide > 0 && [...document.querySelectorAll("body *")].find((part) => part.getBoundingClientRect().right > innerWidth + 0.5);
  document.documentElement.toggleAttribute("data-text", false);
  return wide > 0 ? [`${wide} px too wide, ${over ? name(over) : "?"}`] : [];
};

// Words of Latin letters that a reader of a Chinese page would see or hear. Marked parts in another language, and
// names in code, are meant.
globalThis.latinWords = () => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [document.title];
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest("[lang]:not(html), .code, script")) texts.push(walker.currentNode.data);
  for (const part of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]"))
    texts.push(...["aria-label", "placeholder", "title", "alt"].map((attribute) => part.getAttribute(attribute) ?? ""));
  return texts
    .map((text) => text.replace(/https?:\/\/\S+|\S+@\S+/g, ""))
    .flatMap((text) => text.match(/[A-Za-z][A-Za-z'’-]+/g) ?? []);
};
