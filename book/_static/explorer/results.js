// 어텐션 들여다보기의 결과: 토큰, 번역의 걸음, 어텐션 지도, 마스크.
"use strict";
(() => {
  const J = globalThis.JumokExplorer;
  const { el, radio, check, withJosa } = J;
  const KINDS = {
    cross: { name: "크로스 어텐션", row: "방금 낸 번역 토큰", column: "원문 토큰" },
    encoder: { name: "인코더 셀프 어텐션", row: "보는 원문 토큰", column: "보이는 원문 토큰" },
    self: { name: "디코더 마스크드 셀프 어텐션", row: "디코더가 읽은 토큰", column: "보이는 토큰" },
  };

  // root 안에 결과를 그립니다. → show(번역 하나), stop()
  function createResults(root, manifest, bpe) {
    const view = {
      kind: "cross",
      layer: manifest.config.n_layers - 1,
      head: -1,
      row: 0,
      step: 0,
      causal: true,
    };
    let run = null; // 지금 보이는 번역 하나
    let timer = 0;

    // ── 토큰의 이름 ────────────────────────────────────────────────────────────────────────────────
    const showToken = (id) => {
      const token = bpe.tokens[id];
      return bpe.isByte(id) ? token.slice(1, -1) : token.replace(/^ /, "␣");
    };
    const quote = (id) => `‘${showToken(id)}’`;
    const headName = (head) => (head < 0 ? "헤드 평균" : `헤드 ${head + 1}`);

    // ── 결과의 틀 ──────────────────────────────────────────────────────────────────────────────────
    let parts = {};
    function build() {
      const section = (id, title, ...children) =>
        el("section", { "aria-labelledby": id, class: "xp-section" }, el("h3", { id }, title), ...children);
      const slot = (name, tag = "div", attributes = {}) =>
        (parts[name] = el(tag, { class: `xp-${name}`, ...attributes }));
      const button = (label, name, action) =>
        el("button", { type: "button", class: "xp-button", "aria-label": name, onclick: action }, label);
      parts = {};
      parts.play = button("재생", null, () => (timer ? stop() : play(true)));
      parts.slider = el("input", {
        type: "range",
        min: 0,
        max: run.steps.length,
        value: 0,
        "aria-label": "걸음",
        oninput: () => (stop(), go(Number(parts.slider.value))),
      });
      parts.causal = check(
        "xp-causal",
        "인과 마스크 쓰기",
        view.causal,
        (event) => ((view.causal = event.target.checked), drawAttention()),
      );
      const move = (by) => () => (stop(), go(view.step + by));
      const kinds = Object.entries(KINDS).map(([kind, { name }]) =>
        radio("xp-kind", kind, name, kind === view.kind, () => chooseKind(kind)),
      );
      root.replaceChildren(
        J.hatch(),
        section("xp-h-tokens", "토큰", slot("source")),
        section(
          "xp-h-growth",
          "번역이 자라는 과정",
          slot("watched", "p"),
          slot("growing", "p", { lang: "en" }),
          el(
            "div",
            { class: "xp-player", role: "group", "aria-label": "걸음 옮기기" },
            button("◀", "이전 걸음", move(-1)),
            parts.play,
            button("▶", "다음 걸음", move(1)),
            slot("count", "span"),
            parts.slider,
          ),
          slot("step", "p"),
          slot("where", "p"),
          slot("candidates"),
          slot("beams"),
        ),
        section(
          "xp-h-attention",
          "어텐션",
          el("fieldset", {}, el("legend", {}, "어느 어텐션을 볼까요"), kinds),
          slot("heads", "div", { role: "group", "aria-label": "층과 헤드 고르기" }),
          parts.causal,
          slot("summary", "p"),
          slot("pick", "p"),
          slot("map"),
          slot("strip"),
        ),
        section("xp-h-mask", "마스크", slot("masks")),
      );
      drawTokens();
      drawMasks();
      drawAttention();
      go(0);
    }

    function drawTokens() {
      const chips = run.source.map((id, i) => {
        const kind = id === manifest.special.pad ? "xp-chip xp-padding" : "xp-chip";
        return el(
          "li",
          { class: kind },
          el("span", { class: "xp-piece" }, showToken(id)),
          el("small", {}, `${i + 1}번째 · 번호 ${id}`),
        );
      });
      parts.source.replaceChildren(
        el("p", {}, `문장을 토큰 ${run.source.length}개로 나누었습니다. ␣는 앞에 빈칸이 있다는 표시입니다.`),
        el("ol", { class: "xp-chips" }, chips),
      );
    }

    // ── 걸음 ───────────────────────────────────────────────────────────────────────────────────────
    function play(asked = false) {
      if (view.step >= run.steps.length) go(0);
      if (!asked && matchMedia("(prefers-reduced-motion: reduce)").matches) return go(run.steps.length);
      parts.play.textContent = "멈춤";
      timer = setInterval(() => {
        go(view.step + 1);
        if (view.step >= run.steps.length) stop();
      }, 420);
    }

    function stop() {
      clearInterval(timer);
      timer = 0;
      if (parts.play) parts.play.textContent = "재생";
    }

    function go(step) {
      view.step = Math.min(run.steps.length, Math.max(0, step));
      if (view.kind !== "encoder") view.row = Math.max(0, view.step - 1);
      parts.slider.value = view.step;
      parts.slider.setAttribute("aria-valuetext", `${run.steps.length}걸음 가운데 ${view.step}걸음`);
      parts.count.textContent = `${view.step} / ${run.steps.length}걸음`;
      parts.step.setAttribute("aria-live", timer ? "off" : "polite");
      drawStep();
      drawRow();
    }

    function drawStep() {
      const shown = run.steps.slice(0, view.step);
      const tokens = shown.flatMap(({ token }, i) => [
        bpe.tokens[token].startsWith(" ") ? " " : "",
        el("span", { class: i === view.step - 1 ? "xp-new" : "xp-old" }, showToken(token).replace("␣", "")),
      ]);
      parts.growing.replaceChildren(...(tokens.length ? tokens : [el("span", { class: "xp-old" }, "<bos>")]));
      drawWatched();
      if (!view.step) {
        parts.step.textContent = "아직 아무 토큰도 내지 않았습니다. 디코더는 <bos>만 읽은 상태입니다.";
        parts.candidates.replaceChildren();
        parts.beams.replaceChildren();
        return;
      }
      const { token, logProb, top } = run.steps[view.step - 1];
      const rank = top.findIndex((each) => each.token === token);
      const place = rank < 0 ? `${top.length}등 밖` : `${rank + 1}등`;
      parts.step.textContent = `${view.step}번째 걸음에서 ${quote(token)} 토큰을 골랐습니다. 확률은 ${Math.exp(logProb).toFixed(3)}이고 ${place}입니다.`;
      const bar = (prob) =>
        el("span", { class: "xp-bar", style: `width: ${(prob * 100).toFixed(1)}%`, "aria-hidden": "true" });
      const rows = top.map((each, i) => [
        `${i + 1}등`,
        el("span", {}, showToken(each.token), each.token === token ? " ← 고름" : ""),
        each.prob.toFixed(3),
        bar(each.prob),
      ]);
      const left = 1 - top.reduce((sum, each) => sum + each.prob, 0);
      rows.push([
        "나머지",
        `토큰 ${(manifest.config.vocab_size - top.length).toLocaleString("ko")}개`,
        Math.max(0, left).toFixed(3),
        bar(Math.max(0, left)),
      ]);
      const heated = run.how === "sample" ? ` (온도 ${run.options.temperature.toFixed(1)}을 적용한 값)` : "";
      parts.candidates.replaceChildren(
        J.scroller(
          "다음 토큰의 확률",
          J.table({
            caption: `다음 토큰의 확률${heated}`,
            head: ["등수", "토큰", "확률", "크기"],
            rows,
            className: "xp-probs",
          }),
        ),
      );
      drawBeams();
    }

    // 이 걸음에서 원문의 어디를 보았는지(고른 층의 헤드 평균) 원문 토큰의 밑줄로 보입니다.
    function drawWatched() {
      const map = mapOf("cross", view.layer, -1);
      const weights = run.source.map((_, j) => (view.step ? (map.value(view.step - 1, j) ?? 0) : 0));
      const spans = run.source.flatMap((id, j) => [
        bpe.tokens[id].startsWith(" ") ? " " : "",
        el(
          "span",
          { class: "xp-old", style: `--weight: ${(weights[j] * 100).toFixed(0)}%` },
          showToken(id).replace("␣", ""),
        ),
      ]);
      parts.watched.replaceChildren(...spans);
      const most = weights.indexOf(Math.max(...weights));
      const where = `${view.layer + 1}층의 크로스 어텐션이 가장 많이 본 원문 토큰은 ${quote(run.source[most])}(${weights[most].toFixed(2)})입니다.`;
      parts.where.textContent = view.step
        ? where
        : "걸음을 옮기면 그때 많이 본 원문 토큰의 밑줄이 진해집니다.";
    }

    function drawBeams() {
      const lines = run.rounds?.[view.step - 1];
      if (!lines) return parts.beams.replaceChildren();
      const rows = lines.map((line, i) => [
        `${i + 1}`,
        line.score.toFixed(2),
        line.sum.toFixed(2),
        line.ended ? "끝남" : "이어 감",
        el("span", { lang: "en" }, bpe.decode(line.ids)),
      ]);
      const caption = `${view.step}번째 걸음에서 빔에 남은 문장들`;
      const head = ["줄", "점수", "로그 확률의 합", "상태", "지금까지"];
      parts.beams.replaceChildren(
        J.scroller("빔에 남은 문장들", J.table({ caption, head, rows, className: "xp-lines" })),
      );
    }

    // ── 어텐션 지도 ────────────────────────────────────────────────────────────────────────────────
    // 지도 하나: 줄과 칸의 토큰, 값. 헤드가 −1이면 평균입니다. 가린 칸은 null입니다.
    function mapOf(kind, layer, head) {
      const heads = (perHead, j) =>
        head >= 0 ? perHead[head][j] : perHead.reduce((sum, weights) => sum + weights[j], 0) / perHead.length;
      const keep = (j) => run.encoded.keep[j];
      if (kind === "encoder") {
        const maps = run.encoded.maps[layer];
        return {
          rows: run.source,
          columns: run.source,
          value: (i, j) => (keep(j) ? heads(maps[i], j) : null),
        };
      }
      if (kind === "cross") {
        const at = (i) => run.steps[i].maps.cross[layer][0];
        return { rows: run.ids, columns: run.source, value: (i, j) => (keep(j) ? heads(at(i), j) : null) };
      }
      const at = (i) => (view.causal ? run.steps[i].maps.self[layer][0] : run.open.maps.self[layer][i]);
      return {
        rows: run.read,
        columns: run.read,
        value: (i, j) => (view.causal && j > i ? null : heads(at(i), j)),
      };
    }

    // 어텐션, 층, 헤드를 바꿀 때: 틀과 표를 새로 만듭니다. 줄만 바꿀 때는 drawRow가 그림만 다시 그립니다.
    function drawAttention() {
      const map = mapOf(view.kind, view.layer, view.head);
      const [rows, columns] = [map.rows.map(showToken), map.columns.map(showToken)];
      const title = `${view.layer + 1}층 ${headName(view.head)}의 ${KINDS[view.kind].name}`;
      parts.causal.hidden = view.kind !== "self";
      parts.frame = J.scroller("어텐션 그림");
      parts.map.replaceChildren(parts.frame, legend(), J.mapTable({ ...map, rows, columns, title }));
      const select = el(
        "select",
        { id: "xp-row", onchange: () => pickRow(Number(select.value)) },
        rows.map((name, i) => el("option", { value: i }, `${i + 1}. ${name}`)),
      );
      parts.pick.replaceChildren(el("label", { for: "xp-row" }, "볼 줄"), select);
      parts.now = { map, rows, columns, title, select };
      drawHeads();
      drawRow();
    }

    function chooseKind(kind) {
      view.kind = kind;
      view.row = kind === "encoder" ? 0 : Math.max(0, view.step - 1);
      drawAttention();
    }

    function pickRow(i) {
      stop();
      view.row = i;
      if (view.kind === "encoder") drawRow();
      else go(i + 1);
    }

    function drawRow() {
      const { map, rows, columns, title, select } = parts.now;
      const { row, column } = KINDS[view.kind];
      const value = (j) => map.value(view.row, j);
      const weights = columns.map((_, j) => value(j) ?? 0);
      const most = weights.indexOf(Math.max(...weights));
      const strongest = `${view.row + 1}번째 줄 ‘${rows[view.row]}’에서 가장 진한 칸은 ‘${columns[most]}’(${weights[most].toFixed(2)})입니다.`;
      const alt = `${title} 그림. 줄 ${rows.length}개, 칸 ${columns.length}개. ${strongest} 모든 값은 아래의 표에 있습니다.`;
      select.value = view.row;
      parts.summary.textContent = `${title}. 줄은 ${withJosa(row, "이고", "고")}, 칸은 ${column}입니다. ${strongest}${openNote()}`;
      parts.frame.replaceChildren(
        J.heatMap({
          ...map,
          rows,
          columns,
          current: view.row,
          alt,
          room: parts.map.clientWidth,
          pick: pickRow,
        }),
      );
      drawStrip(rows[view.row], columns, value);
    }

    function openNote() {
      if (view.kind !== "self" || view.causal) return "";
      const changed = run.open.logits.filter(
        (logits, i) => J.topK(logits, 1)[0] !== run.steps[i].top[0].token,
      ).length;
      return ` 마스크 없이 번역을 통째로 다시 읽은 것입니다. 앞의 토큰도 뒤를 봅니다. ${run.ids.length}자리 가운데 ${changed}자리에서 1등 토큰이 바뀌었습니다.`;
    }

    function drawHeads() {
      const { n_layers, n_heads } = manifest.config;
      const lines = Array.from({ length: n_layers }, (_, layer) => {
        const buttons = Array.from({ length: n_heads + 1 }, (_, h) => {
          const head = h - 1;
          const on = layer === view.layer && head === view.head;
          const choose = () => {
            Object.assign(view, { layer, head });
            drawAttention();
            drawWatched();
            parts.heads.querySelector("[aria-pressed=true]").focus();
          };
          const label = el(
            "span",
            {},
            el("span", { class: "visually-hidden" }, `${layer + 1}층 `),
            head < 0 ? "평균" : headName(head),
          );
          return el(
            "button",
            { type: "button", class: "xp-head", "aria-pressed": String(on), onclick: choose },
            J.thumbnail(mapOf(view.kind, layer, head)),
            label,
          );
        });
        return el(
          "div",
          { class: "xp-layer" },
          el("span", { class: "xp-layer-name", "aria-hidden": "true" }, `${layer + 1}층`),
          buttons,
        );
      });
      parts.heads.replaceChildren(...lines);
    }

    function drawStrip(row, columns, value) {
      const items = columns.map((name, j) => {
        const weight = value(j);
        const bar = el("span", {
          class: "xp-bar",
          style: `width: ${((weight ?? 0) * 100).toFixed(0)}%`,
          "aria-hidden": "true",
        });
        return el(
          "li",
          {},
          el("span", { class: "xp-piece" }, name),
          el("span", { class: "xp-track" }, bar),
          el("span", { class: "xp-weight" }, weight === null ? "가림" : weight.toFixed(2)),
        );
      });
      parts.strip.replaceChildren(
        el("p", {}, `‘${row}’ 줄의 가중치입니다. 더하면 1입니다.`),
        el("ol", { class: "xp-weights" }, items),
      );
    }

    const legend = () =>
      el(
        "p",
        { class: "xp-legend" },
        el("span", {}, "0"),
        el("span", { class: "xp-ramp", "aria-hidden": "true" }),
        el("span", {}, "1"),
        el("span", { class: "xp-hatched", "aria-hidden": "true" }),
        el("span", {}, "마스크로 가린 칸"),
      );

    // ── 마스크 ─────────────────────────────────────────────────────────────────────────────────────
    function drawMasks() {
      const [source, read] = [run.source.map(showToken), run.read.map(showToken)];
      const masks = [
        {
          title: "패딩 마스크",
          rows: ["모든 쿼리"],
          columns: source,
          value: (_, j) => (run.encoded.keep[j] ? 1 : null),
        },
        { title: "인과 마스크", rows: read, columns: read, value: (i, j) => (j <= i ? 1 : null) },
      ];
      const notes = [
        `인코더와 크로스 어텐션이 씁니다. 칸 ${source.length}개 가운데 ${run.encoded.keep.filter((x) => !x).length}개를 가립니다.`,
        `디코더 셀프 어텐션이 씁니다. 칸 ${read.length ** 2}개 가운데 ${(read.length * (read.length - 1)) / 2}개를 가립니다.`,
      ];
      const room = Math.min(460, root.clientWidth);
      parts.masks.replaceChildren(
        ...masks.flatMap((mask, i) => {
          const alt = `${mask.title} 그림. ${notes[i]} 진한 칸은 보는 자리, 빗금 친 칸은 가린 자리입니다.`;
          const details = J.mapTable(mask, (x) => (x === null ? "가림" : "본다"));
          return [
            el("p", {}, el("strong", {}, mask.title), `: ${notes[i]}`),
            J.scroller(`${mask.title} 그림`, J.heatMap({ ...mask, alt, room })),
            details,
          ];
        }),
      );
    }

    addEventListener("resize", () => {
      if (run && !root.hidden) drawRow();
    });

    function show(fresh) {
      run = fresh;
      Object.assign(view, { row: 0, step: 0 });
      build();
      play();
    }

    return { show, stop };
  }

  globalThis.JumokExplorer = { ...J, createResults };
})();
