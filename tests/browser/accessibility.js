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
    // Taken out of the flow, a text may lie on something else.
    const outOfFlow = ["absolute", "fixed"].includes(style.position);
    return [outOfFlow, ...LOOK.map((name) => style.getPropertyValue(name))].join();
  };

  const ancestorsOf = (element) => {
    const parent = element.parentElement;
    return parent ? [parent, ...ancestorsOf(parent)] : [];
  };

  // By theme, how each element looked at the first width.
  const looks = { light: new Map(), dark: new Map() };

  const rememberLooks = (root, theme) => {
    for (const one of [...ancestorsOf(root), root, ...root.querySelectorAll("*")]) {
      looks[theme].set(one, lookOf(one));
    }
  };

  // The outermost elements that look otherwise than at the first width, or were not there.
  const changedSince = (root, theme) => {
    const differs = (one) => looks[theme].get(one) !== lookOf(one);
    if (ancestorsOf(root).some(differs)) return [root];
    const changed = [];
    for (const one of [root, ...root.querySelectorAll("*")]) {
      if (changed.at(-1)?.contains(one)) continue;
      if (isRendered(one) && differs(one)) changed.push(one);
    }
    return changed;
  };

  // Everything at the first width, in its first theme, and all colours in the other.
  const judgeFirstWidth = (part, theme) => {
    rememberLooks(document.querySelector(part), theme);
    return violationsOf(part, theme === "light" ? EVERY_RULE : COLOURS);
  };

  // Then no colour twice: of an element that looks the same it has been judged.
  const judgeOtherWidth = async (part, theme) => {
    const found = theme === "light" ? await violationsOf(part, EXCEPT_COLOURS) : [];
    const changed = changedSince(document.querySelector(part), theme);
    if (changed.length > 0) found.push(...await violationsOf({ include: changed }, COLOURS));
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

  window.judgeAccessibility = async ({ part, theme, isFirstWidth, word, typed }) => {
    const found = await (isFirstWidth ? judgeFirstWidth : judgeOtherWidth)(part, theme);
    if (tooWide() > 0) found.push(`too wide by ${tooWide()} px: ${widestOf()}`);
    else if (word) {
      const [width, widest] = tooWideWith(word, typed);
      if (width > 0) found.push(`too wide by ${width} px with a long word: ${widest}`);
    }
    const heads = document.querySelectorAll("h1").length;
    if (heads !== 1) found.push(`${heads} first headings`);
    return found;
  };
})();
