"""Batches made ahead are those made one by one."""

import threading

import pytest
import torch

from gmn.data.prefetch import prefetched

CPU = torch.device("cpu")


class Numbers:
    """Batches that know their step and who made them."""

    def __init__(self):
        self.makers = {}

    def __getitem__(self, step: int):
        self.makers[step] = threading.current_thread()
        batch = type("Batch", (), {"step": step, "to": lambda self, device: self})
        return batch()


@pytest.mark.parametrize("threads", [0, 1, 3, 20])
@pytest.mark.parametrize(("first", "last"), [(0, 10), (7, 10), (9, 10), (10, 10)])
def test_all_come_in_their_order(threads, first, last):
    batches = Numbers()
    found = [batch.step for batch in prefetched(batches, first, last, CPU, threads)]
    assert found == list(range(first, last)) == sorted(batches.makers)
    main = {maker is threading.main_thread() for maker in batches.makers.values()}
    assert main <= {threads == 0}


def test_no_more_than_the_threads_are_made_ahead():
    batches = Numbers()
    stream = prefetched(batches, 0, 100, CPU, 3)
    for step in range(5):
        assert next(stream).step == step
        assert max(batches.makers) <= step + 3


def test_a_fault_in_a_thread_is_raised():
    class Broken(Numbers):
        def __getitem__(self, step: int):
            if step == 2:
                raise ValueError("scene 2")
            return super().__getitem__(step)

    with pytest.raises(ValueError, match="scene 2"):
        list(prefetched(Broken(), 0, 5, CPU, 2))
