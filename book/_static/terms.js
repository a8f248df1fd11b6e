// 용어 풍선: 점선 밑줄이 그어진 용어에 마우스를 올리거나 글쇠 초점이 가면 뜻을 보여 줍니다.
// 뜻은 용어의 연결(data-def)에 들어 있습니다. Esc로 닫히고, 풍선 위로 마우스를 옮겨도 남아 있습니다.
"use strict";
(() => {
  const SHOW = 150;  // 스쳐 지나갈 때는 뜨지 않도록 기다리는 시간(ms)
  const HIDE = 250;  // 풍선으로 옮겨 가는 동안 기다리는 시간(ms)
  const GAP = 6;
  let tip, owner = null, timer = 0, touched = false;

  function build() {
    tip = document.createElement("div");
    tip.id = "term-tip";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    tip.innerHTML = '<div id="term-tip-text"><p class="term-head"><b></b> <span></span></p>'
      + '<p class="term-meaning"></p></div><a tabindex="-1">용어집에서 보기</a>';
    tip.addEventListener("pointerenter", () => clearTimeout(timer));
    tip.addEventListener("pointerleave", () => later(hide, HIDE));
    tip.querySelector("a").href = document.querySelector("a.term[data-def]").href;  // 주소가 없는 링크가 남지 않게
    document.querySelector("main").append(tip);
  }

  function later(action, wait) {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  }

  // 용어의 아래에, 자리가 없으면 위에 놓습니다. 화면의 좌우를 넘지 않습니다.
  function place() {
    const term = owner.getClientRects()[0];
    const screen = document.documentElement.clientWidth;
    const left = Math.max(GAP, Math.min(term.left, screen - tip.offsetWidth - GAP));
    const below = term.bottom + GAP;
    const above = term.top - GAP - tip.offsetHeight;
    const top = below + tip.offsetHeight > innerHeight && above > 0 ? above : below;
    const base = tip.offsetParent.getBoundingClientRect();
    tip.style.left = `${left - base.left}px`;
    tip.style.top = `${top - base.top}px`;
  }

  function show(term) {
    clearTimeout(timer);
    if (owner === term) return;
    hide();
    owner = term;
    tip.querySelector("b").textContent = term.textContent.replace(/\s+/g, " ");
    tip.querySelector("span").textContent = term.dataset.en;
    tip.querySelector(".term-meaning").textContent = term.dataset.def;
    tip.querySelector("a").href = term.href;
    tip.hidden = false;
    term.setAttribute("aria-describedby", "term-tip-text");
    place();
  }

  function hide() {
    clearTimeout(timer);
    owner?.removeAttribute("aria-describedby");
    owner = null;
    tip.hidden = true;
  }

  function watch(term) {
    term.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") later(() => show(term), owner ? 0 : SHOW);
    });
    term.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") later(hide, HIDE);
    });
    term.addEventListener("focus", () => { if (!touched) show(term); });
    term.addEventListener("blur", () => { if (!tip.matches(":hover")) later(hide, HIDE); });
    // 손가락의 첫 두드림은 풍선을 띄우고, 떠 있을 때의 두드림은 용어집으로 갑니다.
    term.addEventListener("click", (event) => {
      if (!touched || owner === term) return;
      event.preventDefault();
      show(term);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const terms = document.querySelectorAll("a.term");
    if (!terms.length) return;
    build();
    terms.forEach(watch);
    document.addEventListener("pointerdown", (event) => {
      touched = event.pointerType !== "mouse";
      if (owner && !tip.contains(event.target) && event.target !== owner) hide();
    }, true);
    document.addEventListener("keydown", (event) => {
      touched = false;
      if (event.key === "Escape" && owner) hide();
    }, true);
    addEventListener("resize", () => { if (owner) place(); });
    addEventListener("beforeprint", hide);
  });
})();
