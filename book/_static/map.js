// 책의 지도와 진도: 읽은 장과 성적을 이 브라우저에 적어 두고, 파일로 내보내고 불러옵니다.
"use strict";
(() => {
  const KEY = "jumok-progress", FORMAT = 1, LIMIT = 1_000_000;
  const BLOCKED = "이 브라우저는 진도를 기억하지 못합니다. 이 쪽을 떠나면 사라집니다.";
  const SLUG = /^\d\d_\w+$/;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  const isCount = (value) => Number.isFinite(value) && value >= 0 && value <= 10_000;
  const isTime = (value) => typeof value === "string" && value.length < 40 && !Number.isNaN(Date.parse(value));
  const show = (value) => String(Math.round(value * 100) / 100);
  let kept = null; // 브라우저가 저장을 막으면 여기에만 둡니다.

  const fresh = () => ({ kind: KEY, format: FORMAT, read: {}, grades: {} });

  // 성적 하나: 점수, 만점, 통과한 문제 수, 자동으로 채점하는 문제 수, 채점한 때
  const isGrade = (grade) => isObject(grade) && isTime(grade.graded_at) &&
    ["points", "max_points", "passed", "questions"].every((name) => isCount(grade[name])) &&
    grade.points <= grade.max_points && grade.passed <= grade.questions;

  const pick = (entries, good) =>
    Object.fromEntries(Object.entries(entries).filter(([slug, value]) => SLUG.test(slug) && good(value)));

  // 내보낸 진도를 읽습니다. 알 수 없는 것은 버립니다.
  const readProgress = (data) => {
    if (![data, data?.read, data?.grades].every(isObject)) return null;
    const grades = Object.entries(pick(data.grades, isGrade)).map(
      ([slug, { points, max_points, passed, questions, graded_at }]) =>
        [slug, { points, max_points, passed, questions, graded_at }]);
    return { ...fresh(), read: pick(data.read, isTime), grades: Object.fromEntries(grades) };
  };

  // jumok grade가 쓴 성적 하나를 같은 꼴로 바꿉니다.
  const readGrade = (data) => {
    if (!SLUG.test(data.chapter) || !Array.isArray(data.questions) || !data.questions.every(isObject)) return null;
    const graded = data.questions.filter((item) => item.status !== "manual");
    const grade = {
      points: data.points, max_points: data.max_points, questions: graded.length,
      passed: graded.filter((item) => item.status === "passed").length, graded_at: data.graded_at,
    };
    return isGrade(grade) ? { ...fresh(), grades: { [data.chapter]: grade } } : null;
  };

  const load = () => {
    if (kept) return kept;
    try {
      return readProgress(JSON.parse(localStorage.getItem(KEY))) ?? fresh();
    } catch (error) {
      if (!(error instanceof DOMException)) return fresh();
      return (kept = fresh());
    }
  };

  const store = (state) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(state));
    } catch {
      kept = state;
      say([BLOCKED]);
    }
    render();
  };

  const say = (lines) => {
    for (const place of all(".map-notes")) {
      place.replaceChildren(...lines.map((line) => {
        const item = document.createElement("span");
        item.textContent = line;
        return item;
      }));
    }
  };

  const scoreOf = (grade) =>
    grade ? `${show(grade.points)} / ${show(grade.max_points)}점, ${grade.questions}문제 중 ${grade.passed}문제 통과` : "채점 전";

  const render = () => {
    const state = load();
    for (const item of all("[data-chapter]")) {
      const done = item.dataset.chapter in state.read;
      item.classList.toggle("done", done);
      if (item.matches("button")) item.setAttribute("aria-pressed", String(done));
      const title = item.querySelector("title");
      if (title) title.textContent = title.textContent.replace(/ \(다 읽음\)$/, "") + (done ? " (다 읽음)" : "");
      const score = item.querySelector(".map-score");
      if (score) score.textContent = scoreOf(state.grades[item.dataset.chapter]);
    }
    const rows = all(".map-list > li").map((row) => row.dataset.chapter);
    const grades = rows.map((slug) => state.grades[slug]).filter(Boolean);
    const sum = (name) => show(grades.reduce((total, grade) => total + grade[name], 0));
    const read = rows.filter((slug) => slug in state.read).length;
    for (const place of all(".map-sum")) {
      place.textContent = `${rows.length}장 가운데 ${read}장을 읽었습니다. ` + (grades.length
        ? `채점한 장은 ${grades.length}장, 점수는 ${sum("points")} / ${sum("max_points")}점입니다.`
        : "아직 불러온 성적이 없습니다.");
    }
  };

  const toggle = (slug) => {
    const state = load();
    if (slug in state.read) delete state.read[slug];
    else state.read[slug] = new Date().toISOString();
    store(state);
  };

  // 새로 읽은 것을 합칩니다. 성적은 나중에 채점한 것이 남습니다.
  const merge = (state, more) => {
    state.read = { ...more.read, ...state.read };
    for (const [slug, grade] of Object.entries(more.grades)) {
      const old = state.grades[slug];
      if (!old || Date.parse(old.graded_at) <= Date.parse(grade.graded_at)) state.grades[slug] = grade;
    }
  };

  // 파일 하나를 읽어 진도로 바꿉니다. 읽을 수 없으면 그 까닭을 돌려줍니다.
  const readFile = async (file) => {
    if (file.size > LIMIT) return "너무 큽니다. 성적이나 진도 파일은 1 MB를 넘지 않습니다.";
    let data;
    try {
      data = JSON.parse(await file.text());
    } catch {
      return "JSON 파일이 아니거나 깨졌습니다.";
    }
    if (!isObject(data)) return "성적이나 진도 파일이 아닙니다.";
    if (data.format > FORMAT) return "더 새 판의 파일입니다. 책을 새 판으로 바꾸어 주세요.";
    const more = data.format !== FORMAT ? null : data.kind === KEY ? readProgress(data) : readGrade(data);
    if (!more) return "성적이나 진도 파일이 아닙니다.";
    const known = new Set(all(".map-list > li").map((row) => row.dataset.chapter));
    const strange = Object.keys({ ...more.read, ...more.grades }).find((slug) => !known.has(slug));
    return strange ? `이 책에 없는 장입니다(${strange}).` : more;
  };

  const loadFiles = async (files) => {
    const lines = [], good = [];
    for (const file of files) {
      const more = await readFile(file);
      if (typeof more === "string") lines.push(`${file.name}: ${more} 있던 진도는 그대로입니다.`);
      else good.push(more);
    }
    if (good.length) lines.unshift(`파일 ${good.length}개를 불러왔습니다.`);
    say(lines);
    const state = load();
    for (const more of good) merge(state, more);
    if (good.length) store(state);
  };

  const save = () => {
    const text = JSON.stringify({ ...load(), exported_at: new Date().toISOString() }, null, 1);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text + "\n"], { type: "application/json" }));
    link.download = KEY + ".json";
    link.click();
    URL.revokeObjectURL(link.href);
    say([`${link.download} 파일로 내보냈습니다.`]);
  };

  const clear = () => {
    if (!confirm("읽은 장과 불러온 성적을 모두 지울까요? 되돌릴 수 없습니다.")) return;
    say(["모두 지웠습니다."]);
    store(fresh());
  };

  const start = () => {
    for (const hidden of all(".map-tools, .map-read")) hidden.hidden = false;
    const input = document.querySelector(".map-tools input");
    const actions = { load: () => input.click(), save, clear };
    for (const button of all(".map-read")) button.addEventListener("click", () => toggle(button.dataset.chapter));
    for (const button of all("[data-do]")) button.addEventListener("click", actions[button.dataset.do]);
    input?.addEventListener("change", async () => {
      await loadFiles([...input.files]);
      input.value = "";
    });
    for (const event of ["storage", "pageshow"]) addEventListener(event, render);
    render();
    if (kept) say([BLOCKED]);
  };
  document.addEventListener("DOMContentLoaded", start);
})();
