// 9장: 온도, top-k, top-p로 확률을 고치고 뽑습니다. 식 (9.10), (9.11).
"use strict";
(() => {
  const { figure, range, button, bars, softmax, sum, n } = JumokPlay;
  const WORDS = ["밥을", "커피를", "빵을", "책을", "노래를", "물을", "신문을", "구름을"];
  const BASE = [0.37, 0.23, 0.14, 0.1, 0.07, 0.05, 0.03, 0.01]; // 지어낸 확률
  const LOGITS = BASE.map(Math.log);

  // 씨앗이 같으면 같은 수가 나오는 난수(mulberry32)
  function uniforms(count) {
    let state = 9;
    return Array.from({ length: count }, () => {
      state = (state + 0x6d2b79f5) | 0;
      let x = Math.imul(state ^ (state >>> 15), 1 | state);
      x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
      return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
    });
  }

  figure("sampling", {
    title: "온도, top-k, top-p",
    controls: {
      heat: range("온도", [0.1, 3, 0.1], 1),
      k: range("top-k", [1, 8, 1], 8, { unit: "개" }),
      p: range("top-p", [0.05, 1, 0.05], 1),
      draws: button("열 번 뽑기"),
    },
    compute({ heat, k, p, draws }) {
      const kept = softmax(LOGITS.slice(0, k).map((z) => z / heat)); // 큰 것부터 k개
      let before = 0;
      const cut = kept.map((x) => {
        const stay = p === 1 || before < p;
        before += x;
        return stay ? x : 0;
      });
      const total = sum(cut);
      const probs = WORDS.map((_, i) => (cut[i] ?? 0) / total);
      const pick = (u) => {
        let i = 0;
        while (i < 7 && (u -= probs[i]) >= 0) i += 1;
        return i;
      };
      const drawn = uniforms(10 * draws).map(pick);
      return { probs, counts: WORDS.map((_, i) => drawn.filter((x) => x === i).length) };
    },
    view({ probs, counts }, { draws }) {
      const left = probs.filter((x) => x > 0).length;
      const seen = WORDS.flatMap((word, i) => (counts[i] ? `${word} ${counts[i]}번` : []));
      return {
        picture: bars(
          "「어머니는 부엌에서」의 다음",
          probs.map((x, i) => [WORDS[i], x, BASE[i]]),
        ),
        legend: "세로줄은 고치기 전의 확률입니다. 확률은 지어낸 것입니다.",
        say:
          `${left}개가 남았고, 1등 「${WORDS[0]}」의 확률은 ${n(probs[0])}입니다. ` +
          (draws ? `${10 * draws}번 뽑은 결과는 ${seen.join(", ")}입니다.` : "단추를 눌러 뽑아 보세요."),
        rows: [
          ["토큰", "고치기 전", "뽑을 확률", "뽑은 횟수"],
          ...WORDS.map((word, i) => [word, n(BASE[i]), n(probs[i], 4), counts[i]]),
        ],
      };
    },
  });
})();
