"""걸음을 나누는 법: 무엇을 한 걸음에 담고, 어느 프로세스가 어느 줄을 읽는지."""

from dataclasses import dataclass

from .buckets import Buckets


@dataclass(frozen=True)
class Sharing:
    """한 걸음을 여러 프로세스가 나누어 읽는 법.

    걸음을 나누는 계획은 rank와 world를 보지 않습니다. 프로세스 rank는 걸음의 rank, rank
    + world, …번째 줄을 읽으므로, 모두 합치면 한 프로세스의 걸음과 같고 걸음의 수도
    같습니다. 걸음의 줄은 min_rows 이상이고 world는 min_rows 이하라서 빈 프로세스가
    없습니다. round_to를 주면 길이와 줄 수가 몇 가지로 정해지고, 남는 줄은 PAD_ID로
    채웁니다. pool은 한꺼번에 뒤섞어 길이로 늘어놓는 문장의 수입니다.
    오류: 빈 프로세스가 생길 수 있는 값은 ValueError.
    """

    seed: int = 0
    rank: int = 0
    world: int = 1
    min_rows: int = 8
    round_to: int | None = None
    pool: int = 1 << 17

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.world:
            raise ValueError(
                "rank는 0 이상 world 미만이어야 합니다. "
                f"받은 값은 {self.rank}, {self.world}입니다."
            )
        uneven = self.round_to and self.world > 1 and self.min_rows % (2 * self.world)
        if self.world > self.min_rows or uneven:
            raise ValueError(
                f"min_rows({self.min_rows})는 world({self.world}) 이상이고, round_to가 "
                "있으면 world의 짝수 배여야 합니다. 걸음이 같아야 하므로 견줄 실행에도 "
                "같은 min_rows를 주세요."
            )

    @property
    def mine(self) -> slice:
        """걸음의 줄 가운데 이 프로세스가 읽는 것."""
        return slice(self.rank, None, self.world)

    def buckets(self, n: int, max_tokens: int) -> Buckets:
        """n개의 문장을 걸음으로 나누는 계획.

        오류: 프로세스보다 적은 문장은 ValueError.
        """
        if n < self.world:
            raise ValueError(
                f"문장이 {n}개라서 프로세스 {self.world}개가 나누어 읽을 수 없습니다. "
                "자료와 길이의 한도(max_tokens, max_len)를 보세요."
            )
        return Buckets(
            n, max_tokens, self.seed, self.min_rows, self.round_to, self.pool
        )
