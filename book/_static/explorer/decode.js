// 푸는 법: 탐욕, 빔 서치, 표본 뽑기. jumok.decode와 같은 규칙입니다.
"use strict";
(() => {
  const SHOWN = 5; // 걸음마다 적어 둘 후보의 수

  function logSoftmax(logits) {
    const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
    return logits.map((logit) => logit - most - Math.log(total));
  }

  // 값이 큰 것부터 k개의 번호. 같으면 번호가 앞선 것이 먼저입니다.
  function topK(values, k) {
    const best = [];
    for (let i = 0; i < values.length; i++) {
      if (best.length === k && values[i] <= values[best[k - 1]]) continue;
      let place = best.length;
      while (place > 0 && values[best[place - 1]] < values[i]) place--;
      best.splice(place, 0, i);
      if (best.length > k) best.pop();
    }
    return best;
  }

  const topTokens = (logProbs) =>
    topK(logProbs, SHOWN).map((token) => ({ token, prob: Math.exp(logProbs[token]) }));

  // 씨앗이 같으면 늘 같은 0 이상 1 미만의 수들(mulberry32)
  function dice(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  // 한 줄로 풉니다. choose(로그 확률) → 토큰. 걸음마다 고른 토큰, 확률, 후보, 어텐션을 적습니다.
  function oneLine(model, encoded, source, choose, temperature = 1) {
    const state = model.start(encoded);
    const steps = [];
    let token = model.special.bos;
    while (steps.length < model.limit(source)) {
      const { logits, maps } = model.step([token], state);
      const logProbs = logSoftmax(logits[0].map((logit) => logit / temperature));
      token = choose(logProbs);
      steps.push({ token, logProb: logProbs[token], top: topTokens(logProbs), maps });
      if (token === model.special.eos) break;
    }
    return { steps, ids: steps.map((step) => step.token) };
  }

  function greedy(model, encoded, source) {
    return oneLine(model, encoded, source, (logProbs) => topK(logProbs, 1)[0]);
  }

  function sample(model, encoded, source, { temperature = 1, seed = 0 } = {}) {
    if (temperature === 0) return greedy(model, encoded, source);
    const next = dice(seed);
    const draw = (logProbs) => {
      let left = next();
      // 확률을 차례로 덜어 내다가 0보다 작아지는 자리의 토큰입니다.
      const token = logProbs.findIndex((logProb) => (left -= Math.exp(logProb)) < 0);
      return token < 0 ? topK(logProbs, 1)[0] : token;
    };
    return oneLine(model, encoded, source, draw, temperature);
  }

  // 빔 서치. 점수는 log P / ((5 + 길이) / 6)^벌점이고, rounds에는 걸음마다 남은 줄들을 적습니다.
  function beam(model, encoded, source, { size = 4, penalty = 0.6 } = {}) {
    const limit = model.limit(source);
    const scale = (n) => ((5 + n) / 6) ** penalty;
    const rounds = [];
    let best = { score: -Infinity, steps: [] };
    let lines = [{ sum: 0, steps: [], state: model.start(encoded), token: model.special.bos }];
    for (let n = 1; n <= limit && lines.length; n++) {
      const longer = lines.flatMap((line) => {
        const { logits, maps } = model.step([line.token], line.state);
        const logProbs = logSoftmax(logits[0]);
        const top = topTokens(logProbs);
        return topK(logProbs, size).map((token) => {
          const step = { token, logProb: logProbs[token], top, maps };
          return { sum: line.sum + logProbs[token], steps: [...line.steps, step], parent: line, token };
        });
      });
      const kept = topK(
        longer.map((line) => line.sum),
        size,
      ).map((i) => longer[i]);
      for (const line of kept) {
        line.ended = n === limit || line.token === model.special.eos;
        line.score = line.sum / scale(n);
        if (line.ended && line.score > best.score) best = line;
      }
      rounds.push(
        kept.map(({ steps, sum, score, ended }) => ({
          ids: steps.map((step) => step.token),
          sum,
          score,
          ended,
        })),
      );
      lines = kept.filter((line) => !line.ended);
      // 로그 확률은 줄기만 하므로, 남은 줄이 가장 잘돼도 지금 점수 / 가장 긴 길이의 벌점입니다.
      if (!lines.some((line) => line.sum / scale(limit) > best.score)) break;
      for (const line of lines) line.state = model.fork(line.parent.state);
    }
    return { steps: best.steps, ids: best.steps.map((step) => step.token), score: best.score, rounds };
  }

  globalThis.JumokExplorer = { ...globalThis.JumokExplorer, greedy, sample, beam, logSoftmax, topK };
})();
