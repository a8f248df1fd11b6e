"""성적을 매기는 법: BLEU, chrF, 완전 일치, 글자당 비트, 정렬 오류율."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

MAX_ORDER = 4
Links = Iterable[tuple[int, int]]


def ngrams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    """낱말 n개씩 이은 것들과 그 수."""
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def bleu(
    hypotheses: Sequence[Sequence[str]], references: Sequence[Sequence[str]]
) -> float:
    """말뭉치의 BLEU를 손으로 구합니다.

    문장은 낱말의 목록이고, 값은 0부터 100까지입니다.
    BP · exp(¼ Σ log p_n)입니다. p_n은 n개씩 이은 것 가운데 참조에도 있는 것의 몫이고,
    BP = min(1, e^{1 − r/c})에서 c와 r은 답과 참조의 낱말 수입니다.
    맞은 것이 없는 p_n은 1/(2·수), 1/(4·수) …로 봅니다(sacreBLEU의 기본값 exp).
    오류: 두 목록의 길이가 다르면 ValueError.
    출처: Papineni et al. (2002), 2.3절; Post (2018).
    """
    _same_length(hypotheses, references)
    matched = [0] * MAX_ORDER
    total = [0] * MAX_ORDER
    for words, truth in zip(hypotheses, references, strict=True):
        for n in range(1, MAX_ORDER + 1):
            found = ngrams(words, n)
            # 같은 것이 여러 번 나와도 참조에 있는 수까지만 셉니다.
            matched[n - 1] += (found & ngrams(truth, n)).total()
            total[n - 1] += found.total()
    if not any(matched) or not all(total):
        return 0.0
    logs = 0.0
    halvings = 0
    for hit, n in zip(matched, total, strict=True):
        if not hit:
            halvings += 1
        logs += math.log((hit or 0.5**halvings) / n)
    n_words = sum(map(len, hypotheses))
    n_truth = sum(map(len, references))
    brevity = min(1.0, math.exp(1 - n_truth / n_words))
    return 100 * brevity * math.exp(logs / MAX_ORDER)


def corpus_scores(
    hypotheses: Sequence[str], references: Sequence[str]
) -> dict[str, str | float]:
    """sacreBLEU로 구한 BLEU와 chrF, 그리고 어떻게 쟀는지를 적은 서명.

    오류: 두 목록의 길이가 다르거나 비었으면 ValueError.
    """
    from sacrebleu.metrics import BLEU, CHRF

    _same_length(hypotheses, references)
    if not hypotheses:
        raise ValueError("채점할 문장이 하나도 없습니다.")
    scores: dict[str, str | float] = {}
    for name, metric in (("bleu", BLEU()), ("chrf", CHRF())):
        scores[name] = metric.corpus_score(list(hypotheses), [list(references)]).score
        scores[f"{name}_signature"] = str(metric.get_signature())
    return scores | {"exact_match": exact_match(hypotheses, references)}


def exact_match(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """글자 하나까지 같은 문장의 몫(0부터 1까지)."""
    _same_length(hypotheses, references)
    return sum(map(str.__eq__, hypotheses, references)) / max(1, len(references))


def bits_per_character(total_nats: float, n_characters: int) -> float:
    """로그 가능도(자연로그)의 합의 부호를 바꾼 것을 글자당 비트로 바꿉니다.

    토큰의 단위가 달라도 글자의 수는 같으므로 서로 견줄 수 있습니다.
    오류: 글자가 없으면 ValueError.
    """
    if n_characters < 1:
        raise ValueError(
            f"글자 수는 1 이상이어야 합니다. 받은 값은 {n_characters}입니다."
        )
    return total_nats / math.log(2) / n_characters


def alignment_error_rate(predicted: Sequence[Links], gold: Sequence[Links]) -> float:
    """정렬 오류율 1 − 2|A ∩ G| / (|A| + |G|).

    문장마다의 (원문, 번역) 낱말 번호 짝을 모두 모아 셉니다.
    확실한 정답만 있는 자료이므로 Och & Ney (2003)의 식에서 S = P = G인 경우입니다.
    오류: 문장의 수가 다르거나 짝이 하나도 없으면 ValueError.
    """
    _same_length(predicted, gold)
    both = size = 0
    for mine, truth in zip(predicted, gold, strict=True):
        mine, truth = set(mine), set(truth)
        both += len(mine & truth)
        size += len(mine) + len(truth)
    if not size:
        raise ValueError("정렬의 짝이 하나도 없어 오류율을 구할 수 없습니다.")
    return 1 - 2 * both / size


def _same_length(mine: Sequence, truth: Sequence) -> None:
    if len(mine) != len(truth):
        raise ValueError(f"답({len(mine)}개)과 참조({len(truth)}개)의 수가 다릅니다.")
