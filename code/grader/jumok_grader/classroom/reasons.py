"""제출물이 점수를 받지 못하는 까닭: 이름과 한국어 설명을 한곳에 둡니다."""

from __future__ import annotations

REASONS = {
    # 파일 꾸러미
    "zip_broken": "zip이 깨졌습니다",
    "zip_encrypted": "암호가 걸린 zip입니다",
    "zip_too_many": "zip 안에 파일이 너무 많습니다",
    "zip_too_big": "zip을 풀면 너무 큽니다",
    "zip_overlap": "zip 안의 파일들이 서로 겹칩니다(압축 폭탄)",
    "zip_method": "모르는 압축 방식입니다",
    "bomb_ratio": "압축 비율이 지나칩니다(압축 폭탄)",
    "too_big": "파일이 너무 큽니다",
    "nested_zip": "zip 안에 zip이 있습니다",
    "path_traversal": "경로에 '..'이 있습니다",
    "absolute_path": "절대 경로입니다",
    "symlink": "다른 곳을 가리키는 링크입니다",
    "not_regular": "보통 파일이 아닙니다",
    "duplicate_name": "이름이 같은 파일이 둘 이상입니다",
    "name_too_long": "이름이 너무 깁니다",
    "bad_name": "이름에 쓸 수 없는 글자가 있습니다",
    "unreadable": "읽을 수 없는 파일입니다",
    # 누구의 무엇인지
    "not_notebook": "노트북(.ipynb)이 아닙니다",
    "unknown_student": "명단에 없는 학생입니다",
    "ambiguous_student": "누구의 것인지 하나로 정할 수 없습니다",
    "unknown_chapter": "몇 장의 노트북인지 알 수 없습니다",
    "chapter_not_in_class": "이 학급의 과제가 아닌 장입니다",
    "older_attempt": "더 나중에 낸 것이 있습니다",
    # 채점
    "bad_notebook": "채점할 수 없는 노트북입니다",
    "time_limit": "제출물 하나의 시간을 넘겼습니다",
    "grader_died": "채점하던 프로세스가 죽었습니다",
    "grader_error": "채점기의 오류입니다. 학생의 잘못이 아닙니다",
    "grader_lost": "여러 번 맡겼지만 결과가 오지 않았습니다",
    "not_graded": "아직 채점하지 않았습니다",
    "not_submitted": "내지 않았습니다",
    "too_late": "받는 기간이 지난 뒤에 냈습니다",
}
GRADERS_FAULT = (
    "grader_died",
    "grader_error",
    "grader_lost",
    "time_limit",
    "unreadable",
)


def explain(reason: str) -> str:
    """까닭의 한국어 설명. 모르는 이름이면 이름을 그대로 돌려줍니다."""
    return REASONS.get(reason, reason)


class BadClass(Exception):
    """학급의 파일이나 명령이 잘못되었습니다. 글에 까닭과 할 일이 들어 있습니다."""


def printable(text: str, most: int = 200) -> str:
    """터미널과 표에 그대로 내보일 수 있게 제어 문자를 빼고 길이를 줄입니다."""
    clean = "".join(char if char.isprintable() else "�" for char in text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"
