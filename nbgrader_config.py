"""nbgrader를 쓰는 선생님을 위한 설정: 책의 폴더를 그대로 과정(course)으로 씁니다.

책 폴더에서 `nbgrader generate_assignment 04_scaled_dot_product` 처럼 실행합니다.
"""

from jumok_grader.notebook.generate import NBGRADER_PREPROCESSORS

c = get_config()  # noqa: F821 - nbgrader가 넣어 주는 이름입니다.
c.CourseDirectory.course_id = "jumok"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# 학생에게 나누어 주지 않는 파일들입니다.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "wrong_answers.py",
]
# python -m jumok_grader.notebook.generate 와 같은 문제 노트북이 나오게 합니다.
c.GenerateAssignment.preprocessors = list(NBGRADER_PREPROCESSORS)
c.ExecutePreprocessor.timeout = 120
