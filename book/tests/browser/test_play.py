"""만져 보는 그림: 수가 패키지와 같고, 글쇠로 쓸 수 있고, 작은 화면과 어두운 화면에서도
볼 수 있습니다.
"""

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from survey import ask, axe_violations, hold_still, resize

from jumok import scratch

CHAPTERS = {
    "softmax": "chapters/04_scaled_dot_product",
    "heads": "chapters/05_multi_head",
    "positions": "chapters/06_tokens_and_positions",
    "masks": "chapters/07_full_architecture",
    "sampling": "chapters/09_gpt",
    "schedule": "chapters/11_train_on_gpu",
}
LIMIT = 3 * 1024  # 그림 하나의 스크립트(바이트)
# 그림의 칸이 아직 없는 장에서는 자리를 끼워 넣어 봅니다.
# 장의 나머지는 test_pages가 봅니다. 그림만 남기면 접근성 검사가 열 배 빠릅니다.
ALONE = """(name) => {
    const figure = document.querySelector(`[data-play=${name}]`);
    for (let at = figure; !at.matches("article"); at = at.parentElement)
        for (const other of [...at.parentElement.children])
            if (other !== at) other.remove();
}"""
COMPUTE = "([name, cases]) => cases.map((values) => JumokPlay.figures[name](values))"


@pytest.fixture(params=CHAPTERS)
def figure(request):
    return request.param


@pytest.fixture
def play(visit):
    """그림이 있는 장을 열어 (방문, 그림)을 돌려줍니다."""

    def open_figure(name: str, width: int = 1280):
        seen = visit(CHAPTERS[name], width)
        box = seen.page.locator(f"[data-play={name}]")
        seen.page.wait_for_function(
            f"document.querySelector('[data-play={name}] .play-say')?.textContent"
        )
        return seen, box

    return open_figure


@pytest.fixture(scope="module")
def scripts(book, browser):
    """그림의 스크립트만 실은 빈 쪽. 수만 볼 때는 장을 열지 않아도 됩니다."""
    page = browser.new_page()
    folder = Path(book.html, "_static", "play")
    for name in ("play", *CHAPTERS):
        page.add_script_tag(path=folder / f"{name}.js")
    yield page
    page.close()


@pytest.fixture
def computed(scripts):
    """그림의 자바스크립트가 낸 수를 돌려주는 함수입니다."""
    return lambda name, cases: scripts.evaluate(COMPUTE, [name, cases])


def cases_of(**choices) -> list[dict]:
    return [
        dict(zip(choices, values, strict=True)) for values in product(*choices.values())
    ]


def close(found, wanted, limit: float = 1e-6):
    np.testing.assert_allclose(
        np.array(found, dtype=float),
        np.array(wanted, dtype=float),
        rtol=limit,
        atol=limit,
    )


# ── 패키지와 같은 값 ──────────────────────────────────────────────────────────────────


def test_softmax_is_the_package_softmax(computed):
    cases = cases_of(d=[4, 64, 1024], way=[0, 1, 2], heat=[0.2, 1, 8])
    for case, found in zip(cases, computed("softmax", cases), strict=True):
        base = np.array(found["scores"]) / np.sqrt(case["d"])
        # 내적의 분산이 d_k입니다
        assert abs(base.mean()) < 1e-12 and abs(base.var() - 1) < 1e-12
        divisor = [np.sqrt(case["d"]), 1, case["d"]][case["way"]]
        scaled = np.array(found["scores"]) / divisor / case["heat"]
        weights = scratch.softmax(scaled)
        close(found["scaled"], scaled)
        close(found["weights"], weights)
        close(found["entropy"], -(weights * np.log(np.maximum(weights, 1e-300))).sum())
        close(
            found["jacobian"],
            np.linalg.norm(np.diag(weights) - np.outer(weights, weights)),
        )
        if case["way"] == 0:  # √d_k로 나누면 스케일드 닷프로덕트 어텐션의 가중치입니다
            query = np.full((1, case["d"]), 1 / case["heat"])
            key = np.array(found["scores"])[:, None] / case["d"] * np.ones(case["d"])
            close(
                found["weights"],
                scratch.scaled_dot_product_attention(query, key, key)[1][0],
            )


def test_heads_are_the_multi_head_attention_of_the_chapter(computed):
    x = np.array([[2.0, 0], [0, 1], [0, 2], [1, 1]])
    cases = cases_of(row=range(4), one=[-180, -45, 30], two=[135, 0, -45])
    for case, found in zip(cases, computed("heads", cases), strict=True):
        angles = np.radians([case["one"], case["two"]])
        weights = scratch.AttentionWeights(
            np.array([[0.0, 1], [1, 0]]),
            np.sqrt(2) * np.array([np.cos(angles), np.sin(angles)]),
            np.array([[5.0, 1], [1, 5]]),
            np.array([[1.0, 1], [1, -1]]),
        )
        output, maps = scratch.multi_head_attention(x, x, x, weights, 2)
        _, single = scratch.multi_head_attention(x, x, x, weights, 1)
        close(found["maps"], maps[:, case["row"]])
        close(found["single"], single[0, case["row"]])
        close(found["output"], output[case["row"]])
        close(np.array(found["joined"]) @ weights.w_output, output[case["row"]])
    first = computed("heads", [{"row": 3, "one": -45, "two": 135}])[0]
    assert np.round(first["output"], 2).tolist() == [17.40, 0.72]  # 5.3절의 손계산


def test_positions_are_the_positional_encoding(computed):
    cases = cases_of(size=[0, 1, 2], t=[0, 5, 100], gap=[0, 3, 40])
    for case, found in zip(cases, computed("positions", cases), strict=True):
        d = [8, 16, 32][case["size"]]
        table = scratch.positional_encoding(141, d)
        now, later = table[case["t"]], table[case["t"] + case["gap"]]
        close(np.ravel(found["now"]), now)
        close(np.ravel(found["later"]), later)
        close(found["product"], now @ later)
        close(found["curve"], table[0] @ table[:41].T / (d / 2))
        # t와 상관없습니다
        close(found["product"] / (d / 2), found["curve"][case["gap"]])


def test_masks_are_the_masked_attention(computed):
    x = np.array([[1, 0.5], [0.5, -1], [1.5, 1], [-0.5, 1.5], [0.5, 0.5]])
    cases = cases_of(causal=[True, False], padding=[True, False], changed=range(5))
    for case, found in zip(cases, computed("masks", cases), strict=True):
        mask = scratch.causal_mask(5) if case["causal"] else np.ones((5, 5), dtype=bool)
        if case["padding"]:
            mask = mask & scratch.padding_mask(np.array([1, 5, 6, 7, 0]))
        changed = x.copy()
        changed[case["changed"]] = [-1, 1]
        before, weights = scratch.scaled_dot_product_attention(x, x, x, mask)
        after, _ = scratch.scaled_dot_product_attention(changed, changed, changed, mask)
        assert found["mask"] == mask.tolist()
        close(found["weights"], weights)
        close(found["outputs"], before)
        close(found["moved"], np.abs(after - before).max(axis=1))
        if case["causal"]:
            assert not any(found["moved"][: case["changed"]])  # 정확히 0이어야 합니다


def test_sampling_is_the_package_sampling(computed):
    import torch

    from jumok.decode import sampling_probs

    base = np.array([0.37, 0.23, 0.14, 0.1, 0.07, 0.05, 0.03, 0.01])
    cases = cases_of(
        heat=[0.1, 0.7, 1, 3], k=[1, 4, 8], p=[0.05, 0.55, 0.9, 1], draws=[0, 3]
    )
    for case, found in zip(cases, computed("sampling", cases), strict=True):
        log_probs = torch.tensor(np.log(base))[None]
        probs, tokens = sampling_probs(log_probs, case["heat"], case["k"], case["p"])
        wanted = np.zeros(8)
        wanted[tokens[0]] = probs[0]
        close(found["probs"], wanted)
        counts = np.array(found["counts"])
        assert counts.sum() == 10 * case["draws"] and not counts[wanted == 0].any()


def test_draws_follow_the_probabilities(computed):
    found = computed("sampling", [{"heat": 1, "k": 8, "p": 1, "draws": 2000}])[0]
    close(np.array(found["counts"]) / 20_000, found["probs"], 0.01)


def test_schedule_is_the_package_learning_rate(computed):
    from jumok.training.recipe import SCHEDULES, Recipe, learning_rate

    names = ["inverse_sqrt", "linear", "cosine", "constant"]
    assert set(names) == set(SCHEDULES)
    cases = cases_of(
        size=[0, 3, 4],
        warmup=[100, 4000, 10_000],
        way=range(4),
        step=[100, 1000, 20_000],
    )
    for case, found in zip(cases, computed("schedule", cases), strict=True):
        recipe = Recipe(
            steps=20_000, warmup=case["warmup"], schedule=names[case["way"]]
        )
        d_model = [64, 128, 256, 512, 1024][case["size"]]
        steps = [case["step"], case["warmup"], *(max(1, 100 * i) for i in range(201))]
        wanted = np.array([learning_rate(step, recipe, d_model) for step in steps])
        drawn = np.array([found["now"], found["peak"], *found["curve"]])
        close(drawn * 1e4, wanted * 1e4)  # 학습률은 만분의 몇이므로 만 배로 견줍니다


# ── 화면 ──────────────────────────────────────────────────────────────────────────────


def said(box) -> str:
    """손잡이가 멈추어 알림이 바뀌기를 기다려 돌려줍니다. 쪽의 시계로 기다립니다."""
    box.evaluate("() => new Promise((done) => setTimeout(done, 400))")
    return box.locator(".play-say").inner_text()


def test_figure_by_keyboard_alone(play, figure):
    seen, box = play(figure)
    page, say = seen.page, box.locator(".play-say")
    first = say.inner_text()
    assert box.locator("[role=img]").get_attribute("aria-label") == first
    page.wait_for_selector(f"[data-play={figure}] .play-say[role=status]")
    for handle in box.locator("input, select, .play-button:not(:last-child)").all():
        kind = handle.get_attribute("type") or "select"
        handle.focus()
        page.keyboard.press(
            {"checkbox": "Space", "button": "Enter"}.get(kind, "ArrowDown")
        )
        if kind == "range":
            assert (
                handle.get_attribute("aria-valuetext")
                == box.locator(
                    f"#{handle.get_attribute('id')} + .play-value"
                ).inner_text()
            )
    text = said(box)
    assert text != first and re.search("[가-힣]", text)
    assert box.locator("[role=img]").get_attribute("aria-label") == text
    rows = box.locator("details table tbody tr")
    assert rows.count() >= 4 and not rows.first.is_visible()
    box.locator("summary").focus()
    page.keyboard.press("Enter")
    assert rows.first.is_visible()
    box.locator(".play-button").last.focus()
    page.keyboard.press("Enter")
    assert said(box) == first  # 처음으로
    assert not seen.console and not seen.external


def violations(page, figure: str) -> list[str]:
    """그림에서 axe-core가 찾은 어김입니다."""
    return axe_violations(page, f"[data-play={figure}]")


def test_figure_has_no_axe_violation_and_fits(play, figure, record_property):
    seen, _ = play(figure)
    page = seen.page
    page.evaluate(ALONE, figure)
    hold_still(page)
    for width in (1600, 1280, 375):  # 너비가 바뀌면 다시 재어 그립니다
        resize(page, width)
        ask(page, "refocused")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert not ask(page, "wider")
        for theme in ("light", "dark") if width < 1600 else ():
            page.emulate_media(color_scheme=theme)
            page.wait_for_function(
                f"document.documentElement.dataset.theme === '{theme}'"
            )
            ask(page, "settled")
            faults = violations(page, figure)
            record_property("axe 어김", (figure, width, theme, len(faults)))
            assert not faults, "\n".join(faults)
    assert not seen.console and not seen.external


def test_axe_sees_a_fault_in_a_figure(play):
    page = play("masks")[0].page
    page.evaluate(ALONE, "masks")
    page.evaluate(
        "document.querySelector('[data-play=masks] .play-control label').remove()"
    )
    assert any(line.startswith("select-name") for line in violations(page, "masks"))


def test_reduced_motion_stops_the_bars(play):
    seen, _ = play("softmax")
    duration = (
        "getComputedStyle(document.querySelector('.play-bar')).transitionDuration"
    )
    assert seen.page.evaluate(duration) != "0s"
    seen.page.emulate_media(reduced_motion="reduce")
    assert seen.page.evaluate(duration) == "0s"


def test_without_javascript_the_figure_is_explained(visit):
    page = visit(CHAPTERS["softmax"], javascript=False).page
    text = page.inner_text("[data-play=softmax] noscript")
    assert "자바스크립트가 꺼져 있어서" in text and "어텐션 가중치" in text


def test_draws_are_counted(play):
    seen, box = play("sampling")
    seen.page.click("#play-sampling-draws")
    text = said(box)
    assert text.count("번") >= 3 and "10번 뽑은 결과" in text


def test_scripts_stay_small(book, figure):
    folder = Path(book.html, "_static", "play")
    assert (folder / f"{figure}.js").stat().st_size <= LIMIT
    assert {path.stem for path in folder.glob("*.js")} == {*CHAPTERS, "play"}
