"""처음 값: 어느 모델이 어떤 수에서 왜 시작하는지를 이 파일 하나가 정합니다.

* 트랜스포머: 행렬은 Xavier 균등 분포, 치우침은 0. 사영한 뒤에도 크기가 비슷합니다.
  임베딩은 표준편차 1/√D의 정규분포. √D를 곱해 넣으므로 크기 1쯤에서 시작합니다.
  `init_std`를 주면 모든 행렬이 그 표준편차의 정규분포에서 다시 시작합니다
  (Marian은 0.02).
* BERT: 행렬과 임베딩은 표준편차 0.02의 정규분포, 치우침은 0(Devlin의 코드).
* GPT: BERT와 같되, 잔차 길에 더해지는 행렬만 √(2·n_layers)로 더 줄입니다
  (GPT-2, 2.3절).
* ViT와 예측기: 인코더의 층은 트랜스포머와 같습니다.
  조각의 사영과 머리는 torch의 기본값입니다.
* RNN: torch의 기본값. 묶은 임베딩만 트랜스포머처럼 1/√D에서 시작합니다.
* 배우는 위치의 표는 어디서나 표준편차 0.02, 층 정규화는 torch의 기본값(1과 0)입니다.
"""

from torch import Tensor, nn

SMALL = 0.02  # BERT와 GPT-2의 표준편차


def initialise_linear(*linears: nn.Linear) -> None:
    """행렬은 Xavier 균등 분포, 치우침은(있으면) 0에서 시작합니다.

    출처: Glorot and Bengio (2010), 식 (16).
    """
    for linear in linears:
        nn.init.xavier_uniform_(linear.weight)
        if linear.bias is not None:
            nn.init.zeros_(linear.bias)


def initialise_embedding(weight: Tensor) -> None:
    """임베딩의 행렬 (V, D)를 표준편차 1/√D의 정규분포에서 시작합니다."""
    nn.init.normal_(weight, std=weight.size(1) ** -0.5)


def initialise_positions(weight: Tensor) -> None:
    """배우는 위치의 표 (max_len, D)를 표준편차 0.02의 정규분포에서 시작합니다."""
    nn.init.normal_(weight, std=SMALL)


def initialise_matrices(model: nn.Module, std: float | None) -> None:
    """`init_std`를 준 트랜스포머: 모든 행렬을 다시 뽑습니다. 표준편차는 std입니다.

    std가 None이면 층마다 정한 값을 그대로 둡니다.
    """
    if std is None:
        return
    # 묶은 행렬은 parameters()에 한 번만 나오므로 한 번만 뽑습니다.
    for parameter in model.parameters():
        # 치우침과 층 정규화는 벡터라서 여기에 들지 않습니다.
        if parameter.dim() == 2:
            nn.init.normal_(parameter, std=std)


def initialise_bert(*modules: nn.Module) -> None:
    """BERT: modules 안의 행렬과 임베딩은 표준편차 0.02의 정규분포, 치우침은 0."""
    for part in modules:
        part.apply(_one_of_bert)


def initialise_gpt(model: nn.Module, n_layers: int) -> None:
    """GPT: 행렬은 표준편차 0.02의 정규분포에서 시작합니다. 치우침은 이미 0입니다.

    잔차 길에는 층마다 둘씩, 모두 2·n_layers번 더해집니다. 더한 것의 크기가 층의 수와
    상관없이 비슷하도록 그 출력 행렬만 √(2·n_layers)로 나눕니다.
    출처: Radford et al. (2019), 2.3절.
    """
    for name, parameter in model.named_parameters():
        # 치우침과 층 정규화는 그대로 둡니다.
        if parameter.dim() < 2:
            continue
        # 셀프 어텐션의 W^O와 피드포워드의 W₂가 잔차 길에 더해지는 행렬입니다.
        deep = name.endswith(("output_proj.weight", "down.weight"))
        nn.init.normal_(parameter, std=SMALL / (2 * n_layers) ** 0.5 if deep else SMALL)


def _one_of_bert(module: nn.Module) -> None:
    # 층 정규화는 torch의 기본값(1과 0) 그대로입니다.
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=SMALL)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
