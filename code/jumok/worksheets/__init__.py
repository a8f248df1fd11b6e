"""손으로 계산하는 예의 활동지.

수를 뽑고 답을 셈합니다. 엮는 것은 채점기의 수업 꾸러미입니다.
"""

from functools import partial

from .sheets import MAKERS, sheet_for

# 장의 번호마다, 씨앗(없으면 책의 수)을 받아 활동지를 돌려주는 함수입니다.
WORKSHEETS = {chapter: partial(sheet_for, chapter) for chapter in MAKERS}

__all__ = ["WORKSHEETS", "sheet_for"]
