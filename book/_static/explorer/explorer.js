// 어텐션 들여다보기의 입력: 양식, 모델 불러오기, 번역, 알림. 결과는 results.js가 그립니다.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const home = document.getElementById("explorer");
  const manifest = globalThis.JumokModel?.manifest;
  if (!home || !manifest) return;
  const J = globalThis.JumokExplorer;
  const { el, radio, check, withJosa } = J;
  const LONGEST = Math.min(64, manifest.config.max_len); // 그림으로 그릴 수 있는 원문의 길이
  const N_PADS = 3;
  const EXAMPLES = [
    "나는 어제 카페에서 맛있는 사과를 먹었다.",
    "나는 집에 간다.",
    "그녀는 사촌에게 팔찌를 줬다.",
    "너는 붓을 몇 자루 샀니?",
  ];
  const size = `${(manifest.bytes / 1e6).toFixed(1)} MB`;
  let loaded = null; // {model, bpe}
  let shown = null; // 결과의 화면

  // ── 입력 양식 ──────────────────────────────────────────────────────────────────────────────────
  const text = el("input", {
    id: "xp-text",
    type: "text",
    value: EXAMPLES[0],
    autocomplete: "off",
    "aria-describedby": "xp-hint",
  });
  const number = (id, label, value, min, max) =>
    el("label", { class: "xp-number" }, label, el("input", { type: "number", id, value, min, max, step: 1 }));
  const heat = el("input", { type: "range", id: "xp-heat", min: 0.1, max: 2, step: 0.1, value: 1 });
  const heatSaid = el("output", { for: "xp-heat" }, "1.0");
  heat.addEventListener("input", () => (heatSaid.textContent = Number(heat.value).toFixed(1)));
  const extras = {
    greedy: el("span", { class: "xp-extra" }),
    beam: el("span", { class: "xp-extra", hidden: true }, number("xp-beams", "빔의 크기", 4, 1, 8)),
    sample: el(
      "span",
      { class: "xp-extra", hidden: true },
      el("label", { class: "xp-number" }, "온도", heat, heatSaid),
      number("xp-seed", "씨앗", 0, 0, 9999),
    ),
  };
  const showExtra = () => {
    for (const [name, extra] of Object.entries(extras)) extra.hidden = name !== chosen("xp-how");
  };
  const loadButton = el(
    "button",
    { type: "button", class: "xp-button", id: "xp-load", onclick: () => load(true) },
    `모델 불러오기 (${size})`,
  );
  const goButton = el("button", { type: "submit", class: "xp-button xp-go" }, "번역하기");
  const examples = EXAMPLES.map((sentence) =>
    el(
      "button",
      { type: "button", class: "xp-example", onclick: () => ((text.value = sentence), start()) },
      sentence,
    ),
  );
  const form = el(
    "form",
    { class: "xp-form", novalidate: true, onsubmit: (event) => (event.preventDefault(), start()) },
    el("label", { for: "xp-text", class: "xp-label" }, "한국어 문장"),
    text,
    el("p", { id: "xp-hint", class: "xp-note" }, "마침표나 물음표까지 적습니다. 보기 문장을 눌러도 됩니다."),
    el("div", { class: "xp-examples", role: "group", "aria-label": "보기 문장" }, examples),
    el(
      "fieldset",
      {},
      el("legend", {}, "푸는 법"),
      radio("xp-how", "greedy", "탐욕", true, showExtra),
      radio("xp-how", "beam", "빔 서치", false, showExtra),
      radio("xp-how", "sample", "표본 뽑기", false, showExtra),
      Object.values(extras),
    ),
    el(
      "fieldset",
      {},
      el("legend", {}, "패딩 마스크 실험"),
      check("xp-pad", `원문 뒤에 채움 토큰 ${N_PADS}개 붙이기`, false),
      check("xp-mask", "패딩 마스크 쓰기", true),
    ),
    el("div", { class: "xp-buttons" }, goButton, loadButton),
  );
  const { card } = manifest;
  const facts = [
    `매개변수 ${manifest.n_parameters.toLocaleString("ko")}개`,
    `${manifest.config.n_layers}층`,
    `헤드 ${manifest.config.n_heads}개`,
  ];
  if (card.pairs)
    facts.push(`문장쌍 ${card.pairs.toLocaleString("ko")}개로 ${Math.round(card.minutes)}분 동안 학습`);
  if (card.bleu?.test) facts.push(`시험 문장의 BLEU ${card.bleu.test.toFixed(1)}`);
  const about = el("p", { class: "xp-note" }, `이 모델: ${facts.join(", ")}.`);
  const status = el("div", { role: "status", class: "xp-status" });
  const results = el("div", { class: "xp-results", hidden: true });
  home.replaceChildren(form, about, status, results);

  function chosen(name) {
    return form.querySelector(`input[name=${name}]:checked`).value;
  }
  const whole = (id, low, high) => {
    const input = form.querySelector(`#${id}`);
    const value = Math.min(high, Math.max(low, Math.round(Number(input.value) || low)));
    input.value = value;
    return value;
  };

  function say(messages, wrong = false) {
    status.classList.toggle("xp-wrong", wrong);
    status.replaceChildren(...messages.map((message) => el("p", {}, message)));
  }

  // ── 모델 불러오기 ──────────────────────────────────────────────────────────────────────────────
  // file://에서는 fetch를 쓸 수 없으므로 스크립트를 끼워 넣어 읽습니다.
  const folder = new URL("model/", document.querySelector("script[src*='explorer/explorer.js']").src);
  const insert = (name) =>
    new Promise((resolve, reject) => {
      const src = new URL(`${name}.js?v=${manifest.weights_sha256.slice(0, 8)}`, folder).href;
      document.head.append(el("script", { src, onload: resolve, onerror: () => reject(new Error(name)) }));
    });

  let reading = null; // 읽는 사이에 다른 단추를 눌러도 한 번만 읽습니다.
  async function load(alone = false) {
    if (loaded) return true;
    reading ??= read().finally(() => (reading = null));
    if (!(await reading)) return false;
    loadButton.hidden = true;
    if (alone) {
      say(["모델을 불러왔습니다. 이제 번역하기를 눌러 보세요."]);
      goButton.focus();
    }
    return true;
  }

  async function read() {
    say([`모델을 읽는 중입니다(${size}).`]);
    loadButton.disabled = true;
    try {
      await Promise.all(["tokenizer", "weights"].map(insert));
      const { tokenizer, weights } = globalThis.JumokModel;
      loaded = { bpe: new J.Bpe(tokenizer), model: new J.Transformer(manifest, weights) };
      delete globalThis.JumokModel.weights; // 풀어 둔 수만 있으면 됩니다.
      return true;
    } catch {
      say(
        ["모델 파일을 읽지 못했습니다. 책의 폴더를 통째로 옮겼는지 확인한 다음 쪽을 다시 열어 주세요."],
        true,
      );
      return false;
    } finally {
      loadButton.disabled = false;
    }
  }

  // ── 번역 ───────────────────────────────────────────────────────────────────────────────────────
  async function start() {
    shown?.stop();
    const sentence = J.strip(text.value).normalize("NFC");
    text.setAttribute("aria-invalid", "false");
    if (!sentence) return refuse("문장을 적어 주세요. 보기 문장을 눌러도 됩니다.");
    if (!(await load())) return;
    const ids = loaded.bpe.encode(sentence);
    if (ids.length > LONGEST) {
      return refuse(
        `문장이 너무 깁니다. 토큰이 ${ids.length}개인데, 여기서는 ${LONGEST}개까지 그릴 수 있습니다. 문장을 나누어 적어 주세요.`,
      );
    }
    const run = translate(ids);
    const done = run.steps.at(-1).token === manifest.special.eos;
    say([`번역: ${run.text || "(빈 문장)"}`, ...warnings(sentence, done)]);
    results.hidden = false;
    shown ??= J.createResults(results, manifest, loaded.bpe);
    shown.show(run);
  }

  function refuse(message) {
    results.hidden = true;
    text.setAttribute("aria-invalid", "true");
    say([message], true);
    text.focus();
  }

  // 번역은 하되 미리 알려 둘 것들
  function warnings(sentence, done) {
    const list = (words) =>
      words
        .slice(0, 3)
        .map((word) => `‘${word}’`)
        .join(", ") + (words.length > 3 ? ` 외 ${words.length - 3}개` : "");
    const { bpe } = loaded;
    const [unknown, rare] = [bpe.unknownWords(sentence), bpe.rareLetters(sentence)];
    const messages = [];
    if (!/[가-힣]/u.test(sentence))
      messages.push("한글이 없습니다. 이 모델은 한국어를 영어로 옮기는 일만 배웠습니다.");
    if (unknown.length)
      messages.push(
        `${withJosa(list(unknown), "은", "는")} 모델이 배운 문장에 없던 말입니다. 번역이 틀릴 수 있습니다.`,
      );
    if (rare.length)
      messages.push(`${withJosa(list(rare), "은", "는")} 드문 글자라서 바이트로 나누어 읽습니다.`);
    if (!/[.?]$/u.test(sentence))
      messages.push("모델이 배운 문장은 모두 마침표나 물음표로 끝납니다. 붙이면 번역이 나아질 수 있습니다.");
    if (!done) messages.push("끝 토큰이 나오지 않아 도중에 멈추었습니다.");
    return messages;
  }

  function translate(ids) {
    const { model, bpe } = loaded;
    const { pad, bos } = manifest.special;
    const source = form.querySelector("#xp-pad").checked ? [...ids, ...Array(N_PADS).fill(pad)] : ids;
    const encoded = model.encode(source, form.querySelector("#xp-mask").checked);
    const how = chosen("xp-how");
    const options = {
      greedy: () => ({}),
      beam: () => ({ size: whole("xp-beams", 1, 8) }),
      sample: () => ({ temperature: Number(heat.value), seed: whole("xp-seed", 0, 9999) }),
    }[how]();
    const found = J[how](model, encoded, ids, options);
    const read = [bos, ...found.ids.slice(0, -1)];
    const open = model.step(read, model.start(encoded), false); // 인과 마스크 없이 다시 읽은 것
    return { ...found, how, options, source, encoded, read, open, text: J.strip(bpe.decode(found.ids)) };
  }
});
