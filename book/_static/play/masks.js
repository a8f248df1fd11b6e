// 7장: 마스크를 켜고 끄며 미래가 새는지 봅니다. 식 (4.10), 7.10절의 시험.
"use strict";
(() => {
  const { figure, check, select, heat, softmax, dot, sum, n } = JumokPlay;
  const WORDS = ["<bos>", "I", "go", "home", "<pad>"];
  const X = [[1, 0.5], [0.5, -1], [1.5, 1], [-0.5, 1.5], [0.5, 0.5]];
  const NEW = [-1, 1]; // 바꾼 입력

  function attend(x, mask) {
    const weights = x.map((query, i) =>
      softmax(x.map((key, j) => (mask[i][j] ? dot(query, key) / Math.SQRT2 : -Infinity))),
    );
    const outputs = weights.map((p) => [0, 1].map((c) => sum(p.map((w, j) => w * x[j][c]))));
    return { weights, outputs };
  }

  figure("masks", {
    title: "마스크와 새는 미래",
    controls: {
      causal: check("인과 마스크", true),
      padding: check("패딩 마스크", true),
      changed: select("바꿀 입력", WORDS, 3),
    },
    compute({ causal, padding, changed }) {
      // 참이 본다는 뜻입니다.
      const mask = WORDS.map((_, i) => WORDS.map((_, j) => (!causal || j <= i) && (!padding || j < 4)));
      const { weights, outputs } = attend(X, mask);
      const after = attend(
        X.map((x, j) => (j === changed ? NEW : x)),
        mask,
      ).outputs;
      const moved = outputs.map((o, i) => Math.max(...o.map((y, c) => Math.abs(y - after[i][c]))));
      return { mask, weights, outputs, moved };
    },
    view({ mask, weights, moved }, { changed }) {
      const leaks = WORDS.filter((_, i) => moved[i] > 0 && i < changed);
      const others = WORDS.filter((_, i) => moved[i] > 0 && i !== changed);
      const verdict =
        changed === 4
          ? others.length ? "채움이 다른 자리를 움직였습니다." : "채움은 다른 자리를 움직이지 않습니다."
          : leaks.length ? `앞자리 ${leaks.join(", ")}의 출력이 움직였습니다. 미래가 샙니다.`
          : "앞자리의 출력은 그대로입니다. 미래가 새지 않습니다.";
      return {
        picture: heat({
          corner: "쿼리",
          rows: WORDS,
          columns: WORDS,
          cells: weights.map((p, i) => p.map((w, j) => (mask[i][j] ? w : null))),
          notes: moved.map((gap) => (gap > 0 ? "움직임" : "그대로")),
          strong: moved.map((gap) => gap > 0),
          last: "출력",
        }),
        legend: "줄이 쿼리, 칸이 키입니다. 빗금은 가린 칸입니다. 한 줄의 가중치를 더하면 1입니다.",
        say: `${WORDS[changed]}의 벡터를 바꾸면 ${verdict}`,
        rows: [
          ["쿼리", ...WORDS, "움직인 크기"],
          ...weights.map((p, i) => [
            WORDS[i],
            ...p.map((w, j) => (mask[i][j] ? n(w, 4) : "가림")),
            n(moved[i], 4),
          ]),
        ],
      };
    },
  });
})();
