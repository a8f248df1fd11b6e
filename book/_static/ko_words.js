// 찾기: 물음을 읽습니다. 조사와 어미를 떼고, 같은 뜻의 말(KO_SEARCH_WORDS)을 덧붙입니다.
//   낱말 하나는 { word, shown(적은 대로), name(바른 용어), forms }이고, 꼴(form) 하나는 { text, weight, alias }입니다.
//   weight: 그대로 1, 조사를 떼면 0.9, 어미를 떼면 0.6, 같은 뜻의 말이면 0.5(alias: 바른 용어)
//   풀이말(나누나요, 일어나나요)은 이름씨보다 덜 중요하게 봅니다(share).
"use strict";
window.jumokWords = (() => {
  const PARTICLES = {
    any: ["에서부터", "으로부터", "에서는", "에서도", "에게서", "까지", "부터", "에서", "에게", "처럼", "보다", "마다",
          "만큼", "조차", "밖에", "하고", "에는", "에도", "만", "도", "의", "에"],
    closed: ["이라는", "이라고", "이란", "으로", "이나", "이며", "은", "이", "을", "과"],   // 받침 뒤
    open: ["라는", "라고", "란", "로", "나", "며", "는", "가", "를", "와"],               // 받침 없는 말 뒤
  };
  const ENDINGS = ["인가요", "이에요", "는가요", "는지요", "을까요", "습니까", "습니다", "는가", "은가", "인가", "나요", "까요",
                   "니까", "니다", "는지", "은지", "인지", "예요", "다면", "으면", "려면", "어야", "아야", "면", "는",
                   "은", "지", "기", "고", "가", "요", "다", "까"];
  // 묻는 말은 다른 낱말이 있으면 찾지 않습니다.
  const ASKING = new Set(["왜", "어떻게", "무엇", "무엇인가", "무엇인가요", "뭐", "뭔가요", "뭐예요", "뭔지", "무슨", "어떤",
                          "언제", "누가", "까닭", "까닭은", "이유", "이유는", "뜻", "뜻은", "하나요", "하는", "되나요", "있나요",
                          "인가요", "것", "수", "때", "정말", "좀", "이란", "대해", "대한", "알려", "알려줘", "방법", "방법은",
                          "몇", "얼마", "얼마나", "모두", "개", "개인가요"]);
  const LONGEST = 5;  // 같은 뜻의 말을 찾을 때 잇는 낱말의 수

  const norm = (text) => text.normalize("NFC").toLowerCase();
  const squeeze = (text) => norm(text).replace(/[\s_·\-‐–]+/g, "");

  // 받침의 번호(없으면 0)입니다. 한글이 아니면 둘 다 될 수 있으므로 null입니다.
  const batchim = (char) => {
    const code = char.charCodeAt(0) - 0xac00;
    return code < 0 || code > 11171 ? null : code % 28;
  };

  // 낱말 끝의 조사를 뗀 꼴들입니다. 뗄 것이 없으면 빈 배열입니다.
  function stems(word) {
    const found = [];
    for (const [kind, list] of Object.entries(PARTICLES)) {
      for (const particle of list) {
        const stem = word.slice(0, -particle.length);
        if (!stem || !word.endsWith(particle)) continue;
        const last = batchim(stem.at(-1));
        const rieul = particle === "로" && last === 8;
        if (kind === "any" || last === null || rieul || (last > 0) === (kind === "closed")) found.push(stem);
      }
    }
    return found.sort((a, b) => b.length - a.length);
  }

  // 풀이말의 어미를 뗀 꼴들입니다. 나누나요 → 나누, 나눈, 나눌, 나눔, 나눕
  function roots(word) {
    const ending = ENDINGS.find((one) => word.endsWith(one) && word.length - one.length >= 2);
    if (!ending || batchim(word[0]) === null) return [];
    const root = word.slice(0, -ending.length);
    const noun = /^(.{2,})[하한할합해되된될됩]$/.exec(root);
    if (noun) return [noun[1]];
    if (batchim(root.at(-1)) !== 0) return [root];
    const last = root.charCodeAt(root.length - 1);
    return [root, ...[4, 8, 16, 17].map((end) => root.slice(0, -1) + String.fromCharCode(last + end))];
  }

  // 같은 뜻의 말들의 사전: 붙여 쓴 꼴 → [바른 용어, 꼴들]
  function dictionary(groups) {
    const found = new Map();
    for (const [name, ...others] of groups)
      for (const form of [name, ...others])
        if (!found.has(squeeze(form))) found.set(squeeze(form), [name, [name, ...others]]);
    return found;
  }

  function unit(text, known) {
    const forms = new Map();
    let group;
    const add = (form, weight, alias) => {
      const key = squeeze(form);
      // 이 책의 말이 아닌 이름은 낱말의 첫머리에서만 찾습니다(‘질의’로 ‘성질의’를 찾지 않도록).
      const start = Boolean(group) && key !== squeeze(group[0]);
      if (key && !forms.has(key)) forms.set(key, { text: norm(form), key, weight, alias, start: alias ? true : start });
    };
    const bare = known.has(squeeze(text)) ? [] : stems(text);  // 아는 말은 조사를 떼지 않습니다(질의 ≠ 질+의).
    group = [text, ...bare].map((one) => known.get(squeeze(one))).find(Boolean);
    add(text, 1);
    for (const stem of bare) add(stem, 0.9);
    for (const other of group?.[1] ?? []) add(other, 0.5, group[0]);
    const verb = group || text.includes(" ") ? [] : roots(text);
    for (const root of verb) add(root, 0.6);
    return { word: group ? [text, ...bare].find((one) => known.has(squeeze(one))) : text, name: group?.[0],
             share: verb.length > 1 ? 0.4 : 1, forms: [...forms.values()] };
  }

  // 물음을 낱말로 나눕니다. 같은 뜻의 말이 있는 여러 낱말("self attention")은 하나로 봅니다.
  function read(query, known) {
    const written = query.normalize("NFC").replace(/[?!.,‘’“”"]+(?=\s|$)/g, "").split(/\s+/).filter(Boolean);
    const words = written.map(norm), units = [];
    for (let start = 0; start < words.length;) {
      let size = Math.min(LONGEST, words.length - start);
      const joined = () => words.slice(start, start + size).join(" ");
      while (size > 1 && ![joined(), ...stems(joined())].some((one) => known.has(squeeze(one)))) size -= 1;
      const found = unit(joined(), known);
      const shown = written.slice(start, start + size).join(" ").slice(0, found.word.length);
      units.push({ ...found, shown });
      start += size;
    }
    const asked = units.filter(({ word }) => !ASKING.has(word));
    return asked.length ? asked : units;
  }

  return { norm, squeeze, batchim, dictionary, read };
})();
