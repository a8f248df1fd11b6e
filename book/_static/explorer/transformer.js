// 트랜스포머: jumok.model의 식을 그대로 옮겼습니다. 벡터 하나가 Float32Array 하나, 문장은 벡터의 줄입니다.
"use strict";
(() => {
  // base64로 적은 float16(작은 자리부터) → Float32Array
  function readHalves(base64) {
    const letters = atob(base64);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
    const bits = new Uint16Array(bytes.buffer);
    const scale = Array.from({ length: 32 }, (_, e) => 2 ** (Math.max(e, 1) - 25));
    const out = new Float32Array(bits.length);
    for (let i = 0; i < out.length; i++) {
      const e = (bits[i] >> 10) & 31;
      const size = scale[e] * ((bits[i] & 1023) + (e ? 1024 : 0));
      out[i] = bits[i] & 0x8000 ? -size : size;
    }
    return out;
  }

  // xWᵀ + b. W는 (나가는 폭, 들어오는 폭)의 줄 차례입니다.
  function linear(x, { weight, bias }) {
    const n = x.length;
    const out = new Float32Array(weight.length / n);
    const whole = n - (n % 4);
    for (let o = 0, at = 0; o < out.length; o++, at += n) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let i = 0; i < whole; i += 4) {
        a += x[i] * weight[at + i];
        b += x[i + 1] * weight[at + i + 1];
        c += x[i + 2] * weight[at + i + 2];
        d += x[i + 3] * weight[at + i + 3];
      }
      for (let i = whole; i < n; i++) a += x[i] * weight[at + i];
      out[o] = a + b + c + d + (bias ? bias[o] : 0);
    }
    return out;
  }

  // LayerNorm(x + y)
  function addAndNorm(x, y, { weight, bias }, eps) {
    const sum = x.map((value, i) => value + y[i]);
    const mean = sum.reduce((total, value) => total + value, 0) / sum.length;
    const variance = sum.reduce((total, value) => total + (value - mean) ** 2, 0) / sum.length;
    const scale = 1 / Math.sqrt(variance + eps);
    return sum.map((value, i) => (value - mean) * scale * weight[i] + bias[i]);
  }

  // 점수를 합이 1인 가중치로. 가린 자리의 점수는 −∞이고, 모두 가린 줄은 0입니다.
  function softmax(scores) {
    const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
    if (most === -Infinity) return scores.map(() => 0);
    const powers = scores.map((score) => Math.exp(score - most));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / total);
  }

  // 쿼리 하나가 키 m개를 봅니다. see[j]가 거짓이면 가립니다. → 출력 벡터와 헤드마다의 가중치 (H, m)
  function attend(query, keys, values, nHeads, see) {
    const width = query.length / nHeads;
    const out = new Float32Array(query.length);
    const maps = [];
    for (let h = 0; h < nHeads; h++) {
      const [from, to] = [h * width, (h + 1) * width];
      const scores = new Float32Array(keys.length);
      for (let j = 0; j < keys.length; j++) {
        let dot = 0;
        for (let i = from; i < to; i++) dot += query[i] * keys[j][i];
        scores[j] = see(j) ? dot / Math.sqrt(width) : -Infinity;
      }
      const weights = softmax(scores);
      for (let j = 0; j < keys.length; j++) {
        for (let i = from; i < to; i++) out[i] += weights[j] * values[j][i];
      }
      maps.push(weights);
    }
    return { out, maps };
  }

  class Transformer {
    constructor(manifest, base64) {
      Object.assign(this, manifest.config);
      this.special = manifest.special;
      this.extra = manifest.extra_tokens;
      const numbers = readHalves(base64);
      this.tensors = new Map(
        manifest.tensors.map(([name, shape, at]) => {
          return [name, numbers.subarray(at, at + shape.reduce((a, b) => a * b, 1))];
        }),
      );
    }

    // 이름이 같은 weight와 bias
    pair(name) {
      return { weight: this.tensors.get(`${name}.weight`), bias: this.tensors.get(`${name}.bias`) };
    }

    embed(id, position, side) {
      const table = this.tensors.get(`${side}_embedding.tokens.weight`);
      const d = this.d_model;
      return Float32Array.from({ length: d }, (_, i) => {
        const angle = position * Math.exp((i - (i % 2)) * (-Math.log(10000) / d));
        return table[id * d + i] * Math.sqrt(d) + (i % 2 ? Math.cos(angle) : Math.sin(angle));
      });
    }

    // 멀티헤드 어텐션: 쿼리의 줄, 키와 밸류(이미 사영한 것), see(줄, 칸)
    attention(name, rows, { keys, values }, see) {
      return rows.map((row, i) => {
        const query = linear(row, this.pair(`${name}.query_proj`));
        const { out, maps } = attend(query, keys, values, this.n_heads, (j) => see(i, j));
        return { out: linear(out, this.pair(`${name}.output_proj`)), maps };
      });
    }

    project(name, rows) {
      const keys = rows.map((row) => linear(row, this.pair(`${name}.key_proj`)));
      return { keys, values: rows.map((row) => linear(row, this.pair(`${name}.value_proj`))) };
    }

    feedForward(name, row) {
      const inner = linear(row, this.pair(`${name}.up`)).map((value) => Math.max(0, value));
      return linear(inner, this.pair(`${name}.down`));
    }

    join(x, y, name) {
      return addAndNorm(x, y, this.pair(`${name}.norm`), this.norm_eps);
    }

    // 원문의 번호 → 벡터들과 어텐션 지도 [층][줄][헤드]. 패딩 마스크는 채움 토큰을 가립니다.
    encode(ids, paddingMask = true) {
      const keep = ids.map((id) => !paddingMask || id !== this.special.pad);
      let rows = ids.map((id, i) => this.embed(id, i, "src"));
      const maps = [];
      for (let l = 0; l < this.n_layers; l++) {
        const name = `encoder.layers.${l}`;
        const read = this.attention(
          `${name}.attention`,
          rows,
          this.project(`${name}.attention`, rows),
          (_, j) => keep[j],
        );
        rows = rows.map((row, i) => this.join(row, read[i].out, `${name}.residuals.0`));
        rows = rows.map((row) =>
          this.join(row, this.feedForward(`${name}.feed_forward`, row), `${name}.residuals.1`),
        );
        maps.push(read.map((each) => each.maps));
      }
      return { memory: rows, keep, maps };
    }

    // 디코더의 처음 상태. 크로스 어텐션의 키와 밸류는 변하지 않으므로 한 번만 사영합니다.
    start({ memory, keep }) {
      const layers = Array.from({ length: this.n_layers }, (_, l) => l);
      return {
        keep,
        cross: layers.map((l) => this.project(`decoder.layers.${l}.cross_attention`, memory)),
        caches: layers.map(() => ({ keys: [], values: [] })),
      };
    }

    // 빔이 갈라질 때: 지나간 키와 밸류는 함께 쓰고 목록만 베낍니다.
    fork(state) {
      const copy = ({ keys, values }) => ({ keys: [...keys], values: [...values] });
      return { ...state, caches: state.caches.map(copy) };
    }

    // 새 토큰들을 읽습니다. → 줄마다의 로짓과 지도 [층][줄][헤드]. 인과 마스크는 뒤의 토큰을 가립니다.
    step(ids, state, causalMask = true) {
      const past = state.caches[0].keys.length;
      const see = (i, j) => !causalMask || j <= past + i;
      let rows = ids.map((id, i) => this.embed(id, past + i, "tgt"));
      const maps = { self: [], cross: [] };
      for (let l = 0; l < this.n_layers; l++) {
        const name = `decoder.layers.${l}`;
        const cache = state.caches[l];
        const { keys, values } = this.project(`${name}.self_attention`, rows);
        cache.keys.push(...keys);
        cache.values.push(...values);
        const own = this.attention(`${name}.self_attention`, rows, cache, see);
        rows = rows.map((row, i) => this.join(row, own[i].out, `${name}.residuals.0`));
        const cross = this.attention(
          `${name}.cross_attention`,
          rows,
          state.cross[l],
          (_, j) => state.keep[j],
        );
        rows = rows.map((row, i) => this.join(row, cross[i].out, `${name}.residuals.1`));
        rows = rows.map((row) =>
          this.join(row, this.feedForward(`${name}.feed_forward`, row), `${name}.residuals.2`),
        );
        maps.self.push(own.map((each) => each.maps));
        maps.cross.push(cross.map((each) => each.maps));
      }
      return { logits: rows.map((row) => linear(row, this.pair("output"))), maps };
    }

    // 번역의 가장 긴 길이: 원문보다 extra개까지 더, 모델의 한도 안에서
    limit(source) {
      return Math.min(source.length + this.extra, this.max_len);
    }
  }

  globalThis.JumokExplorer = { ...globalThis.JumokExplorer, Transformer, softmax };
})();
