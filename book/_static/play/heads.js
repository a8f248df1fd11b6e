// 5장: 5.3절의 손계산 예. 헤드의 키가 보는 방향을 돌립니다. 식 (5.1)–(5.4).
"use strict";
(() => {
  const { figure, range, select, bars, softmax, dot, argmax, n } = JumokPlay;
  const WORDS = ["나는", "맛있는", "사과를", "먹었다"];
  const X = [[2, 0], [0, 1], [0, 2], [1, 1]]; // 행동하는 것다움, 먹을 것다움
  const turn = { unit: "°" };

  figure("heads", {
    title: "헤드 둘과 헤드 하나",
    controls: {
      row: select("쿼리", WORDS, 3),
      one: range("헤드 1의 방향", [-180, 180, 15], -45, turn),
      two: range("헤드 2의 방향", [-180, 180, 15], 135, turn),
    },
    compute({ row, one, two }) {
      const sides = [one, two].map((angle) => {
        const t = (angle * Math.PI) / 180;
        return [Math.SQRT2 * Math.cos(t), Math.SQRT2 * Math.sin(t)]; // W^K의 열
      });
      const query = [X[row][1], X[row][0]]; // W^Q는 두 성분을 맞바꿉니다.
      const values = X.map(([a, b]) => [5 * a + b, a + 5 * b]);
      const scores = sides.map((side, h) => X.map((x) => query[h] * dot(x, side)));
      const maps = scores.map(softmax); // d_k = 1
      const single = softmax(X.map((_, j) => (scores[0][j] + scores[1][j]) / Math.SQRT2)); // d_k = 2
      const mix = (weights, h) => dot(weights, values.map((v) => v[h]));
      const joined = [mix(maps[0], 0), mix(maps[1], 1)];
      const output = [joined[0] + joined[1], joined[0] - joined[1]]; // W^O
      return { maps, single, joined, output };
    },
    view({ maps, single, joined, output }, { row }) {
      const most = (p) => `「${WORDS[argmax(p)]}」 ${n(Math.max(...p))}`;
      const even = Math.max(...single) - Math.min(...single) < 0.005;
      const panels = { "헤드 1": maps[0], "헤드 2": maps[1], "점수를 더한 헤드 하나": single };
      return {
        picture: Object.entries(panels).map(([name, p]) =>
          bars(
            name,
            p.map((x, j) => [WORDS[j], x]),
          ),
        ),
        legend: "0°는 행동하는 것다움, 90°는 먹을 것다움이 큰 토큰에 높은 점수를 줍니다.",
        say:
          `쿼리 「${WORDS[row]}」. 헤드 1은 ${most(maps[0])}, 헤드 2는 ${most(maps[1])}. 점수를 더하면 ` +
          `${even ? "네 토큰을 똑같이 봅니다" : most(single)}. ` +
          `이어 붙이면 (${joined.map((x) => n(x)).join(", ")}), 출력은 (${output.map((x) => n(x)).join(", ")}).`,
        rows: [
          ["토큰", ...Object.keys(panels)],
          ...WORDS.map((word, j) => [word, ...Object.values(panels).map((p) => n(p[j], 4))]),
        ],
      };
    },
  });
})();
