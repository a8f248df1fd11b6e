"""어텐션 들여다보기: 쪽의 계산이 패키지와 같고, 글쇠로 쓸 수 있고, 잘못 적어도 친절하게
말합니다.
"""

import base64
import gzip
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from survey import ask, axe_violations, hold_still

PAGE = "book/explorer"
PICTURE = ".xp-map svg.xp-picture"
LONG = (
    "나는 어제 카페에서 맛있는 사과를 먹었고 동생은 학교에서 책을 읽었고 그녀는 "
    "사촌에게 팔찌를 줬다."
)
# 한글, 영문, 숫자, 부호, 빈칸, 바이트로 적는 글자, 짝이 없는 자모, 합친 그림 글자,
# 긴 되풀이
ODD = [
    "뷁쉟뙓을 샀다.",
    "ㅋㅋㅋ 3.14 is π!",
    "  두  칸\t띄고\n줄도 바꿈 ",
    "한국어English섞기,123개…",
    "👩‍🚀 우주인",
    "가" * 40 + "." * 40,
    "ᄀ가ㄱ",
    "\u3000전각 빈칸\u3000",
    "<0xEB><pad> <bos>",
    "‘따옴표’ “겹따옴표”·～",
]
ENGINE = """globalThis.engine ??= (async () => {
    const base = document.querySelector("script[src*='explorer/explorer.js']").src;
    for (const name of ["tokenizer", "weights"]) await new Promise((done) => {
        const script = document.createElement("script");
        script.src = new URL(`model/${name}.js`, base);
        script.onload = done;
        document.head.append(script);
    });
    const { Bpe, Transformer } = JumokExplorer, { manifest, tokenizer,
        weights } = JumokModel;
    return { bpe: new Bpe(tokenizer), model: new Transformer(manifest, weights) };
})();"""
PACK = """const pack = (rows) => {
    const flat = new Float32Array(rows.length * rows[0].length);
    rows.forEach((row, i) => flat.set(row, i * row.length));
    const bytes = new Uint8Array(flat.buffer), pieces = [];
    for (let i = 0; i < bytes.length; i += 8192) {
        pieces.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
    }
    return btoa(pieces.join(""));
};"""
TRANSLATE = f"""async (texts) => {{
    {ENGINE}
    {PACK}
    const {{ bpe, model }} = await engine;
    let ms = 0, steps = 0;
    const rows = texts.map((text) => {{
        const ids = bpe.encode(JumokExplorer.strip(text)), started = performance.now();
        const encoded = model.encode(ids), greedy = JumokExplorer.greedy(model, encoded,
            ids);
        ms += performance.now() - started;
        steps += greedy.steps.length;
        const beam = JumokExplorer.beam(model, encoded, ids);
        const read = [model.special.bos, ...greedy.ids.slice(0, -1)];
        const {{ logits }} = model.step(read, model.start(encoded));
        return {{ ids, greedy: greedy.ids, beam: beam.ids, score: beam.score,
                  text: bpe.decode(beam.ids), logits: pack(logits) }};
    }});
    return {{ rows, ms, steps }};
}}"""


def value_of(path: Path):
    """모델 스크립트 하나에서 값을 꺼냅니다."""
    text = path.read_text("utf8")
    return json.loads(text[text.index(" = ") + 3 : text.rindex(";")])


@pytest.fixture(scope="module")
def translator(book):
    """쪽에 실린 바로 그 파일에서 되살린 파이썬 번역기입니다."""
    import torch

    from jumok.apps import Translator
    from jumok.text import BpeTokenizer
    from jumok.training.models import build_model

    torch.set_num_threads(1)
    folder = book.html / "_static" / "explorer" / "model"
    manifest, state = (
        value_of(folder / "manifest.js"),
        value_of(folder / "tokenizer.js"),
    )
    numbers = np.frombuffer(
        base64.b64decode(value_of(folder / "weights.js")), "<f2"
    ).astype("f4")
    config = dict(manifest["config"])
    model = build_model(
        "transformer", config.pop("vocab_size"), {**config, "dropout": 0.0}
    )
    tensors = {
        name: torch.from_numpy(
            numbers[at : at + int(np.prod(shape))].reshape(shape).copy()
        )
        for name, shape, at in manifest["tensors"]
    }
    model.load_state_dict(tensors)
    return Translator(model.eval(), BpeTokenizer.from_state(state), torch.device("cpu"))


@pytest.fixture(scope="module")
def sentences():
    """내장 말뭉치의 시험 문장 100개.

    80개는 test, 20개는 배운 것보다 긴 test_long에서 옵니다.
    """
    from jumok.text.grammar import splits

    made = splits(n_train=400, n_dev=10, n_test=80, n_long=20)
    return [pair.korean for pair in (*made.test, *made.test_long)]


def floats(text: str, shape) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)


# ── 패키지와 같은 값 ──────────────────────────────────────────────────────────────────


def test_same_tokens_logits_and_translations_as_the_package(
    visit, translator, sentences, record_property
):
    import torch

    from jumok.decode import beam_n_best, greedy
    from jumok.text import BOS_ID, EOS_ID, PAD_ID

    seen, worst, ms, steps = visit(PAGE), 0.0, 0.0, 0
    ends = {"bos_id": BOS_ID, "eos_id": EOS_ID, "pad_id": PAD_ID}
    for start in range(0, len(sentences), 10):
        texts = sentences[start : start + 10]
        found = seen.page.evaluate(TRANSLATE, texts)
        ms, steps = ms + found["ms"], steps + found["steps"]
        for text, row in zip(texts, found["rows"], strict=True):
            src = torch.tensor([translator.encode(text)])
            assert row["ids"] == src[0].tolist(), text
            limit = min(src.size(1) + 50, translator.max_source)
            assert (
                row["greedy"]
                == greedy(translator.model, src, limit, **ends)[0].tolist()
            ), text
            ids, scores = beam_n_best(translator.model, src, limit, **ends, n_best=1)
            assert row["beam"] == ids[0, 0].tolist(), text
            assert row["score"] == pytest.approx(scores.item(), abs=1e-3)
            assert row["text"] == translator.tokenizer.decode(row["beam"])
            with torch.no_grad():
                logits = translator.model(
                    src, torch.tensor([[BOS_ID, *row["greedy"][:-1]]])
                )[0].numpy()
            worst = max(
                worst, float(np.abs(floats(row["logits"], logits.shape) - logits).max())
            )
    record_property(
        "어텐션 들여다보기", f"로짓의 차이 {worst:.1e}, 토큰 하나에 {ms / steps:.1f} ms"
    )
    assert len(sentences) == 100 and worst < 1e-3
    assert not seen.console


def test_same_attention_maps_as_the_package(visit, translator):
    import torch

    from jumok.model import attention_maps

    text, tgt = LONG, [1, 30, 40, 300, 8, 9]
    script = f"""async ([text, tgt]) => {{ {ENGINE} {PACK}
        const {{ bpe, model }} = await engine;
        const encoded = model.encode(bpe.encode(text)), read = model.step(tgt,
            model.start(encoded));
        const flat = (layers) => layers.map((rows) => pack(rows.flat()));
        return {{ encoder: flat(encoded.maps), self: flat(read.maps.self), cross:
            flat(read.maps.cross) }};
    }}"""
    found = visit(PAGE).page.evaluate(script, [text, tgt])
    with torch.no_grad(), attention_maps(translator.model) as maps:
        translator.model(torch.tensor([translator.encode(text)]), torch.tensor([tgt]))
    names = {
        "encoder": "encoder.layers.{}.attention",
        "self": "decoder.layers.{}.self_attention",
        "cross": "decoder.layers.{}.cross_attention",
    }
    for kind, name in names.items():
        for layer, packed in enumerate(found[kind]):
            wanted = (
                maps[name.format(layer)][0].transpose(0, 1).numpy()
            )  # (H, T, S) → (T, H, S)
            np.testing.assert_allclose(floats(packed, wanted.shape), wanted, atol=1e-4)


def test_odd_texts_are_cut_alike(visit, translator):
    script = f"""async (texts) => {{ {ENGINE} const {{ bpe }} = await engine;
        return texts.map((text) => [bpe.encode(text), bpe.decode(bpe.encode(text)),
                                    bpe.encode(JumokExplorer.strip(text))]); }}"""
    for text, (ids, again, stripped) in zip(
        ODD, visit(PAGE).page.evaluate(script, ODD), strict=True
    ):
        assert ids == translator.tokenizer.encode(text), text
        assert again == text
        assert stripped == translator.tokenizer.encode(text.strip()), text


def test_sampling_uses_the_heated_probabilities(visit, translator):
    import torch

    from jumok.decode import sampling_probs

    script = f"""async (text) => {{ {ENGINE} const {{ bpe, model }} = await engine;
        const ids = bpe.encode(text), encoded = model.encode(ids);
        const draw = (options) => JumokExplorer.sample(model, encoded, ids, options);
        const many = Array.from({{ length: 12 }}, (_, seed) => draw({{ temperature: 2,
            seed }}).ids);
        const top = draw({{ temperature: 2, seed: 7 }}).steps[0].top;
        return {{ top, many, again: draw({{ temperature: 2 }}).ids, cold: draw({{
            temperature: 0 }}).ids,
                  greedy: JumokExplorer.greedy(model, encoded, ids).ids }};
    }}"""
    found = visit(PAGE).page.evaluate(script, LONG)
    with torch.no_grad():
        src = torch.tensor([translator.encode(LONG)])
        log_probs = translator.model(src, torch.tensor([[1]]))[:, -1].log_softmax(-1)
    probs, tokens = sampling_probs(log_probs, temperature=2.0, top_k=None)
    assert [each["token"] for each in found["top"]] == tokens[0, :5].tolist()
    np.testing.assert_allclose(
        [each["prob"] for each in found["top"]], probs[0, :5], atol=1e-4
    )
    assert found["cold"] == found["greedy"]
    assert (
        found["again"] == found["many"][0] and len(set(map(tuple, found["many"]))) > 1
    )


def test_padding_changes_nothing_under_the_mask(visit):
    script = f"""async (text) => {{ {ENGINE} const {{ bpe, model }} = await engine;
        const ids = bpe.encode(text), padded = [...ids, 0, 0, 0];
        const run = (encoded) => JumokExplorer.greedy(model, encoded,
            ids).steps.map((step) => step.logProb);
        return [run(model.encode(ids)), run(model.encode(padded)),
            run(model.encode(padded, false))]; }}"""
    plain, masked, unmasked = visit(PAGE).page.evaluate(
        script, "그녀는 사촌에게 팔찌를 줬다."
    )
    np.testing.assert_allclose(masked, plain, atol=1e-6)
    assert np.abs(np.subtract(plain[:2], unmasked[:2])).max() > 1e-4


# ── 화면 ──────────────────────────────────────────────────────────────────────────────


def translate(page, text: str) -> str:
    """문장을 적고 Enter를 눌러, 알림에 나온 글을 돌려줍니다. 자동 재생은 멈춥니다."""
    page.emulate_media(reduced_motion="reduce")
    page.fill("#xp-text", text)
    page.press("#xp-text", "Enter")
    page.wait_for_function(
        "document.querySelector('.xp-status').textContent.match(/번역:|주세요/)"
    )
    return page.inner_text(".xp-status")


def test_weights_wait_for_the_reader(visit, record_property):
    seen = visit(PAGE)
    assert not [
        url for url in seen.requests if "weights" in url or "model/tokenizer" in url
    ]
    files = {
        Path(unquote(urlsplit(url).path))
        for url in seen.requests
        if url.startswith("file:")
    }
    first = sum(len(gzip.compress(path.read_bytes())) for path in files) / 1e6
    button = seen.page.locator("#xp-load")
    assert "MB" in button.inner_text() and first <= 2
    button.click()
    seen.page.wait_for_selector("#xp-load", state="hidden")
    assert seen.page.evaluate("document.activeElement.textContent") == "번역하기"
    assert not seen.external and not seen.console


def test_translation_by_keyboard_alone(visit):
    seen = visit(PAGE)
    page, press = seen.page, seen.page.keyboard.press
    assert "번역: I" in translate(page, "나는 어제 카페에서 맛있는 사과를 먹었다.")
    steps = int(page.get_attribute(".xp-player input", "max"))
    assert steps > 3 and page.locator(".xp-chips li").count() > 3
    page.focus(".xp-player input")
    press("Home")
    assert "아직 아무 토큰도" in page.inner_text(".xp-step")
    press("ArrowRight")
    press("ArrowRight")
    assert page.inner_text(".xp-count").startswith("2 /")
    assert page.inner_text(".xp-step").startswith("2번째 걸음에서")
    assert page.locator(".xp-growing .xp-new").count() == 1
    assert page.locator(".xp-probs tbody tr").count() == 6
    page.focus("input[name=xp-kind][value=cross]")
    for name in ("인코더 셀프 어텐션", "디코더 마스크드 셀프 어텐션"):
        press("ArrowDown")
        assert name in page.inner_text(".xp-summary")
        assert name in page.get_attribute(PICTURE, "aria-label")
    hidden = page.locator(f"{PICTURE} .xp-hidden-cell")
    assert hidden.count() == steps * (steps - 1) // 2
    page.focus("#xp-causal")
    press("Space")
    assert hidden.count() == 0
    assert "1등 토큰이 바뀌었습니다" in page.inner_text(".xp-summary")
    page.focus(".xp-head >> nth=2")
    press("Enter")
    assert (
        page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    )
    assert "1층 헤드 2" in page.inner_text(".xp-summary")
    page.select_option("#xp-row", "3")
    assert page.inner_text(".xp-count").startswith("4 /")
    assert not seen.external and not seen.console


def test_table_says_what_the_picture_shows(visit):
    page = visit(PAGE).page
    translate(page, "그녀는 사촌에게 팔찌를 줬다.")
    page.check("input[name=xp-kind][value=self]")
    page.click(".xp-map details summary")
    table = page.locator(".xp-map details table")
    rows = table.locator("tbody tr")
    assert (
        rows.count()
        == table.locator("thead th").count() - 1
        == int(page.get_attribute(".xp-player input", "max"))
    )
    drawn = page.locator(f"{PICTURE} rect title").all_text_contents()
    written = [
        cell for row in rows.all() for cell in row.locator("td").all_inner_texts()
    ]
    assert [title.rsplit(": ", 1)[1] for title in drawn] == written
    assert written.count("가림") == rows.count() * (rows.count() - 1) // 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "문장을 적어 주세요"),
        ("   ", "문장을 적어 주세요"),
        ("아주 긴 문장입니다 " * 30, "문장이 너무 깁니다"),
        ("나는 블록체인을 먹었다.", "배운 문장에 없던 말"),
        ("뷁뷁뷁.", "드문 글자"),
        ("I go home.", "한글이 없습니다"),
        ("나는 사과를 먹었다", "마침표나 물음표"),
    ],
)
def test_strange_input_gets_a_friendly_answer(visit, text, said):
    seen = visit(PAGE)
    message = translate(seen.page, text)
    refused = "번역:" not in message
    assert said in message
    assert seen.page.get_attribute("#xp-text", "aria-invalid") == str(refused).lower()
    assert seen.page.locator(".xp-results").is_visible() != refused
    assert not seen.console


def test_decomposed_hangul_is_composed(visit):
    page = visit(PAGE).page
    whole = translate(page, "나는 사과를 먹었다.")
    assert translate(page, "나는 사과를 먹었다.") == whole


def test_missing_model_file_is_explained(visit):
    seen = visit(PAGE)
    seen.page.evaluate("""() => { document.head.append = (script) => {
        script.src = script.src.replace("weights.js", "nothing.js");
        document.head.appendChild(script);
    }; }""")
    assert "모델 파일을 읽지 못했습니다" in translate(seen.page, "나는 집에 간다.")
    seen.page.evaluate("delete document.head.append")
    seen.page.click(".xp-go")  # 다시 눌러 볼 수 있습니다
    seen.page.wait_for_selector(PICTURE)


def test_beam_and_sampling_show_their_own_panels(visit):
    page = visit(PAGE).page
    page.check("input[value=beam]")
    page.fill("#xp-beams", "99")
    translate(page, LONG)
    assert (
        page.input_value("#xp-beams") == "8"
        and page.locator(".xp-lines tbody tr").count() == 8
    )
    page.check("input[value=sample]")
    assert (
        not page.locator("#xp-beams").is_visible()
        and page.locator("#xp-seed").is_visible()
    )
    page.fill("#xp-heat", "2")
    first = translate(page, LONG)
    assert (
        "온도 2.0" in page.inner_text(".xp-probs caption")
        and page.locator(".xp-lines").count() == 0
    )
    assert translate(page, LONG) == first


def test_steps_play_by_themselves_unless_motion_is_reduced(visit):
    page = visit(PAGE).page
    page.click(".xp-example >> nth=1")
    page.wait_for_function(
        "document.querySelector('.xp-count')?.textContent.startsWith('2 /')"
    )
    page.click("text=멈춤")
    count = page.inner_text(".xp-count")
    page.wait_for_timeout(900)
    assert (
        page.inner_text(".xp-count") == count and page.locator("text=재생").count() == 1
    )


@pytest.mark.parametrize("width", [1280, 375])
def test_results_have_no_axe_violation_and_fit(visit, width, record_property):
    page = visit(PAGE, width).page
    page.check("#xp-pad")
    page.check("input[value=beam]")
    translate(page, LONG)
    page.check("input[name=xp-kind][value=self]")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    ask(page, "lighten")
    hold_still(page)
    page.wait_for_selector(".xp-data table")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert not ask(page, "wider")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        ask(page, "settled")
        violations = axe_violations(page)
        record_property("axe 어김", (PAGE, width, theme, len(violations)))
        assert not violations, "\n".join(violations)


def test_without_javascript_the_page_explains(visit):
    page = visit(PAGE, javascript=False).page
    assert "자바스크립트가 꺼져 있어서" in page.inner_text("#explorer noscript")
    page.locator("details summary").last.click()
    assert page.locator("details p").last.is_visible()
