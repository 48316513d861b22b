from __future__ import annotations

import copy
import json
import shutil
from dataclasses import replace
from itertools import islice

import pytest
import torch

from cabin.errors import ModelError, UsageError
from cabin.slm.training.batches import stream_batches
from cabin.slm.training.distill import Teacher, divergence, read_teacher
from cabin.slm.training.network import IntentNetwork
from cabin.slm.training.trainer import Trainer, TrainingPlan, choice_loss, choice_scores
from cabin.slm.vocabulary import Vocabulary
from tests.slm import tiny


@pytest.fixture(scope="module")
def batches(corpus, grammar):
    return list(islice(stream_batches(corpus.stream("train", 1), grammar, 16, pool=8), 32))


def network(vocabulary, layers, seed):
    torch.manual_seed(seed)
    return IntentNetwork(tiny.architecture(len(vocabulary), layers))


def test_divergence_is_that_of_the_definition():
    teacher = torch.tensor([[1.0, 3.0, float("-inf")], [0.5, 0.5, 0.5]])
    student = torch.tensor([[2.0, 1.0, float("-inf")], [0.5, 0.5, 0.5]], requires_grad=True)
    p, q = torch.softmax(teacher[0, :2] / 2, 0), torch.softmax(student[0, :2] / 2, 0)
    found = divergence(teacher, student, 2.0)
    assert torch.allclose(found, torch.stack([(p * (p / q).log()).sum(), torch.tensor(0.0)]), atol=1e-6)
    found.sum().backward()
    assert torch.isfinite(student.grad).all()


def test_the_student_comes_nearer_to_its_teacher(vocabulary, batches, tmp_path):
    """The same student with the same batches: taught it ends nearer to the teacher than by itself."""
    large = network(vocabulary, 3, 1)
    Trainer(large, TrainingPlan(24, 16, 3e-3), tmp_path / "large.pt").run(iter(batches[:24]), lambda progress: None)

    def apart(teacher_share):
        student = network(vocabulary, 1, 2)
        loss = Teacher(copy.deepcopy(large), temperature=2.0, share=teacher_share) if teacher_share else choice_loss
        trainer = Trainer(student, TrainingPlan(24, 16, 3e-3), tmp_path / f"{teacher_share}.pt", loss=loss)
        before = measure(student)
        trainer.run(iter(batches[:24]), lambda progress: None)
        return before, measure(student)

    def measure(student):
        with torch.no_grad():
            found = [divergence(choice_scores(large, b), choice_scores(student, b), 1.0) for b in batches[24:]]
        return float(torch.cat(found).mean())

    before, taught = apart(0.9)
    _, alone = apart(0.0)
    assert taught < 0.5 * before
    assert taught < alone


def test_the_teacher_does_not_learn(vocabulary, batches):
    teacher, student = Teacher(network(vocabulary, 2, 1)), network(vocabulary, 1, 2)
    before = copy.deepcopy(teacher.network.state_dict())
    teacher(choice_scores(student, batches[0]), batches[0]).backward()
    assert all(torch.equal(before[name], weight) for name, weight in teacher.network.state_dict().items())
    assert all(parameter.grad is None for parameter in teacher.network.parameters())
    assert all(parameter.grad is not None for parameter in student.parameters())


def test_without_a_share_only_the_right_tokens_count(vocabulary, batches):
    scores = choice_scores(network(vocabulary, 1, 2), batches[0])
    alone = Teacher(network(vocabulary, 2, 1), share=0.0)(scores, batches[0])
    assert torch.allclose(alone, choice_loss(scores, batches[0]))
    itself = Teacher(network(vocabulary, 1, 2), share=1.0)
    itself._half = False
    assert float(itself(scores.detach(), batches[0])) < 1e-5
    only = replace(batches[0], weights=torch.zeros_like(batches[0].weights))
    only.weights[3] = 1.0
    taught = Teacher(network(vocabulary, 2, 1), temperature=1.0, share=1.0)
    taught._half = False
    with torch.no_grad():
        wanted = divergence(choice_scores(taught.network, only), scores, 1.0)[3]
    assert torch.allclose(taught(scores, only), wanted, atol=1e-5)


def test_a_teacher_is_read_for_the_students_calls(fp32_dir, vocabulary):
    fewer = Vocabulary(tiny.tokenizer(), tuple(reversed(vocabulary.control[3:])))
    teacher = read_teacher(fp32_dir, fewer)
    whole = read_teacher(fp32_dir, vocabulary)
    name = fewer.control[0]
    assert torch.equal(teacher.embed_tokens.weight[fewer.ids[name]], whole.embed_tokens.weight[vocabulary.ids[name]])


def test_a_teacher_of_another_matter(fp32_dir, vocabulary, tmp_path):
    with pytest.raises(UsageError, match=r"does not know all.*device:oven"):
        read_teacher(fp32_dir, Vocabulary(tiny.tokenizer(), (*vocabulary.control, "device:oven")))
    other = shutil.copytree(fp32_dir, tmp_path / "other")
    fields = json.loads((other / "tokenizer.json").read_text(encoding="utf-8"))
    pieces = fields["model"]["vocab"]
    pieces["!"], pieces["?"] = pieces["?"], pieces["!"]
    (other / "tokenizer.json").write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(ModelError, match="other text tokens"):
        read_teacher(other, vocabulary)
    (other / "tokenizer.json").write_text("none")
    with pytest.raises(ModelError, match="no readable tokenizer"):
        read_teacher(other, vocabulary)
