"""주목(jumok): 어텐션과 트랜스포머를 밑바닥부터 만드는 책의 패키지입니다.

집의 지도입니다. 방은 자기보다 아래에 적힌 층의 방만 가져다 씁니다. 이 글은
`python book/tools/make_house_map.py`가 적고, 시험이 소스와 견줍니다.

jumok: 수업. 장이 가르치는 것과 그것을 학습시키는 것

    16  cli          `jumok` 명령: 인자를 읽고 부를 뿐입니다
    15  commands     `jumok` 명령의 가지들
    14  doctor       점검(`jumok doctor`): 책을 쓸 수 있는 컴퓨터인지 하나씩 봅니다
    14  apps         배운 모델을 쓰는 법: 옮기고(Translator), 이어 쓰고(Writer),
                     채웁니다(MaskFiller)
    13  training     학습: 손실, 학습법, 학습 고리, 성적, 기록
    12  worksheets   손으로 계산하는 예의 활동지
    12  decode       푸는 법: 탐욕, 빔, 표본
    11  model        모델: torch로 쓴 조각들
    11  text         글과 자료: 토크나이저, 배치, 특별한 토큰, 말뭉치, 장난감 과제
    11  course       독자가 쓰는 이름들: show, assert_close, Check, digest
    10  show         패키지의 소스를 노트북에 보여 줍니다
    10  scratch      밑바닥: numpy만으로 쓴 함수들
    10  plot         그림: 배열을 받아 Axes를 돌려줍니다
    10  machine      이 컴퓨터의 메모리: 지금 쓸 수 있는 만큼과, 이 프로세스가 가장
                     많이 쓴 만큼
    10  lazy         꾸러미의 이름을 처음 쓸 때 불러옵니다
    10  files        파일을 안전하게 쓰는 법
    10  asserts      책의 주장을 확인하는 단언

jumok_grader: 채점기. 수업을 모르고, 혼자 섭니다

     9  classroom    학급: 제출물을 모으고, 여럿을 채점하고, 성적을 내보냅니다
     8  submission   남이 낸 노트북 하나를 채점합니다
     7  progress     모든 장의 진도: 점수, 푼 문제, 남은 시간, 다음에 할 일
     7  grading      노트북 하나를 값으로 채점합니다
     6  report       채점 결과를 표와 HTML로 만듭니다
     6  run          채점 한 번: 칸은 일꾼이 실행하고, 검사는 여기서 합니다
     5  results      채점 결과: 문제 하나, 노트북 하나
     5  check_space  검사가 도는 이름공간: 준비 칸의 이름들, 학생의 것을 대신하는
                     이름들
     4  check        값이 맞는지 보고, 틀리면 어떤 실수인지 말합니다(Check)
     3  worker       학생의 코드를 돌리는 일꾼 프로세스와, 그것을 띄우고 부리고 재는
                     쪽
     2  sandbox      일꾼을 가둡니다: bubblewrap, 시스템 콜 거르개, 쓸 수 있는 양
     1  render       보고서의 HTML: 틀을 채우고 한글 글꼴을 잇습니다
     1  protocol     채점기와 일꾼 사이를 오가는 값과 메시지
     1  notebook     노트북을 읽습니다: 정답, 문제, 학생의 답 칸, 빈칸
     0  text_table   터미널에 그리는 표: 한글의 두 칸 너비를 헤아려 맞춥니다
     0  mistakes     자주 하는 실수의 표: 검사가 실수를 알아보면 이 표의 말로 알려
                     줍니다
     0  lesson       채점할 노트북이 쓰는 수업의 꾸러미: 이름과 자리
     0  files        파일을 안전하게 씁니다: 다 쓴 다음에 이름을 붙입니다

`import jumok`은 numpy도 torch도 불러오지 않습니다. 필요한 방을 골라 가져오세요.
"""

__version__ = "0.1.0"
