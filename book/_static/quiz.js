// 퀴즈: 답 목록을 단추로 바꿉니다. 자바스크립트가 없으면 목록과 접힌 풀이가 그대로 남습니다.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  for (const details of document.querySelectorAll("details.quiz[data-answer]")) {
    const list = details.previousElementSibling;
    if (!list || list.tagName !== "OL") continue;
    const answer = Number(details.dataset.answer);
    const status = document.createElement("p");
    status.className = "quiz-status";
    status.setAttribute("role", "status");
    list.classList.add("quiz-options");
    list.after(status);

    const buttons = [...list.children].map((item) => {
      const button = document.createElement("button");
      const text = document.createElement("span");
      button.type = "button";
      button.className = "quiz-option";
      for (const p of item.querySelectorAll(":scope > p")) p.replaceWith(...p.childNodes);
      text.append(...item.childNodes);
      button.append(text);
      item.append(button);
      return button;
    });

    const choose = (chosen) => {
      const right = buttons.indexOf(chosen) + 1 === answer;
      for (const button of buttons) {
        button.classList.remove("right", "wrong");
        button.setAttribute("aria-pressed", String(button === chosen));
      }
      const verdict = right ? "right" : "wrong";
      chosen.classList.add(verdict);
      status.className = "quiz-status " + verdict;
      status.textContent = right ? "맞았습니다." : "다시 생각해 보세요.";
      if (right) details.open = true;
    };
    for (const button of buttons) button.addEventListener("click", () => choose(button));
  }
});
