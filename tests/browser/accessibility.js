// Runs in the page after axe: what is wrong there, at the present width and in the present theme.

(() => {
  const COLOUR_RULES = ["color-contrast", "link-in-text-block"];
  const COLOURS = { runOnly: { type: "rule", values: COLOUR_RULES } };
  const EVERY_RULE = {
    runOnly: {
      type: "tag",
      values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    },
  };
  const EXCEPT_COLOURS = {
    ...EVERY_RULE,
    rules: Object.fromEntries(COLOUR_RULES.map((name) => [name, { enabled: false }])),
  };

  // What the page as a whole must have at each width, and what only a narrow one makes scroll.
  const OF_THE_WHOLE_PAGE = {
    runOnly: {
      type: "rule",
      values: [
        "bypass", "heading-order", "landmark-no-duplicate-banner", "landmark-no-duplicate-contentinfo",
        "landmark-no-duplicate-main", "landmark-one-main", "landmark-unique", "page-has-heading-one",
        "region", "scrollable-region-focusable",
      ],
    },
  };

  // What decides a contrast, as far as style decides it.
  const LOOK = [
    "color", "background-color", "background-image", "opacity", "filter", "mix-blend-mode",
    "text-decoration-line", "text-shadow", "font-size", "font-weight", "visibility", "transform",
    "clip", "clip-path",
  ];

  // axe would parse the same few colours for every element of a page.
  const { prototype } = axe.commons.color.Color;
  const { parseString } = prototype;
  const parsed = new Map();
  prototype.parseString = function parseOnce(text) {
    const known = parsed.get(text);
    if (known) [this.r, this.g, this.b, this.alpha] = known;
    else {
      parseString.call(this, text);
      parsed.set(text, [this.r, this.g, this.b, this.alpha]);
    }
    return this;
  };

  const run = async (context, options) => {
    const { violations } = await axe.run(context, { resultTypes: ["violations"], ...options });
    return violations;
  };

  // A selector is costly to find, and only what is wrong needs one.
  const violationsOf = async (context, options) => {
    let found = await run(context, { ...options, selectors: false });
    if (found.length > 0) {
      const named = await run(context, options);
      if (named.length > 0) found = named;
    }
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ target, html, failureSummary }) => `${id}: ${target ?? html} ${failureSummary}`));
  };

  const isRendered = (element) => element.getClientRects().length > 0;

  const lookOf = (element) => {
    if (!isRendered(element)) return "";
    const style = getComputedStyle(element);
    // Taken out of the flow, a text may lie on something else; of a disabled field no contrast is asked.
    const outOfFlow = ["absolute", "fixed"].includes(style.position);
    const disabled = element.matches(":disabled, [aria-disabled=true]");
    return [outOfFlow, disabled, ...LOOK.map((name) => style.getPropertyValue(name))].join();
  };

  // FNV-1a, twice: short names for long texts, the same on every page.
  const hash = (text) => {
    let [one, two] = [0x811c9dc5, 0x01000193];
    for (let place = 0; place < text.length; place += 1) {
      one = Math.imul(one ^ text.charCodeAt(place), 0x01000193);
      two = Math.imul(two ^ text.charCodeAt(place), 0x85ebca6b);
    }
    return `${(one >>> 0).toString(36)}.${(two >>> 0).toString(36)}`;
  };

  const hasOwnText = (element) =>
    element.matches("input, select, textarea")
    || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  // What tells two links in a text, or two fields, apart beside their looks.
  const kindOf = (element) => {
    const inText = element.tagName === "A" && hasOwnText(element.parentElement);
    return [element.tagName, element.type, inText].join();
  };

  // The first element of each look that has a text: its own look and those of all it lies in.
  const textsByLook = (root) => {
    const chains = new Map();
    const chainOf = (element) => {
      if (element === null) return "";
      if (!chains.has(element)) {
        chains.set(element, hash(`${chainOf(element.parentElement)} ${lookOf(element)}`));
      }
      return chains.get(element);
    };
    const found = new Map();
    for (const one of [root, ...root.querySelectorAll("*")]) {
      if (!isRendered(one) || !hasOwnText(one)) continue;
      const look = hash(`${kindOf(one)} ${chainOf(one)}`);
      if (!found.has(look)) found.set(look, one);
    }
    return found;
  };

  // Which elements are shown at the first width.
  const shownAtFirst = new Set();

  const NAMED = "a, button, summary, label, legend, h1, h2, h3, h4, h5, h6, th, td, dt, dd";

  // What is shown only at this width, and what has lost a part that could name it.
  const changedSince = (root) => {
    const changed = new Set();
    for (const one of [root, ...root.querySelectorAll("*")]) {
      const before = shownAtFirst.has(one);
      if (isRendered(one) === before) continue;
      const named = before ? one.parentElement?.closest(NAMED) : one;
      for (const each of [named, before ? one.control : null]) {
        if (each && isRendered(each) && root.contains(each)) changed.add(each);
      }
    }
    // An element stands for all that is in it.
    return [...changed].filter((one) => !changed.has(one.parentElement));
  };

  const judgeStructure = async (part, isFirstWidth, inFull) => {
    const root = document.querySelector(part);
    if (isFirstWidth) {
      shownAtFirst.clear();
      for (const one of [root, ...root.querySelectorAll("*")]) if (isRendered(one)) shownAtFirst.add(one);
    }
    if (isFirstWidth || inFull) return violationsOf(part, EXCEPT_COLOURS);
    const found = await violationsOf(part, OF_THE_WHOLE_PAGE);
    const changed = changedSince(root);
    if (changed.length > 0) found.push(...await violationsOf({ include: changed }, EXCEPT_COLOURS));
    return found;
  };

  const tooWide = () => document.scrollingElement.scrollWidth - innerWidth;

  // How much too wide the page would be if each typed text were one long word. It is put back.
  const tooWideWith = (word, typed) => {
    const texts = new Set(typed);
    const before = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const { data } = node;
      let changed = data;
      if (texts.has(data.trim())) changed = data.replace(data.trim(), word);
      else for (const text of typed) if (changed.includes(text)) changed = changed.replaceAll(text, word);
      if (changed === data) continue;
      before.push([node, data]);
      node.data = changed;
    }
    const width = tooWide();
    const widest = width > 0 ? widestOf() : "";
    for (const [node, data] of before) node.data = data;
    return [width, widest];
  };

  // Which element reaches farthest to the right, for whoever mends it.
  const widestOf = () => {
    const all = [...document.body.querySelectorAll("*")].map((each) => [each.getBoundingClientRect().right, each]);
    const right = Math.max(...all.map(([edge]) => edge));
    const [, widest] = all.findLast(([edge]) => edge === right);
    return widest.closest("[class]")?.className ?? widest.tagName;
  };

  // The names of the looks of texts, for whoever remembers which of them are sound.
  window.looksOfTexts = (part) => [...textsByLook(document.querySelector(part)).keys()];

  // Contrasts: of every text, or of one text of each of these looks.
  window.judgeColours = async ({ part, looks }) => {
    if (!looks) return violationsOf(part, COLOURS);
    const wanted = new Set(looks);
    const texts = [...textsByLook(document.querySelector(part))].filter(([look]) => wanted.has(look));
    if (texts.length === 0) return [];
    return violationsOf({ include: texts.map(([, text]) => text) }, COLOURS);
  };

  // Everything else, once for each width; ``inFull`` also what is as it was at the first.
  window.judgeAccessibility = async ({ part, isFirstWidth, inFull, word, typed }) => {
    const found = await judgeStructure(part, isFirstWidth, inFull);
    if (tooWide() > 0) found.push(`too wide by ${tooWide()} px: ${widestOf()}`);
    else {
      const [width, widest] = tooWideWith(word, typed);
      if (width > 0) found.push(`too wide by ${width} px with a long word: ${widest}`);
    }
    const heads = document.querySelectorAll("h1").length;
    if (heads !== 1) found.push(`${heads} first headings`);
    return found;
  };
})();
