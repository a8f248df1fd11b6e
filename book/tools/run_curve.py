"""학습 곡선을 SVG로 그립니다.

같은 자료에서는 늘 같은 글자가 나옵니다. 기록 쪽을 만드는 도구가 부릅니다.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 440, 280
LEFT, RIGHT, TOP, BOTTOM = 46, 118, 14, 46  # 그림 둘레의 글자가 들어갈 자리
N_STYLES = 8
LABEL_GAP = 19
LOG_FROM = 20  # 가장 큰 값이 가장 작은 값의 이 배수를 넘으면 로그 눈금을 씁니다.

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """곡선 하나.

    style은 run.css에 있는 선의 모양(0…7)입니다. name이 비어 있으면 이름을 적지
    않습니다.
    """

    name: str
    points: Points
    style: int = 0


@dataclass(frozen=True)
class Frame:
    """값을 그림의 자리로 옮기는 틀."""

    steps: tuple[float, float]
    values: tuple[float, float]
    log: bool

    def x(self, step: float) -> float:
        """걸음의 가로 자리."""
        low, high = self.steps
        return LEFT + (WIDTH - LEFT - RIGHT) * (step - low) / ((high - low) or 1)

    def y(self, value: float) -> float:
        """값의 세로 자리."""
        low, high, value = (
            math.log10(v) if self.log else v for v in (*self.values, value)
        )
        return (
            HEIGHT
            - BOTTOM
            - (HEIGHT - TOP - BOTTOM) * (value - low) / ((high - low) or 1)
        )


def draw(lines: Sequence[Line], alt: str) -> str:
    """곡선들을 SVG 하나로 그립니다.

    alt는 보지 못하는 사람이 읽을 글입니다. 오류: 점이 없으면 ValueError.
    """
    steps = [step for line in lines for step, _ in line.points]
    values = [value for line in lines for _, value in line.points]
    if not steps:
        raise ValueError("그릴 점이 없습니다. 평가가 적어도 한 번은 있어야 합니다.")
    log = is_log(lines)
    ticks = (
        log_ticks(min(values), max(values))
        if log
        else nice_ticks(min(values), max(values))
    )
    frame = Frame(
        (0, max(steps)), (min(ticks[0], *values), max(ticks[-1], *values)), log
    )
    parts = [
        *(level(frame, tick) for tick in ticks),
        *(
            foot(frame, tick)
            for tick in nice_ticks(0, max(steps))
            if tick <= max(steps)
        ),
        f'<text class="run-axis" x="{LEFT}" y="{HEIGHT - 4}">걸음</text>',
        *(path(frame, line) for line in lines),
        *labels(frame, [line for line in lines if line.name]),
    ]
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}">'
    return "\n".join([head, *parts, "</svg>"])


def path(frame: Frame, line: Line) -> str:
    """선 하나."""
    points = " ".join(
        f"{frame.x(step):.1f},{frame.y(value):.1f}" for step, value in line.points
    )
    return f'<polyline class="run-line run-{line.style % N_STYLES}" points="{points}"/>'


def level(frame: Frame, tick: float) -> str:
    """가로줄과 그 값."""
    y = frame.y(tick)
    return (
        f'<line class="run-grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" '
        f'y2="{y:.1f}"/><text class="run-axis" text-anchor="end" x="{LEFT - 8}" '
        f'y="{y + 5:.1f}">{tick:g}</text>'
    )


def foot(frame: Frame, tick: float) -> str:
    """아래의 걸음 수."""
    x, y = frame.x(tick), HEIGHT - BOTTOM + 20
    return (
        f'<text class="run-axis" text-anchor="middle" x="{x:.1f}" '
        f'y="{y}">{tick:,.0f}</text>'
    )


def labels(frame: Frame, lines: Sequence[Line]) -> list[str]:
    """선의 오른쪽 끝에 이름을 적습니다. 겹치면 서로 밀어냅니다."""
    ends = sorted(
        ((frame.y(line.points[-1][1]), line) for line in named(lines)),
        key=lambda end: end[0],
    )
    places = spread([y for y, _ in ends], HEIGHT - BOTTOM)
    x = WIDTH - RIGHT + 8
    return [
        f'<text class="run-name run-{line.style % N_STYLES}" '
        f'x="{x}" y="{place + 5:.1f}">'
        f"{escape(line.name)}</text>"
        for place, (_, line) in zip(places, ends, strict=True)
    ]


def spread(places: list[float], floor: float) -> list[float]:
    """위에서부터 LABEL_GAP씩 떨어지게 아래로 밀고, 바닥을 넘은 것은 필요한 만큼만 위로
    올립니다.
    """
    found: list[float] = []
    for y in places:
        found.append(max(y, found[-1] + LABEL_GAP) if found else y)
    limit = floor
    for i in reversed(range(len(found))):
        found[i] = min(found[i], limit)
        limit = found[i] - LABEL_GAP
    return found


def is_log(lines: Sequence[Line]) -> bool:
    """세로 눈금을 로그로 할지."""
    values = [value for line in lines for _, value in line.points]
    return min(values) > 0 and max(values) / min(values) > LOG_FROM


def named(lines: Sequence[Line]) -> list["Line"]:
    """같은 이름은 한 번만."""
    return list({line.name: line for line in lines}.values())


def nice_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5의 배수로 넷에서 여섯쯤의 눈금. 양 끝을 덮습니다."""
    rough = (high - low or abs(high) or 1) / 4
    unit = 10 ** math.floor(math.log10(rough))
    step = next(unit * k for k in (1, 2, 5, 10) if unit * k >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """1, 3의 열 배씩인 눈금."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = [round(k * 10.0**p, 10) for p in powers for k in (1, 3)]
    first = max(i for i, tick in enumerate(every) if tick <= low)
    last = min(i for i, tick in enumerate(every) if tick >= high)
    return every[first : last + 1]
