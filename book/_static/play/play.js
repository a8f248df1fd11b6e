// 만져 보는 그림의 뼈대: 손잡이, 막대, 칸, 선, 표, 알림. 그림마다의 계산과 말은 저마다의 파일에 있습니다.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const PAUSE = 200; // 손잡이를 끄는 동안에는 말하지 않고, 이만큼 멈추면 말합니다(밀리초).
  const figures = {}; // 이름 → 계산 함수. 책의 시험이 불러 봅니다.

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name === "style") for (const pair of Object.entries(value)) element.style.setProperty(...pair);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.flat(Infinity).filter((child) => child != null));
    return element;
  }
  const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const draw = (tag, attributes, ...children) =>
    fill(document.createElementNS(SVG, tag), attributes, children);

  // ── 수 ─────────────────────────────────────────────────────────────────────────────────────────
  const n = (x, digits = 2) => {
    const text = x.toFixed(digits);
    return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
  };
  const sum = (xs) => xs.reduce((total, x) => total + x, 0);
  const dot = (xs, ys) => sum(xs.map((x, i) => x * ys[i]));
  const argmax = (xs) => xs.indexOf(Math.max(...xs));
  // 식 (4.2). 가린 점수는 −Infinity이고, 볼 것이 없는 줄은 모두 0입니다.
  function softmax(scores) {
    const peak = Math.max(...scores);
    const powers = scores.map((s) => (s === -Infinity ? 0 : Math.exp(s - peak)));
    const total = sum(powers) || 1;
    return powers.map((power) => power / total);
  }

  // ── 손잡이: (id, 바뀌면 부를 것) → {row, read, reset} ─────────────────────────────────────────
  const rowOf = (id, label, ...parts) =>
    el("div", { class: "play-control" }, el("label", { for: id }, label), parts);

  const range = (label, [min, max, step], start, { map = Number, unit = "" } = {}) => (id, changed) => {
    const input = el("input", { type: "range", id, min, max, step, oninput: () => (show(), changed()) });
    const said = el("span", { class: "play-value", "aria-hidden": "true" });
    const read = () => map(Number(input.value));
    const show = () => {
      said.textContent = read().toLocaleString("ko", { maximumFractionDigits: 2 }).replace("-", "−") + unit;
      input.setAttribute("aria-valuetext", said.textContent);
    };
    const reset = () => ((input.value = start), show());
    return { row: rowOf(id, label, input, said), read, reset };
  };

  const select = (label, names, start = 0) => (id, changed) => {
    const options = names.map((name, i) => el("option", { value: i }, name));
    const input = el("select", { id, onchange: changed }, options);
    return { row: rowOf(id, label, input), read: () => Number(input.value), reset: () => (input.value = start) };
  };

  const check = (label, start) => (id, changed) => {
    const input = el("input", { type: "checkbox", id, onchange: changed });
    const row = el("label", { class: "play-check" }, input, label);
    return { row, read: () => input.checked, reset: () => (input.checked = start) };
  };

  // 누른 수를 세는 단추
  const button = (label) => (id, changed) => {
    let count = 0;
    const press = () => ((count += 1), changed());
    const row = el("button", { type: "button", class: "play-button", id, onclick: press }, label);
    return { row, read: () => count, reset: () => (count = 0) };
  };

  // ── 그림 ───────────────────────────────────────────────────────────────────────────────────────
  // rows: [이름, 값, 견줄 값]. 값은 0과 1 사이이고, 견줄 값은 세로줄로 그립니다.
  const bars = (title, rows) =>
    el(
      "div",
      { class: "play-bars" },
      title && el("p", { class: "play-name" }, title),
      rows.map(([name, value, ghost]) => [
        el("span", { class: "play-key" }, name),
        el(
          "span",
          { class: "play-track" },
          el("span", { class: "play-bar", style: { width: `${value * 100}%` } }),
          ghost == null ? null : el("span", { class: "play-ghost", style: { left: `${ghost * 100}%` } }),
        ),
        el("span", { class: "play-number" }, n(value)),
      ]),
    );

  // cells[i][j]는 수이거나 가린 칸(null)입니다. notes[i]는 줄의 끝에 적고, strong[i]면 굵게 적습니다.
  function heat({ rows, columns, cells, corner, notes, strong, last }) {
    const head = [corner, ...columns, last].map((name) => el("span", { class: "play-key" }, name));
    const lines = rows.map((name, i) => [
      el("span", { class: "play-key" }, name),
      cells[i].map((x) =>
        x === null
          ? el("span", { class: "play-cell play-hidden" })
          : el("span", { class: "play-cell", style: { "--w": x } }, n(x)),
      ),
      el(strong[i] ? "strong" : "span", { class: "play-key" }, notes[i]),
    ]);
    const columnsOf = `auto repeat(${columns.length}, minmax(2.3rem, 3.4rem)) auto`;
    return el("div", { class: "play-heat", style: { "grid-template-columns": columnsOf } }, head, lines);
  }

  // 곡선들. curves: [점들 [x, y], 점선인가]. mark는 눈여겨볼 점 [x, y]입니다.
  function lines({ width, curves, mark, xs, ys, xName, yName, tick = String }) {
    const [left, top, height] = [54, 26, 230];
    const [right, bottom] = [width - 14, height - 42];
    const px = (x) => left + ((x - xs[0]) / (xs.at(-1) - xs[0])) * (right - left);
    const py = (y) => bottom - ((y - ys[0]) / (ys.at(-1) - ys[0])) * (bottom - top);
    const text = (x, y, anchor, said) => draw("text", { x, y, "text-anchor": anchor }, said);
    const rule = (y) => draw("path", { class: "play-rule", d: `M${left} ${py(y)} H${right}` });
    return draw(
      "svg",
      { width, height, viewBox: `0 0 ${width} ${height}`, class: "play-lines" },
      ys.map((y) => [rule(y), text(left - 7, py(y) + 4, "end", tick(y))]),
      xs.map((x, i) => text(px(x), bottom + 18, i && i === xs.length - 1 ? "end" : "middle", x.toLocaleString("ko"))),
      text(right, height - 4, "end", xName),
      text(4, 14, "start", yName),
      curves.map(([points, dashed]) =>
        draw("polyline", {
          class: dashed ? "play-line play-dashed" : "play-line",
          points: points.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" "),
        }),
      ),
      draw("circle", { class: "play-mark", cx: px(mark[0]), cy: py(mark[1]), r: 6 }),
    );
  }

  function table(caption, [head, ...rows]) {
    const line = ([name, ...cells]) =>
      el("tr", {}, el("th", { scope: "row" }, name), cells.map((x) => el("td", {}, x)));
    return el(
      "table",
      { class: "table" },
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, head.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, rows.map(line)),
    );
  }

  // ── 한 그림 ────────────────────────────────────────────────────────────────────────────────────
  // compute(손잡이의 값) → 수들, view(수들, 손잡이의 값, 너비) → {picture, say, rows, legend}
  function figure(name, { title, controls, compute, view }) {
    figures[name] = compute;
    const home = document.querySelector(`[data-play="${name}"]`);
    if (home) build(home, name, title, controls, (values, width) => view(compute(values), values, width));
  }

  function build(home, name, title, controls, show) {
    let [width, waiting] = [0, 0];
    const made = Object.entries(controls).map(([key, make]) => [key, make(`play-${name}-${key}`, refresh)]);
    const stage = el("div", { class: "play-stage", role: "img" });
    const legend = el("p", { class: "play-legend" });
    const status = el("p", { class: "play-say" }); // 처음 그린 뒤부터 바뀔 때마다 읽어 줍니다(role="status").
    const scroller = el("div", {
      class: "pst-scrollable-table-container play-scroll",
      role: "region",
      "aria-label": `${title} 표`,
      tabindex: 0,
    });

    function refresh() {
      const values = Object.fromEntries(made.map(([key, control]) => [key, control.read()]));
      const { picture, say, rows, legend: words = "" } = show(values, width);
      stage.replaceChildren(...[picture].flat());
      legend.textContent = words;
      scroller.replaceChildren(table(title, rows));
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        status.textContent = say;
        stage.setAttribute("aria-label", say);
        setTimeout(() => status.setAttribute("role", "status"), PAUSE);
      }, status.textContent ? PAUSE : 0);
    }
    function reset() {
      for (const [, control] of made) control.reset();
      refresh();
    }

    const again = el("button", { type: "button", class: "play-button", onclick: reset }, "처음으로");
    const isButton = (row) => row.matches("button");
    const parts = made.map(([, control]) => control.row);
    const [buttons, handles] = [parts.filter(isButton), parts.filter((row) => !isButton(row))];
    const id = `play-${name}-title`;
    home.replaceChildren(
      el(
        "div",
        { class: "play-box", role: "group", "aria-labelledby": id },
        el("p", { class: "play-title", id }, "만져 보기 — ", title),
        el("div", { class: "play-controls" }, handles, el("div", { class: "play-buttons" }, buttons, again)),
        stage,
        legend,
        status,
        el("details", { class: "play-data" }, el("summary", {}, "표로 보기"), scroller),
      ),
    );
    const fit = () => {
      const now = Math.floor(stage.clientWidth) || 320;
      if (now !== width) ((width = now), refresh());
    };
    for (const [, control] of made) control.reset();
    fit();
    new ResizeObserver(fit).observe(stage);
  }

  globalThis.JumokPlay = {
    figures, figure, range, select, check, button, bars, heat, lines, el, draw, n, sum, dot, argmax, softmax,
  };
})();
