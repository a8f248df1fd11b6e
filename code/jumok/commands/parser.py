"""오류와 도움말을 한국어로 말하는 argparse."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from .argparse_korean import number, speaking_korean, whole_number


class Parser(argparse.ArgumentParser):
    """오류와 도움말을 한국어로 말하는 parser.

    `add_parser`가 만드는 가지도 이 parser입니다. `type=int`와 `type=float`에 맞지 않는
    값이 오면 어떤 수를 적어야 하는지 한국어로 말합니다.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        with speaking_korean():
            super().__init__(*args, **options)
        # argparse가 만드는 말에는 함수의 이름(int)이 들어가므로, 스스로 말하는
        # 함수로 바꿉니다.
        self.register("type", int, whole_number)
        self.register("type", float, number)

    def parse_known_args(self, *args: Any, **options: Any) -> tuple[Any, list[str]]:
        """명령줄을 읽습니다. 읽는 동안 argparse는 한국어로 말합니다."""
        with speaking_korean():
            return super().parse_known_args(*args, **options)

    def parse_args(self, *args: Any, **options: Any) -> Any:
        """명령줄을 읽습니다. 남는 인자가 있으면 그렇게 말하고 2로 끝냅니다."""
        with speaking_korean():
            return super().parse_args(*args, **options)

    def error(self, message: str) -> NoReturn:
        """까닭을 말하고 2로 끝냅니다."""
        told = f"jumok: {message}\n  쓰는 법은 {self.prog} --help 로 보세요.\n"
        self.exit(2, told)

    def format_help(self) -> str:
        """한국어 도움말."""
        with speaking_korean():
            return super().format_help().rstrip("\n") + "\n"

    def format_usage(self) -> str:
        """한국어로 쓰는 법."""
        with speaking_korean():
            return super().format_usage()


def add_command(
    commands: argparse._SubParsersAction, name: str, help: str, **options: object
) -> Parser:
    """이름과 한 줄 설명으로 가지 하나를 더합니다. 도움말(-h)도 한국어로 붙습니다."""
    return with_help(
        commands.add_parser(
            name, help=help, description=help, add_help=False, **options
        )
    )


def with_help(parser: Parser) -> Parser:
    """`add_help=False`로 만든 parser에 한국어 도움말 선택을 붙입니다."""
    parser.add_argument(
        "-h", "--help", action="help", help="이 도움말을 보여 주고 끝냅니다"
    )
    return parser
