// 페이지의 작은 도움들: 글쇠로 미는 긴 수식, file://에서 내려받기, 인쇄할 때 펼치기.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  // 자리보다 넓은 수식은 옆으로 밀 수 있게, 글쇠로도 밀 수 있게 합니다.
  const setWide = () => {
    for (const drawn of document.querySelectorAll(".math mjx-math")) {
      const box = drawn.closest(".math");
      const wide = drawn.getBoundingClientRect().width > box.clientWidth + 2;
      box.classList.toggle("wide", wide);
      if (wide) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  if (window.MathJax?.startup) MathJax.startup.promise.then(setWide);
  addEventListener("resize", setWide);
  // 접힌 칸 안의 수식은 펼쳐야 너비가 생깁니다.
  document.addEventListener("toggle", setWide, true);

  // 브라우저는 file://의 파일을 내려받지 않고 엽니다. 곁에 둔 .js 사본을 읽어 파일로 저장합니다.
  window.jumokDownload = (name, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  if (location.protocol === "file:") {
    for (const link of document.querySelectorAll("a[download][href$='.ipynb']")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const script = document.createElement("script");
        script.src = link.href + ".js";
        document.head.append(script);
      });
    }
  }

  // 인쇄할 때는 접힌 풀이와 힌트를 펼치고, 끝나면 되돌립니다.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("article details:not([open])")];
    for (const item of opened) item.open = true;
  });
  addEventListener("afterprint", () => {
    for (const item of opened) item.open = false;
  });
});
