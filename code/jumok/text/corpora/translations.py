"""PO 파일에서 (한국어, 영어) 문장 쌍을 뽑습니다."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .markup import plain_text, strip_markup
from .report import Report, read_lines
from .sentences import balanced, has_hangul, sentence_pairs

_LONGEST = 100  # 낱말. 이보다 긴 문단은 한 배치에 몇 개 들어가지 않습니다.
# "은(는)": 기계가 채우다 만 번역
_MACHINE = re.compile(r"[은을이과](?:\((?:는|를|가|와)\))")
# polib은 여기서도 줄을 나눕니다.
_ODD_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# 원문의 줄 번호. 판마다 다릅니다.
_PLACES = re.compile(r"^#:.*\n", re.MULTILINE)
# 닫지 않은 따옴표
_OPEN = re.compile(r'^(?:msg\w+(?:\[\d+\])?\s+)?"(?:[^"\\\n]|\\.)*+$', re.MULTILINE)
_LINE = re.compile(r"\(line (\d+)\)")


def read_entries(
    data: bytes, file: str, report: Report, seen: set[str]
) -> list[tuple[str, str]]:
    """PO 파일의 (msgid, msgstr) 가운데 번역이 끝난 것들.

    깨진 덩이는 줄 번호와 함께 report에 적습니다. seen은 이미 읽은 덩이들입니다. 여기 든
    것은 건너뛰고, 새로 읽은 것을 더합니다.
    """
    text = _ODD_BREAKS.sub(" ", "\n".join(read_lines(data, file)))
    entries = []
    for entry in _parse(_only_new(text, seen, report), file, report):
        if entry.obsolete:
            report.count("옛 항목")
        elif entry.fuzzy:
            report.count("확인되지 않은 번역(fuzzy)")
        elif not has_hangul(entry.msgstr):
            report.count("번역이 없음")
        else:
            entries.append((entry.msgid, entry.msgstr))
    return entries


def clean_pairs(english: str, korean: str, report: Report) -> Iterator[tuple[str, str]]:
    """PO 항목 하나에서 나온 (한국어, 영어) 쌍들. 쓸 수 없는 것은 까닭마다 셉니다."""
    if "\n" in english:
        report.count("코드")
        return
    source, target = strip_markup(korean), strip_markup(english)
    if source is None or target is None or _MACHINE.search(korean):
        report.count("깨진 표시나 기계 번역")
        return
    for ko, en in sentence_pairs(source, target):
        ko, en = plain_text(ko), plain_text(en)
        if not has_hangul(ko) or has_hangul(en) or not re.search("[A-Za-z]", en):
            report.count("한쪽이 제 말이 아님")
        elif not balanced(ko, en):
            report.count("길이가 어울리지 않음")
        elif max(len(ko.split()), len(en.split())) > _LONGEST:
            report.count(f"{_LONGEST}낱말보다 김")
        else:
            yield ko, en


def _only_new(text: str, seen: set[str], report: Report) -> str:
    """이미 읽었거나 번역이 없는 덩이를 빈 줄로 바꿉니다.

    polib이 읽을 것이 몇 분의 일로 줍니다.
    """
    blocks = text.split("\n\n")
    for index, block in enumerate(blocks):
        body = _PLACES.sub("", block)
        # 번역이 없는 덩이가 많으므로, polib에 넘기기 전에 비우면 빨라집니다.
        untranslated = body.rstrip().endswith('\nmsgstr ""')
        if body in seen or untranslated:
            report.count("번역이 없음" if untranslated else "다른 곳과 같은 항목")
            blocks[index] = "\n" * block.count("\n")
        seen.add(body)
    return "\n\n".join(blocks)


def _parse(text: str, file: str, report: Report) -> list:
    """polib으로 읽습니다.

    문법이 틀린 곳이 있으면 그 덩이(빈 줄 사이)만 비우고 다시 읽습니다.
    """
    import polib

    while opened := _OPEN.search(
        text
    ):  # polib은 이런 줄의 마지막 글자를 말없이 버립니다
        text = _without_block(
            text, text.count("\n", 0, opened.start()) + 1, file, report
        )
    while True:
        try:
            return list(polib.pofile(f"{text}\n"))
        except OSError as error:
            where = _LINE.search(str(error))
            if not where:
                raise
            text = _without_block(text, int(where[1]), file, report)


def _without_block(text: str, number: int, file: str, report: Report) -> str:
    """number번째 줄이 든 덩이를 적어 두고 빈 줄로 바꾼 글. 줄 번호는 그대로입니다."""
    report.skip(file, number, "PO의 문법에 맞지 않아 이 항목을 건너뜁니다")
    lines, at = text.split("\n"), number - 1
    lines[at], after = "", number
    while at > 0 and lines[at - 1].strip():
        at -= 1
        lines[at] = ""
    while after < len(lines) and lines[after].strip():
        lines[after] = ""
        after += 1
    return "\n".join(lines)
