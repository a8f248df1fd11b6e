"""퀴즈: 마우스로도 글쇠로도 풀 수 있고, 자바스크립트가 없어도 읽을 수 있습니다."""

import pytest

CHAPTER = "chapters/04_scaled_dot_product"
QUESTIONS = "details.quiz[data-answer]"


@pytest.fixture
def quiz(visit):
    """첫 문제의 (페이지, 정답 번호, 단추들, 알림, 풀이)입니다."""
    page = visit(CHAPTER).page
    details = page.locator(QUESTIONS).first
    answer = int(details.get_attribute("data-answer"))
    options = page.locator("ol.quiz-options").first.locator("button.quiz-option")
    return page, answer, options, page.locator(".quiz-status").first, details


def test_every_question_became_buttons(visit):
    page = visit(CHAPTER).page
    questions = page.locator(QUESTIONS).count()
    assert questions and page.locator("ol.quiz-options").count() == questions
    for index in range(questions):
        answer = int(page.locator(QUESTIONS).nth(index).get_attribute("data-answer"))
        assert (
            1
            <= answer
            <= page.locator("ol.quiz-options").nth(index).locator("button").count()
        )


def test_wrong_answer_asks_to_think_again(quiz):
    _, answer, options, status, details = quiz
    options.nth(answer % options.count()).click()
    assert status.inner_text() == "다시 생각해 보세요."
    assert details.get_attribute("open") is None


def test_right_answer_by_keyboard_opens_the_explanation(quiz):
    page, answer, options, status, details = quiz
    options.first.focus()
    for _ in range(answer - 1):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert (
        status.inner_text() == "맞았습니다."
        and status.get_attribute("role") == "status"
    )
    assert options.nth(answer - 1).get_attribute("aria-pressed") == "true"
    assert details.get_attribute("open") is not None


def test_without_javascript_list_and_explanation_remain(visit):
    page = visit(CHAPTER, javascript=False).page
    details = page.locator(QUESTIONS).first
    assert page.locator("button.quiz-option").count() == 0
    assert not details.locator("p").first.is_visible()
    details.locator("summary").click()
    assert details.locator("p").first.is_visible()


def test_script_stays_small(book):
    assert (book.html / "_static/quiz.js").stat().st_size <= 3072
