"""명령의 답: 고칠 수 있는 잘못은 한국어 한마디로, 우리의 잘못은 그대로 올립니다."""

import argparse
import subprocess
import sys

import pytest
import torch

from jumok.commands.answers import answering
from jumok.text.corpora import CorpusError
from jumok.training.checkpoint import BadCheckpoint
from jumok.training.distributed import LostWorker

NO_ARGUMENTS = argparse.Namespace()


def raising(error, **how):
    def run(_):
        raise error

    return answering(run, **how)


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (130, 130)])
def test_a_command_that_goes_well_keeps_its_number(returned, code):
    assert answering(lambda _: returned)(NO_ARGUMENTS) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("걸음은 1 이상이어야 합니다."), 2),
        (BadCheckpoint("파일이 상했습니다."), 2),
        (CorpusError("자료를 받지 않았습니다."), 2),
        (MemoryError("메모리가 3.0 GiB쯤 필요합니다."), 2),
        (ImportError("이 기준선에는 scikit-learn이 필요합니다."), 2),
        (LostWorker("프로세스 하나가 사라졌습니다."), 1),
    ],
)
def test_our_own_words_are_passed_on(error, code, capsys):
    assert raising(error)(NO_ARGUMENTS) == code
    assert capsys.readouterr().err == f"jumok: {error}\n"


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate"),
        MemoryError(),
        MemoryError("Unable to allocate 3.5 GiB for an array"),
    ],
)
def test_a_shortage_of_memory_is_one_korean_sentence(error, capsys):
    assert raising(error)(NO_ARGUMENTS) == 2
    said = capsys.readouterr().err
    assert said.startswith("jumok: 메모리가 모자라") and "allocate" not in said


@pytest.mark.parametrize(
    "error", [RuntimeError("size mismatch"), KeyError("loss"), TypeError("x")]
)
def test_our_own_faults_are_not_hidden(error):
    with pytest.raises(type(error)):
        raising(error)(NO_ARGUMENTS)


def test_a_missing_package_is_named_with_the_command(capsys):
    error = ModuleNotFoundError("No module named 'sacrebleu'", name="sacrebleu.metrics")
    assert raising(error)(NO_ARGUMENTS) == 2
    said = capsys.readouterr().err
    assert "sacrebleu이(가) 없습니다" in said and "No module" not in said
    with pytest.raises(ModuleNotFoundError):
        raising(ModuleNotFoundError("x", name="jumok.nothing"))(NO_ARGUMENTS)


def test_a_command_may_know_other_mistakes(capsys):
    def explain(error):
        return "열쇠가 없습니다." if isinstance(error, KeyError) else None

    assert raising(KeyError("x"), explain=explain)(NO_ARGUMENTS) == 2
    assert "열쇠가 없습니다" in capsys.readouterr().err
    with pytest.raises(ValueError, match="y"):
        raising(ValueError("y"), explain=explain)(NO_ARGUMENTS)


def test_answers_do_not_load_torch():
    """명령을 늘어놓는 데 torch를 기다리게 하지 않습니다."""
    script = (
        "import argparse, sys; from jumok.commands.answers import answering\n"
        "def run(_): raise ValueError('값')\n"
        "assert answering(run)(argparse.Namespace()) == 2\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
