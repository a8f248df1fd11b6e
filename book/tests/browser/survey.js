// 페이지를 살피는 함수들. survey.py가 페이지마다 한 번 싣고 부릅니다.
"use strict";
window.jumokSurvey = (() => {
  const every = (selector, root = document) => [...root.querySelectorAll(selector)];
  const named = element => `${element.tagName}.${element.className}`;
  const shown = element => element.getBoundingClientRect().width > 0;
  const SCROLLS = [
    ".bd-sidebar-secondary", "pre", ".pst-scrollable-table-container", "div.math",
    ".output", "mjx-container", ".quiz-option", ".dropdown-menu", ".sr-only",
    ".visually-hidden",
  ].join(", ");
  const UNSEEN = "mjx-assistive-mml, .sr-only, .visually-hidden, svg *";

  const frame = () => new Promise(requestAnimationFrame);
  const settled = async () => { await frame(); await frame(); };
  // 테마는 창의 크기나 본문이 바뀌고 300밀리초 동안 조용하면 글쇠로 갈 자리를 다시
  // 정합니다. 페이지 안의 시계로 그보다 오래 조용하기를 기다리므로, 느린 컴퓨터에서도
  // 그다음입니다.
  const refocused = () => new Promise(done => {
    let timer;
    const wait = () => { clearTimeout(timer); timer = setTimeout(finish, 400); };
    const watch = new MutationObserver(wait);
    const finish = () => { watch.disconnect(); done(); };
    watch.observe(document.body, { subtree: true, childList: true });
    wait();
  });

  const open = () => every("details").forEach(details => { details.open = true; });

  // ── 화면과 종이 밖으로 나간 것 ─────────────────────────────────────────────────────
  const wider = () => every("main *").filter(element => {
    const box = element.getBoundingClientRect();
    return box.width && box.right > innerWidth + 1 && !element.closest(SCROLLS);
  }).map(named);

  const unreachable = () => every("article .math").filter(math => {
    const drawn = math.querySelector("mjx-math");
    if (!drawn) return false;
    const edge = math.getBoundingClientRect().right;
    const slides = math.tabIndex === 0 && getComputedStyle(math).overflowX === "auto";
    return drawn.getBoundingClientRect().right > edge + 3 && !slides;
  }).map(math => `밀 수 없는 수식 ${math.textContent}`);

  const outside = width => {
    const whole = document.scrollingElement.scrollWidth;
    const found = [...wider(), ...unreachable()];
    return whole > width ? [...found, `페이지의 너비 ${whole}`] : found;
  };

  // 종이에서는 옆으로 밀 수 없으므로, 넘치거나 가려진 것이 모두 잘린 것입니다.
  const cutOnPaper = () => {
    const article = document.querySelector("article");
    if (!article) return [];  // 찾기 쪽에는 본문이 없습니다.
    const edge = article.getBoundingClientRect().right;
    return every("*", article).filter(element => {
      if (!shown(element) || element.closest(UNSEEN)) return false;
      const clipped = getComputedStyle(element).overflowX !== "visible"
        && element.scrollWidth > element.clientWidth + 2;
      return clipped || element.getBoundingClientRect().right > edge + 1;
    }).map(element => `${named(element)} ${element.textContent.slice(0, 60)}`);
  };

  // ── 코드 ───────────────────────────────────────────────────────────────────────────
  // 줄의 첫 글자부터 끝까지
  const writing = line => {
    const range = document.createRange();
    range.selectNodeContents(line);
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
      const at = node.data.search(/\S/);
      if (at < 0) continue;
      range.setStart(node, at);
      break;
    }
    return range;
  };

  // 접힌 줄의 [첫 줄, 이어지는 줄]이 시작하는 자리
  const starts = (line, height) => {
    const top = line.getBoundingClientRect().top, lefts = [Infinity, Infinity];
    for (const box of writing(line).getClientRects()) {
      const later = (box.top + box.bottom) / 2 - top > height ? 1 : 0;
      if (box.width) lefts[later] = Math.min(lefts[later], box.left);
    }
    return lefts;
  };

  const code = () => {
    const blocks = every("article pre"), folded = [], shallow = [];
    for (const line of every("article .code-line")) {
      const style = getComputedStyle(line), height = 1.5 * parseFloat(style.fontSize);
      if (line.offsetHeight < 1.5 * height) continue;
      folded.push(line.textContent);
      // 빈칸 없는 긴 낱말은 들여쓰기만 남기고 다음 줄로 넘어갑니다(first가 없음).
      const [first, later] = starts(line, height);
      if (isFinite(first) && later < first + 8) shallow.push(line.textContent);
    }
    const cut = blocks.filter(block => block.scrollWidth > block.clientWidth)
      .map(block => block.textContent.slice(0, 200));
    return { blocks: blocks.length, cut, folded, shallow };
  };

  // ── 접근성 ─────────────────────────────────────────────────────────────────────────
  // 볼 것을 줄입니다. 수식의 그림(aria-hidden) 조각과 이미 본 빛깔의 코드 조각은 만
  // 개가 넘습니다. 빛깔마다 하나씩은 남습니다.
  const lighten = () => {
    const seen = new Set();
    for (const token of every(".highlight pre [class]")) {
      const kind = (token.closest(".cell_input") ? "in " : "out ") + token.className;
      if (seen.has(kind)) token.replaceWith(...token.childNodes);
      seen.add(kind);
    }
    every("mjx-math").forEach(drawn => drawn.replaceChildren());
    open();
  };

  const clear = style => style.backgroundImage === "none"
    && /^transparent$|, 0\)$/.test(style.backgroundColor);

  // 글자 뒤의 빛깔과 흐린 정도. 바깥 것을 물려받으므로 한 번 본 것은 적어 둡니다.
  const backdrop = (element, known) => {
    if (!element) return ["", 1];
    if (known.has(element)) return known.get(element);
    const style = getComputedStyle(element);
    const [outer, faint] = backdrop(element.parentElement, known);
    const own = style.backgroundColor + style.backgroundImage;
    const found = [clear(style) ? outer : own, faint * style.opacity];
    known.set(element, found);
    return found;
  };

  // 글자의 대비를 정하는 것들: 글자와 바탕의 빛깔, 흐린 정도, 크기, 굵기, 밑줄
  const look = (element, known) => {
    const own = getComputedStyle(element);
    return [
      element.tagName, own.color, getComputedStyle(element.parentElement).color,
      ...backdrop(element, known), own.fontSize, own.fontWeight,
      own.textDecorationLine, own.borderBottomStyle, own.visibility,
    ].join("|");
  };

  // 대비가 같을 짝마다 하나씩 고릅니다. 넓은 화면에서 본 짝은 좁은 화면에서 다시 보지
  // 않습니다.
  const looked = {};
  let picked = [];
  const pick = theme => {
    const seen = looked[theme] ??= new Set(), known = new Map();
    picked = [];
    for (const element of every("body *")) {
      const texts = [...element.childNodes].filter(node => node.nodeType === 3);
      if (!texts.some(node => node.data.trim())) continue;
      if (!element.getClientRects().length) continue;
      if (element.closest("mjx-container, svg")) continue;
      const key = look(element, known);
      if (!seen.has(key)) picked.push(element);
      seen.add(key);
    }
    return picked.length;
  };

  // preload는 스타일시트를 다시 받으려 하는데, file://에서는 받지 못하고 콘솔에 말만
  // 남깁니다.
  const run = async (context, options) => {
    const quick = { resultTypes: ["violations"], preload: false };
    const { violations } = await axe.run(context, { ...quick, ...options });
    return violations.flatMap(rule =>
      rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`));
  };
  const violations = (options = {}, place = document) => run(place, options);
  const pickedViolations = options => run({ include: picked }, options);

  return {
    settled, refocused, open, wider, outside, cutOnPaper, code, lighten, pick,
    violations, pickedViolations,
  };
})();
