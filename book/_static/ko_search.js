// 찾기 페이지: 본문 전체(KO_SEARCH_INDEX)에서 부분 문자열로 찾습니다. 물음은 ko_words.js가 읽습니다.
// 절의 점수는 낱말마다 (드문 정도) × (꼴의 무게) × (글에 나온 정도 + 제목에 있으면 더함)을 더하고,
// 물음의 낱말이 그 절에 함께 있을수록 크게 합니다. 쪽의 점수는 가장 좋은 절들로 정합니다.
// 차례: 1) 모든 낱말이 그대로 있는 쪽  2) 같은 뜻의 말까지 치면 모두 있는 쪽  3) 일부만 있는 쪽.
// 낱말이 셋 이상인 물음은 문장이므로 점수만 봅니다.
"use strict";
(() => {
  const { norm, squeeze, batchim, dictionary, read } = window.jumokWords;
  const TITLE = 2;      // 절의 제목에 있을 때
  const PAGE = 0.8;     // 쪽의 제목에 있을 때
  const DEFINED = 1.5;  // 그 용어가 정의된 절일 때
  const INSIDE = 0.01;  // 낱말의 가운데에 있을 때
  const PARTICLE = "은는이가을를과와의에도만로으부까보처하라란나며인들입";  // 조사의 첫 글자
  const SHARE = 0.25;   // 일부만 맞는 쪽은 물음의 무게 가운데 이만큼은 맞아야 보입니다.

  function occurrences(text, word) {
    let total = 0;
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) total += 1;
    return total;
  }

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  // 낱말의 첫머리에서만 찾는 꼴(start)의 정규식입니다. 우리말은 뒤에 조사만 올 수 있고(질의 ≠ 질의응답),
  // 짧은 영어는 낱말의 끝도 봅니다.
  function strict({ text, start }) {
    if (!start) return null;
    const words = text.split(/[\s_-]+/).map(escaped).join("[\\s_-]*");
    if (/^[a-z]/.test(text)) return new RegExp(`(?<![a-z])${words}${text.length < 4 ? "(?![a-z])" : ""}`, "g");
    return new RegExp(`(?<![가-힣])${words}(?=[${PARTICLE}]|[^가-힣]|$)`, "g");
  }

  // 글에 그 꼴이 몇 번 나오는지 세는 함수입니다. 영어 낱말의 가운데에 있는 것(MHA와 Wareham)은 조금만 칩니다.
  function counter(form) {
    const pattern = strict(form);
    if (!pattern && /^[a-z]+$/.test(form.text)) {
      const start = new RegExp(`(?<![a-z])${form.text}`, "g");
      return ({ loose, tight }) => {
        const all = occurrences(tight, form.key);
        return all && INSIDE * all + (1 - INSIDE) * (loose.match(start) ?? []).length;
      };
    }
    if (!pattern) return ({ tight }) => occurrences(tight, form.key);
    const head = form.text.split(/[\s_-]+/)[0];
    const inside = form.alias || /^[a-z]/.test(form.text) ? 0 : INSIDE;  // 독자가 적은 우리말은 어디에 있든 찾습니다.
    return ({ loose, tight }) => (loose.includes(head) ? (loose.match(pattern) ?? []).length : 0)
      + (inside && inside * occurrences(tight, form.key));
  }

  // 낱말 하나가 절마다 얼마나 있는지 셉니다. literal은 같은 뜻의 말을 빼고 센 것입니다.
  function weigh(unit, book) {
    const size = book.sections.length;
    const found = { unit, text: new Float32Array(size), title: new Float32Array(size), literal: new Uint8Array(size) };
    for (const form of unit.forms) {
      const count = counter(form);
      book.sections.forEach((section, i) => {
        const inText = count(section.text), inTitle = count(section.title);
        if (!inText && !inTitle) return;
        found.text[i] = Math.max(found.text[i], form.weight * inText / (inText + 0.5 + section.length));
        if (inTitle) found.title[i] = Math.max(found.title[i], form.weight);
        if (!form.alias && inText + inTitle >= 1) found.literal[i] = 1;
      });
    }
    const matched = found.text.reduce((sum, value, i) => sum + (value > 0 || found.title[i] > 0), 0);
    found.rarity = unit.share * Math.log(1 + (size - matched + 0.5) / (matched + 0.5));
    return found;
  }

  function sectionScore(i, page, weights, total) {
    const defined = page.sections[0].title.tight;
    let sum = 0, covered = 0;
    for (const { unit, text, title, rarity } of weights) {
      if (!text[i] && !title[i]) continue;
      covered += rarity;
      const place = unit.name && page.sections[i - page.start].defines.has(unit.name) ? DEFINED : 0;
      const inPage = unit.forms.some((form) => defined.includes(form.key)) ? PAGE : 0;
      sum += rarity * (text[i] + TITLE * title[i] + place + inPage);
    }
    return sum * (covered / total) ** 2;
  }

  function tier(page, weights) {
    const has = (array) => array.subarray(page.start, page.start + page.sections.length).some(Boolean);
    if (weights.every(({ literal }) => has(literal))) return 0;
    return weights.every(({ text, title }) => has(text) || has(title)) ? 1 : 2;
  }

  function pageResult(page, weights, total) {
    const hits = page.sections
      .map((section, order) => ({ section, order, score: sectionScore(page.start + order, page, weights, total) }))
      .filter((hit) => hit.score > 0)
      .sort((a, b) => b.score - a.score || a.order - b.order);
    const score = page.weight * hits.slice(0, 3).reduce((sum, hit, i) => sum + hit.score / (1 + 2 * i), 0);
    const share = weights.reduce((sum, { rarity, text, title }) => sum + (page.sections.some((_, order) =>
      text[page.start + order] || title[page.start + order]) ? rarity : 0), 0) / total;
    return { page, hits, score, share, tier: tier(page, weights) };
  }

  function search(book, query) {
    const weights = read(query, book.words).map((unit) => weigh(unit, book));
    const total = weights.reduce((sum, { rarity }) => sum + rarity, 0);
    const sentence = weights.length > 2;
    const results = book.pages
      .map((page) => pageResult(page, weights, total))
      .filter(({ hits, tier, share }) => hits.length && (tier < 2 || share >= SHARE));
    const order = ({ tier }) => (sentence ? 0 : tier);
    return { results: results.sort((a, b) => order(a) - order(b) || b.score - a.score), weights };
  }

  function prepare(index, words, definitions) {
    const pages = [], sections = [];
    for (const { u, t, s, w, x } of index) {
      const page = { url: u, title: t, weight: w ?? 1, prose: !x, start: sections.length };
      page.sections = s.map(([id, title, text], order) => ({
        id, heading: title, content: text, defines: new Set(definitions[u + (order ? "#" + id : "")] ?? []),
        title: { loose: norm(title), tight: squeeze(title) }, text: { loose: norm(text), tight: squeeze(text) },
        length: text.length / 1500,
      }));
      sections.push(...page.sections);
      pages.push(page);
    }
    return { pages, sections, words: dictionary(words) };
  }

  // 찾은 말을 <mark>로 감싼 토막글을 만듭니다.
  function snippet({ content }, pattern) {
    const first = Math.max(0, content.search(pattern));
    const start = Math.max(0, content.lastIndexOf(" ", Math.max(0, first - 30)));
    const cut = content.slice(start, start + 140);
    const node = document.createElement("p");
    node.append(start > 0 ? "…" : "");
    let last = 0;
    for (const match of cut.matchAll(pattern)) {
      const mark = document.createElement("mark");
      mark.textContent = match[0];
      node.append(cut.slice(last, match.index), mark);
      last = match.index + match[0].length;
    }
    node.append(cut.slice(last), start + 140 < content.length ? "…" : "");
    return node;
  }

  function marking(weights) {
    const forms = weights.flatMap(({ unit }) => unit.forms).sort((a, b) => b.text.length - a.text.length);
    const spaced = (form) => strict(form)?.source ?? [...form.key].map(escaped).join("[\\s_·-]*");
    return new RegExp(forms.map(spaced).join("|"), "gi");
  }

  function link(page, section, text) {
    const anchor = document.createElement("a");
    const root = document.documentElement.dataset.content_root;
    anchor.href = root + page.url + (section === page.sections[0] ? "" : "#" + section.id);
    anchor.textContent = text;
    return anchor;
  }

  function render({ page, hits }, pattern) {
    const item = document.createElement("li");
    const heading = document.createElement("h2");
    heading.append(link(page, page.sections[0], page.title));
    item.append(heading);
    for (const { section } of hits.slice(0, 3)) {
      if (section !== page.sections[0]) {
        const place = document.createElement("p");
        place.className = "ko-search-place";
        place.append(link(page, section, section.heading));
        item.append(place);
      }
      item.append(snippet(section, pattern));
    }
    return item;
  }

  // 받침에 맞는 조사를 고릅니다. 영어는 흔한 읽기를 따릅니다.
  function josa(word, afterClosed, afterOpen) {
    const last = batchim(word.at(-1));
    const closed = last === null ? /(n|m|l|r|ng|it|out|et)$/i.test(word) : last > 0;
    return closed ? afterClosed : afterOpen;
  }

  // 다른 이름으로 물었을 때, 이 책의 말을 알려 줍니다.
  function notes(weights, book) {
    return weights.filter(({ unit }) => unit.name && squeeze(unit.word) !== squeeze(unit.name)).map(({ unit, literal }) => {
      const said = book.pages.some((page) => page.prose && literal.subarray(page.start, page.start + page.sections.length).some(Boolean));
      if (said) return `같은 뜻의 말 ‘${unit.name}’도 함께 찾았습니다.`;
      return `‘${unit.shown}’${josa(unit.shown, "은", "는")} 이 책에서 ‘${unit.name}’${josa(unit.name, "이라고", "라고")} 합니다.`;
    });
  }

  function message(query, results, weights, book) {
    if (!query.trim()) return "찾을 말을 적으세요.";
    const partial = results.filter(({ tier }) => tier === 2).length;
    const told = notes(weights, book);
    if (!results.length) return [`‘${query}’: 찾지 못했습니다. 더 짧은 말로 찾아 보세요.`, ...told].join(" ");
    const counts = partial ? `${results.length}쪽에서 찾았습니다(일부 낱말만 있는 쪽 ${partial}).` : `${results.length}쪽에서 찾았습니다.`;
    return [`‘${query}’: ${counts}`, ...told].join(" ");
  }

  function show(book, query) {
    const { results, weights } = query.trim() ? search(book, query) : { results: [], weights: [] };
    const pattern = marking(weights);
    document.getElementById("ko-search-results").replaceChildren(...results.map((one) => render(one, pattern)));
    document.getElementById("ko-search-status").textContent = message(query, results, weights, book);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const book = prepare(window.KO_SEARCH_INDEX, window.KO_SEARCH_WORDS, window.KO_SEARCH_DEFINED);
    const input = document.querySelector("#ko-search input[name=q]");
    input.value = new URLSearchParams(location.search).get("q") || "";
    input.addEventListener("input", () => show(book, input.value));
    show(book, input.value);
    input.focus();
  });
})();
