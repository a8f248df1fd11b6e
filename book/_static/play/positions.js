// 6장: 짝마다 바늘 하나. 자리를 옮기면 모두 돌지만 두 바늘 사이의 각은 그대로입니다. 식 (6.4), (6.10).
"use strict";
(() => {
  const { figure, range, select, lines, el, draw, dot, sum, n } = JumokPlay;
  const SIZES = [8, 16, 32];
  const GAPS = Array.from({ length: 41 }, (_, gap) => gap);

  // 바늘의 끝은 (cos, sin)입니다.
  const hand = ([s, c], kind) =>
    draw("path", { class: kind, d: `M32 32 L${(32 + 26 * c).toFixed(2)} ${(32 - 26 * s).toFixed(2)}` });
  const clock = (i, now, later) =>
    el(
      "div",
      { class: "play-clock" },
      draw(
        "svg",
        { viewBox: "0 0 64 64" },
        draw("circle", { class: "play-face", cx: 32, cy: 32, r: 29 }),
        hand(later, "play-line play-dashed"),
        hand(now, "play-line"),
      ),
      el("span", {}, `짝 ${i}`),
    );

  figure("positions", {
    title: "바늘이 도는 위치 인코딩",
    controls: {
      size: select("벡터의 길이 D", SIZES),
      t: range("자리 t", [0, 100, 1], 5),
      gap: range("거리 k", [0, 40, 1], 3),
    },
    compute({ size, t, gap }) {
      const D = SIZES[size];
      const omega = Array.from({ length: D / 2 }, (_, i) => 10000 ** ((-2 * i) / D));
      const pairs = (at) => omega.map((w) => [Math.sin(w * at), Math.cos(w * at)]);
      const [now, later] = [pairs(t), pairs(t + gap)];
      const product = dot(now.flat(), later.flat());
      const curve = GAPS.map((k) => sum(omega.map((w) => Math.cos(w * k))) / omega.length);
      return { omega, now, later, product, curve };
    },
    view({ omega, now, later, product, curve }, { t, gap }, width) {
      const close = product / omega.length;
      const clocks = omega.map((_, i) => clock(i, now[i], later[i]));
      return {
        picture: [
          el("div", { class: "play-clocks" }, clocks),
          lines({
            width,
            curves: [[curve.map((y, k) => [k, y])]],
            mark: [gap, close],
            xs: [0, 10, 20, 30, 40],
            ys: [0, 0.5, 1],
            xName: "거리 k",
            yName: "내적 ÷ (D/2)",
            tick: n,
          }),
        ],
        legend: "실선 바늘은 자리 t, 점선 바늘은 자리 t + k입니다.",
        say:
          `t = ${t}, t + k = ${t + gap}. 내적은 ${n(product)}이고 D/2(${omega.length})로 나누면 ${n(close)}입니다. ` +
          "t만 옮기면 바늘은 돌지만 내적은 그대로입니다.",
        rows: [
          ["짝", "ω", "sin ωt", "cos ωt", "sin ω(t+k)", "cos ω(t+k)"],
          ...omega.map((w, i) => [i, n(w, 5), ...[...now[i], ...later[i]].map((x) => n(x, 3))]),
        ],
      };
    },
  });
})();
