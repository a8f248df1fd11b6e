// 4장: 나누는 수와 온도가 소프트맥스를 어떻게 바꾸는가. 식 (4.2), (4.5), (4.6).
"use strict";
(() => {
  const { figure, range, select, bars, softmax, sum, n } = JumokPlay;
  // 평균이 0, 분산이 1인 여덟 수. √d_k를 곱하면 분산이 d_k인 점수입니다(식 4.4).
  const BASE = [0.6, -0.3, 1.7, 0.2, -1.0, 0.9, -1.6, -0.5];
  const WAYS = ["√d_k로 나눔", "나누지 않음", "d_k로 나눔"];
  const usual = softmax(BASE);

  figure("softmax", {
    title: "나누는 수와 온도",
    controls: {
      d: range("d_k", [2, 10, 1], 6, { map: (power) => 2 ** power }),
      way: select("내적을", WAYS),
      heat: range("온도", [0.2, 8, 0.1], 1),
    },
    compute({ d, way, heat }) {
      const divisor = [Math.sqrt(d), 1, d][way];
      const scores = BASE.map((z) => z * Math.sqrt(d));
      const scaled = scores.map((s) => s / divisor / heat);
      const weights = softmax(scaled);
      const entropy = -sum(weights.map((p) => (p ? p * Math.log(p) : 0)));
      const squares = weights.flatMap((p, i) => weights.map((q, j) => (p * ((i === j) - q)) ** 2));
      return { scores, scaled, weights, entropy, jacobian: Math.sqrt(sum(squares)) };
    },
    view({ scores, scaled, weights, entropy, jacobian }, { d, way, heat }) {
      const top = Math.max(...weights);
      const mood =
        top > 0.98 ? "포화했습니다." : top < 0.14 ? "거의 고르게 봅니다." : "여러 키를 함께 봅니다.";
      return {
        picture: bars(
          "",
          weights.map((p, i) => [`키 ${i + 1}`, p, usual[i]]),
        ),
        legend: "막대는 어텐션 가중치이고, 세로줄은 √d_k로 나누고 온도가 1일 때의 값입니다.",
        say:
          `d_k = ${d}, ${WAYS[way]}, 온도 ${heat}. 가장 큰 가중치는 ${n(top)}입니다. ${mood} ` +
          `엔트로피 ${n(entropy)}(고를 때 ${n(Math.log(8))}), 야코비 행렬의 크기 ${n(jacobian)}.`,
        rows: [
          ["키", "내적", "나눈 점수", "가중치"],
          ...weights.map((p, i) => [i + 1, n(scores[i]), n(scaled[i]), n(p, 4)]),
        ],
      };
    },
  });
})();
