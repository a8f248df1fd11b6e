"""주목(jumok): 어텐션과 트랜스포머를 밑바닥부터 만드는 책의 패키지입니다.

방은 다섯 층입니다. 위층은 아래층만 가져다 씁니다.

    course, cli → training, decode → model, text → scratch, plot

`import jumok`은 numpy도 torch도 불러오지 않습니다. 필요한 방을 골라 가져오세요.
"""

__version__ = "0.1.0"
