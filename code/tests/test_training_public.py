"""공개 이름: 읽는 사람은 `jumok.training`과 `jumok.apps`에서 가져옵니다.

쓰는 것만 불러오므로 가볍습니다.
"""

import pkgutil
import subprocess
import sys
from importlib import import_module

import pytest

import jumok.apps
import jumok.training

NAMES = jumok.training._NAMES


@pytest.mark.parametrize("home", NAMES)
def test_every_public_name_is_that_of_its_module(home):
    module = import_module(f"jumok.training.{home}")
    for name in NAMES[home]:
        assert getattr(jumok.training, name) is getattr(module, name)
        assert name in dir(jumok.training)


def test_no_public_name_is_also_a_module():
    """같은 이름의 모듈이 있으면, 그 모듈을 불러온 뒤에는 이름이 모듈을 가리킵니다."""
    for package in (jumok.training, jumok.apps):
        modules = {info.name for info in pkgutil.iter_modules(package.__path__)}
        assert not modules & set(package.__all__)


def test_names_are_listed_once():
    listed = [name for names in NAMES.values() for name in names]
    assert len(listed) == len(set(listed)) and sorted(listed) == jumok.training.__all__


def test_an_unknown_name_is_refused_and_modules_can_still_be_imported():
    with pytest.raises(ImportError):
        from jumok.training import nothing_like_this  # noqa: F401
    from jumok.training import loop

    assert callable(loop.one_step)


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import jumok.training", {"numpy", "torch", "sacrebleu", "sklearn", "tqdm"}),
        ("from jumok.training import find_preset", {"torch", "sacrebleu", "sklearn"}),
        ("from jumok.training import load_corpus, bleu", {"torch", "sacrebleu"}),
        ("from jumok.training import run_translation", {"sacrebleu", "sklearn"}),
        ("import jumok.apps", {"sacrebleu", "sklearn", "matplotlib"}),
    ],
)
def test_only_what_is_used_is_loaded(statement, forbidden):
    script = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & forbidden
