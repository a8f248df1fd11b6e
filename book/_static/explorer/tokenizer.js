// 바이트 쌍 부호화: jumok.text.BpeTokenizer와 같은 규칙으로 자릅니다. 자르는 정규식도 파이썬의 것을 받습니다.
"use strict";
(() => {
  const EDGE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
  const strip = (text) => text.replace(RegExp(`^${EDGE}|${EDGE}$`, "g"), ""); // 파이썬의 str.strip
  const byteName = (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
  const key = (a, b) => a + "\u0000" + b;

  class Bpe {
    constructor({ split, special, alphabet, merges, words }) {
      this.pattern = new RegExp(split, "gu");
      this.first = special.length; // 글에서 온 토큰의 번호는 여기서 시작합니다.
      const bytes = Array.from({ length: 256 }, (_, i) => byteName(i));
      this.byteOf = new Map(bytes.map((name, i) => [name, i]));
      const made = new Set(merges.map(([a, b]) => a + b));
      this.tokens = [...special, ...bytes, ...alphabet, ...made];
      this.index = new Map(this.tokens.map((token, i) => [token, i]).slice(this.first));
      this.letters = new Set(alphabet);
      this.ranks = new Map(merges.map(([a, b], rank) => [key(a, b), rank]));
      this.words = new Set(words ? words.split(" ") : []);
    }

    encode(text) {
      return (text.match(this.pattern) ?? []).flatMap((word) => this.merge(this.spell(word)));
    }

    // 글자들. 알파벳에 없는 글자는 UTF-8 바이트의 이름들로 적습니다.
    spell(word) {
      const bytes = (letter) => [...new TextEncoder().encode(letter)].map(byteName);
      return [...word].flatMap((letter) => (this.letters.has(letter) ? letter : bytes(letter)));
    }

    // 이웃한 쌍 가운데 가장 먼저 배운 것을, 여럿이면 왼쪽부터, 합칠 것이 없을 때까지 합칩니다.
    merge(pieces) {
      for (;;) {
        let best = Infinity;
        let at = -1;
        for (let i = 0; i + 1 < pieces.length; i++) {
          const rank = this.ranks.get(key(pieces[i], pieces[i + 1])) ?? Infinity;
          if (rank < best) [best, at] = [rank, i];
        }
        if (at < 0) return pieces.map((piece) => this.index.get(piece));
        pieces.splice(at, 2, pieces[at] + pieces[at + 1]);
      }
    }

    // 번호를 글로. 특별한 토큰은 빼고, 이어진 바이트는 글자로 되돌립니다.
    decode(ids) {
      let text = "";
      let waiting = [];
      const flush = () => {
        text += new TextDecoder().decode(Uint8Array.from(waiting));
        waiting = [];
      };
      for (const id of ids) {
        if (id < this.first) continue;
        const piece = this.tokens[id];
        if (this.byteOf.has(piece)) {
          waiting.push(this.byteOf.get(piece));
        } else {
          flush();
          text += piece;
        }
      }
      flush();
      return text;
    }

    isByte(id) {
      return this.byteOf.has(this.tokens[id]);
    }

    // 배운 문장에 한 번도 나오지 않은 어절들
    unknownWords(text) {
      if (!this.words.size) return [];
      return [...new Set(text.match(/[^\s.,?!]+/gu) ?? [])].filter((word) => !this.words.has(word));
    }

    // 알파벳에 없어서 바이트로 적는 글자들
    rareLetters(text) {
      return [...new Set(text)].filter((letter) => !this.letters.has(letter));
    }
  }

  globalThis.JumokExplorer = { ...globalThis.JumokExplorer, Bpe, strip };
})();
