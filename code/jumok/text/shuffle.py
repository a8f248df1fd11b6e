"""적어 두지 않는 뒤섞기: 자리의 번호만으로 정해지는 난수와 순서.

자료가 커도 메모리를 쓰지 않습니다.
"""

import numpy as np

ROUNDS = 6  # 파이스텔 망의 층 수. 넷이면 뒤섞기에 모자라지 않고, 둘은 여유입니다.


def random_bits(*keys: int | np.ndarray) -> np.ndarray:
    """번호들의 묶음마다 정해진 64비트 난수.

    같은 번호에는 언제, 어느 프로세스에서나 같은 수가 나옵니다.
    모양: 번호들은 서로 브로드캐스트되는 0 이상의 정수 → uint64.
    출처: Steele et al. (2014)의 SplitMix64에서 섞는 함수.
    """
    state = np.zeros(1, np.uint64)
    for key in keys:
        state = _mix(state ^ _mix(np.asarray(key, np.uint64) + np.uint64(1)))
    return state


def random_uniform(*keys: int | np.ndarray) -> np.ndarray:
    """`random_bits`를 [0, 1)의 실수로 바꿉니다. 모양은 `random_bits`와 같습니다."""
    return (random_bits(*keys) >> np.uint64(11)) * 2.0**-53


def shuffled(places: np.ndarray, n: int, key: int) -> np.ndarray:
    """0…n−1을 뒤섞은 줄에서 places번째에 있는 수들.

    줄 전체를 만들지 않고 물은 자리만 셈합니다. n 이상인 수가 나오면 n보다 작아질 때까지
    다시 섞습니다. 섞기가 일대일이므로 결과도 일대일입니다.
    모양: places (m,) → (m,).
    오류: [0, n) 밖의 자리는 ValueError.
    출처: Black and Rogaway (2002)의 순환 걷기(cycle walking).
    """
    found = np.array(places, np.uint64)
    if found.size and int(found.max()) >= n:
        raise ValueError(
            f"자리는 0 이상 {n} 미만이어야 합니다. 받은 값은 {int(found.max())}입니다."
        )
    # n보다 작지 않은 2의 거듭제곱 위에서 섞습니다. 비트의 수는 짝수여야 합니다.
    half = max(1, ((n - 1).bit_length() + 1) // 2)
    todo = np.arange(len(found))
    while len(todo):
        found[todo] = _feistel(found[todo], half, key)
        todo = todo[found[todo] >= n]
    return found.astype(np.int64)


def _feistel(x: np.ndarray, half: int, key: int) -> np.ndarray:
    """2·half비트의 수를 일대일로 섞습니다.

    왼쪽과 오른쪽 반을 번갈아 상대의 난수로 뒤집습니다.
    """
    mask, shift = np.uint64((1 << half) - 1), np.uint64(half)
    left, right = x >> shift, x & mask
    for layer in range(ROUNDS):
        left, right = right, left ^ (random_bits(key, layer, right) & mask)
    return (left << shift) | right


def _mix(x: np.ndarray) -> np.ndarray:
    x = np.atleast_1d(x) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
