// 어텐션 지도와 표를 그리는 함수들. 색은 테마의 변수를 쓰므로 밝기를 바꾸어도 다시 그리지 않습니다.
"use strict";
(() => {
  const LABEL = 13; // 이름표의 글자 크기
  const TILT = Math.PI / 3.6; // 칸 이름을 기울이는 각
  const SVG = "http://www.w3.org/2000/svg";

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child != null));
    return element;
  }
  const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const draw = (tag, attributes, ...children) =>
    fill(document.createElementNS(SVG, tag), attributes, children);

  const radio = (name, value, label, checked, onchange) =>
    el(
      "label",
      { class: "xp-choice" },
      el("input", { type: "radio", name, value, checked, onchange }),
      label,
    );
  const check = (id, label, checked, onchange) =>
    el("label", { class: "xp-choice" }, el("input", { type: "checkbox", id, checked, onchange }), label);

  // 글의 너비를 어림합니다. 한글은 넓고 로마자는 좁습니다.
  const widthOf = (text) =>
    [...text].reduce((sum, x) => sum + (x > "\u2e80" ? 0.95 : x > "~" ? 0.8 : 0.58), 0) * LABEL;
  const widest = (labels) => Math.max(0, ...labels.map(widthOf));

  // 값이 null인 칸은 가린 칸입니다. pick을 주면 줄을 누를 때 그 줄의 번호로 부릅니다.
  function heatMap({ rows, columns, value, current = -1, alt, room = 600, pick }) {
    const left = Math.min(widest(rows), 150) + 10;
    const top = widest(columns) * Math.sin(TILT) + LABEL;
    const right = Math.max(12, widthOf(columns.at(-1) ?? "") * Math.cos(TILT) - 4);
    const cell = Math.max(20, Math.min(34, Math.floor((room - left - right) / columns.length)));
    const [width, height] = [left + columns.length * cell + right, top + rows.length * cell + 4];
    const middle = cell / 2 + LABEL * 0.35;
    const names = columns.map((name, j) => {
      const [x, y] = [left + j * cell + cell / 2 + 2, top - 6];
      return draw("text", { transform: `translate(${x} ${y}) rotate(${(-TILT * 180) / Math.PI})` }, name);
    });
    const lines = rows.map((name, i) => {
      const cells = columns.map((_, j) => {
        const weight = value(i, j);
        const place = { x: left + j * cell, y: top + i * cell, width: cell, height: cell };
        const look =
          weight === null
            ? { class: "xp-hidden-cell" }
            : { class: "xp-cell", "fill-opacity": weight.toFixed(3) };
        const said = weight === null ? "가림" : weight.toFixed(2);
        return draw("rect", { ...place, ...look }, draw("title", {}, `${name} → ${columns[j]}: ${said}`));
      });
      const label = draw("text", { x: left - 7, y: top + i * cell + middle, "text-anchor": "end" }, name);
      const kind = i === current ? "xp-row xp-current" : "xp-row";
      return draw("g", { class: kind, onclick: pick && (() => pick(i)) }, label, cells);
    });
    const mark = {
      x: left,
      y: top + current * cell,
      width: columns.length * cell,
      height: cell,
      class: "xp-mark",
    };
    return draw(
      "svg",
      {
        role: "img",
        "aria-label": alt,
        class: pick ? "xp-picture xp-clickable" : "xp-picture",
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        "font-size": LABEL,
      },
      names,
      lines,
      current >= 0 && current < rows.length ? draw("rect", mark) : null,
    );
  }

  // 가린 칸의 빗금. 모든 그림이 함께 쓰므로 쪽에 한 번만 놓습니다.
  function hatch() {
    const line = draw("path", { d: "M0 6 L6 0", class: "xp-hatch" });
    const pattern = draw(
      "pattern",
      { id: "xp-hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse" },
      line,
    );
    return draw(
      "svg",
      { width: 0, height: 0, class: "xp-defs", "aria-hidden": "true" },
      draw("defs", {}, pattern),
    );
  }

  // 이름표 없는 작은 지도. 단추 안에 넣으므로 읽히지 않게 합니다.
  function thumbnail({ rows, columns, value }) {
    const cells = rows.flatMap((_, i) =>
      columns.map((_, j) => {
        const weight = value(i, j);
        if (weight === null || weight < 0.02) return null;
        return draw("rect", {
          x: j,
          y: i,
          width: 1,
          height: 1,
          class: "xp-dot",
          "fill-opacity": weight.toFixed(2),
        });
      }),
    );
    const box = { viewBox: `0 0 ${columns.length} ${rows.length}`, preserveAspectRatio: "none" };
    return draw("svg", { ...box, class: "xp-thumb", "aria-hidden": "true", focusable: "false" }, cells);
  }

  // 옆으로 넘치면 그 안에서만 밀리는 상자. 글쇠로도 밀 수 있게 초점을 받습니다.
  function scroller(label, ...children) {
    const attributes = {
      class: "pst-scrollable-table-container xp-scroll",
      role: "region",
      "aria-label": label,
      tabindex: 0,
    };
    return el("div", attributes, ...children);
  }

  function table({ caption, head, rows, className = "" }) {
    return el(
      "table",
      { class: `table xp-table ${className}` },
      el("caption", {}, caption),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((name) => el("th", { scope: "col" }, name)),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map(([name, ...cells]) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, name),
            cells.map((x) => el("td", {}, x)),
          ),
        ),
      ),
    );
  }

  // 지도의 값을 담은 표. 펼칠 때 만듭니다.
  function mapTable(
    { rows, columns, value, title },
    say = (weight) => (weight === null ? "가림" : weight.toFixed(2)),
  ) {
    const details = el("details", { class: "xp-data" }, el("summary", {}, `${title} 표로 보기`));
    details.addEventListener("toggle", () => {
      if (!details.open || details.querySelector("table")) return;
      const lines = rows.map((name, i) => [name, ...columns.map((_, j) => say(value(i, j)))]);
      details.append(
        scroller(`${title} 표`, table({ caption: title, head: ["줄 \\ 칸", ...columns], rows: lines })),
      );
    });
    return details;
  }

  // 받침에 맞는 조사를 붙입니다: withJosa("집에", "을", "를")
  function withJosa(word, closed, open) {
    const letter = word.replace(/[’'"”.?!]+$/u, "").at(-1) ?? "";
    if (letter < "가" || letter > "힣") return `${word}${closed}(${open})`;
    return word + ((letter.charCodeAt(0) - 0xac00) % 28 ? closed : open);
  }

  globalThis.JumokExplorer = {
    ...globalThis.JumokExplorer,
    el,
    radio,
    check,
    hatch,
    heatMap,
    thumbnail,
    scroller,
    table,
    mapTable,
    withJosa,
  };
})();
