// 11장: 워밍업과 그 뒤의 학습률. 논문의 식 (3)과 세 가지 다른 내리막.
"use strict";
(() => {
  const { figure, range, select, lines, n } = JumokPlay;
  const STEPS = 20_000;
  const SIZES = [64, 128, 256, 512, 1024];
  const WAYS = ["논문의 식", "곧게", "코사인", "그대로"];

  function rate(step, { size, warmup, way }) {
    const peak = (SIZES[size] * warmup) ** -0.5;
    if (step <= warmup) return (peak * step) / warmup;
    const done = Math.min(1, (step - warmup) / Math.max(1, STEPS - warmup));
    return peak * [(warmup / step) ** 0.5, 1 - done, 0.5 * (1 + Math.cos(Math.PI * done)), 1][way];
  }
  const PAPER = { size: 3, warmup: 4000, way: 0 };
  const at = Array.from({ length: 201 }, (_, i) => Math.max(1, (i * STEPS) / 200));

  figure("schedule", {
    title: "워밍업과 학습률",
    controls: {
      size: select("d_model", SIZES, 3),
      warmup: range("워밍업", [100, 10_000, 100], 4000, { unit: "걸음" }),
      way: select("그 뒤의 내리막", WAYS),
      step: range("볼 걸음", [100, STEPS, 100], 1000),
    },
    compute(values) {
      const curve = at.map((step) => rate(step, values));
      return { curve, peak: rate(values.warmup, values), now: rate(values.step, values) };
    },
    view({ curve, peak, now }, { warmup, step }, width) {
      const paper = at.map((x) => rate(x, PAPER));
      const high = Math.max(peak, ...paper) * 1e4; // 세로축은 만분의 1 단위
      const gap = high > 40 ? 20 : high > 16 ? 8 : high > 8 ? 4 : 2;
      const ys = Array.from({ length: Math.ceil(high / gap) + 1 }, (_, i) => i * gap);
      const points = (rates) => rates.map((y, i) => [at[i], y * 1e4]);
      return {
        picture: lines({
          width,
          curves: [[points(paper), true], [points(curve)]],
          mark: [step, now * 1e4],
          xs: [0, 10_000, STEPS],
          ys,
          xName: "걸음",
          yName: "학습률 (만분의 1)",
        }),
        legend: "점선은 논문의 base(d_model 512, 워밍업 4,000걸음)입니다.",
        say:
          `${step}번째 걸음의 학습률은 ${n(now, 6)}이고, ` +
          `${step < warmup ? "아직 오르는 중입니다" : step > warmup ? "워밍업이 끝났습니다" : "꼭대기입니다"}. ` +
          `가장 높은 학습률은 ${n(peak, 6)}입니다.`,
        rows: [
          ["걸음", "학습률", "논문의 학습률"],
          ...at.flatMap((x, i) => (i % 20 ? [] : [[x.toLocaleString("ko"), n(curve[i], 7), n(paper[i], 7)]])),
        ],
      };
    },
  });
})();
