// 찾기 페이지: 본문 전체(KO_SEARCH_INDEX)에서 부분 문자열로 찾습니다.
// 1) 적은 그대로  2) 띄어쓰기를 무시하고  3) 조사를 떼고 — 뒤의 것일수록 아래에 놓습니다.
"use strict";
(() => {
  const PARTICLES = {
    any: ["에서부터", "으로부터", "에서는", "에서도", "에게서", "까지", "부터", "에서", "에게", "처럼", "보다", "마다",
          "만큼", "조차", "밖에", "하고", "에는", "에도", "만", "도", "의", "에"],
    closed: ["이라는", "이라고", "이란", "으로", "이나", "이며", "은", "이", "을", "과"],   // 받침 뒤
    open: ["라는", "라고", "란", "로", "나", "며", "는", "가", "를", "와"],               // 받침 없는 말 뒤
  };
  const norm = (text) => text.normalize("NFC").toLowerCase();
  const squeeze = (text) => norm(text).replace(/\s+/g, "");

  // 받침이 있는지 봅니다. 한글이 아니면 둘 다 될 수 있으므로 null입니다.
  const closed = (char) => {
    const code = char.charCodeAt(0) - 0xac00;
    return code < 0 || code > 11171 ? null : code % 28 !== 0;
  };

  // 낱말 끝의 조사를 뗀 꼴들입니다. 뗄 것이 없으면 빈 배열입니다.
  function stems(word) {
    const found = [];
    for (const [kind, list] of Object.entries(PARTICLES)) {
      for (const particle of list) {
        const stem = word.slice(0, -particle.length);
        if (!stem || !word.endsWith(particle)) continue;
        const batchim = closed(stem.at(-1));
        const rieul = particle === "로" && (stem.at(-1).charCodeAt(0) - 0xac00) % 28 === 8;
        if (kind === "any" || batchim === null || rieul || batchim === (kind === "closed")) found.push(stem);
      }
    }
    return found.sort((a, b) => b.length - a.length);
  }

  // 물음을 읽는 여러 방법입니다. 각 방법은 낱말마다 받아들일 꼴의 목록입니다.
  function readings(query) {
    const words = norm(query).split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const list = [{ rank: 0, words: words.map((word) => [word]) }];
    list.push({ rank: 1, squeezed: true, words: [[words.join("")]] });
    const loose = words.map((word) => [word, ...stems(word)]);
    if (loose.some((forms) => forms.length > 1)) list.push({ rank: 2, squeezed: true, words: loose });
    return list;
  }

  function count(text, word) {
    let total = 0;
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) total += 1;
    return total;
  }

  const best = (text, forms) => Math.max(...forms.map((form) => count(text, form)));

  // 절 하나의 점수입니다. 제목에 있으면 크게 칩니다.
  function sectionScore(section, reading) {
    const [title, text] = reading.squeezed ? section.squeezed : section.normal;
    return reading.words.reduce((sum, forms) =>
      sum + (best(title, forms) ? 20 : 0) + Math.log2(1 + best(text, forms)), 0);
  }

  function search(pages, query) {
    const results = [];
    const all = readings(query);
    for (const page of pages) {
      const reading = all.find((way) => {
        const whole = way.squeezed ? page.squeezed : page.normal;
        return way.words.every((forms) => forms.some((form) => whole.includes(form)));
      });
      if (!reading) continue;
      const hits = page.sections
        .map((section, order) => ({ section, order, score: sectionScore(section, reading) }))
        .filter((hit) => hit.score > 0)
        .sort((a, b) => b.score - a.score || a.order - b.order);
      const inTitle = reading.words.every((forms) => best(page.sections[0].squeezed[0], forms)) ? 60 : 0;
      const score = inTitle + hits.reduce((sum, hit, i) => sum + hit.score / (i + 1), 0);
      results.push({ page, reading, hits, score });
    }
    return results.sort((a, b) => a.reading.rank - b.reading.rank || b.score - a.score);
  }

  function prepare(index) {
    return index.map(({ u, t, s }) => {
      const sections = s.map(([id, title, text]) => ({
        id, title, text, normal: [norm(title), norm(text)], squeezed: [squeeze(title), squeeze(text)],
      }));
      const whole = sections.map((section) => section.normal.join("\n")).join("\n");
      return { url: u, title: t, sections, normal: whole, squeezed: squeeze(whole) };
    });
  }

  // 찾은 말을 <mark>로 감싼 토막글을 만듭니다.
  function snippet(section, reading) {
    const forms = reading.words.flat().sort((a, b) => b.length - a.length);
    const escape = (form) => [...form].map((c) => c.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s*");
    const pattern = new RegExp(forms.map(escape).join("|"), "gi");
    const first = Math.max(0, section.text.search(pattern));
    const start = Math.max(0, section.text.lastIndexOf(" ", Math.max(0, first - 30)));
    const cut = section.text.slice(start, start + 140);
    const node = document.createElement("p");
    node.append(start > 0 ? "…" : "");
    let last = 0;
    for (const match of cut.matchAll(pattern)) {
      const mark = document.createElement("mark");
      mark.textContent = match[0];
      node.append(cut.slice(last, match.index), mark);
      last = match.index + match[0].length;
    }
    node.append(cut.slice(last), start + 140 < section.text.length ? "…" : "");
    return node;
  }

  function link(page, section, text) {
    const anchor = document.createElement("a");
    const root = document.documentElement.dataset.content_root;
    anchor.href = root + page.url + (section === page.sections[0] ? "" : "#" + section.id);
    anchor.textContent = text;
    return anchor;
  }

  function render({ page, reading, hits }) {
    const item = document.createElement("li");
    const heading = document.createElement("h2");
    heading.append(link(page, page.sections[0], page.title));
    item.append(heading);
    for (const { section } of hits.slice(0, 3)) {
      if (section !== page.sections[0]) {
        const place = document.createElement("p");
        place.className = "ko-search-place";
        place.append(link(page, section, section.title));
        item.append(place);
      }
      item.append(snippet(section, reading));
    }
    return item;
  }

  function show(pages, query) {
    const list = document.getElementById("ko-search-results");
    const status = document.getElementById("ko-search-status");
    const results = search(pages, query);
    list.replaceChildren(...results.map(render));
    if (!query.trim()) status.textContent = "찾을 말을 적으세요.";
    else if (results.length) status.textContent = `‘${query}’: ${results.length}쪽에서 찾았습니다.`;
    else status.textContent = `‘${query}’: 찾지 못했습니다. 더 짧은 말로 찾아 보세요.`;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const pages = prepare(window.KO_SEARCH_INDEX);
    const input = document.querySelector("#ko-search input[name=q]");
    input.value = new URLSearchParams(location.search).get("q") || "";
    input.addEventListener("input", () => show(pages, input.value));
    show(pages, input.value);
    input.focus();
  });
})();
