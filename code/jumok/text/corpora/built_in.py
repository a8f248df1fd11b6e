"""`grammar`: 이 책의 규칙으로 만드는 내장 말뭉치."""

from ..grammar.stored import SPLITS, built_in_rows
from .definition import Corpus

GRAMMAR = Corpus(
    name="grammar",
    title="내장 말뭉치: 이 책의 규칙으로 만드는 문장 쌍",
    kind="pairs",
    also=("texts",),
    licence="MIT (이 책의 코드)",
    citation="jumok.text.grammar",
    rows=built_in_rows,
    aligned=True,
    splits=SPLITS,
)
