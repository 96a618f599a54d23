"""The counter of reads and scans: in batches, in order, and nothing is written twice or lost if the database fails."""

import pytest
from django.db import OperationalError

from articles import counting
from articles.counting import BatchedCounter


def counter_of(batches, fails=lambda _batch: False):
    def write(counts):
        if fails(counts):
            raise OperationalError("away")
        batches.append(counts)
        return sum(counts.values())

    return BatchedCounter("things", write)


def test_the_counts_are_given_in_batches_in_the_order_of_the_keys(monkeypatch):
    monkeypatch.setattr(counting, "KEYS_PER_WRITE", 2)
    batches = []
    counter = counter_of(batches)
    for key in "cabbage":
        counter.count(key)
    assert counter.flush() == 7
    assert batches == [{"a": 2, "b": 2}, {"c": 1, "e": 1}, {"g": 1}]
    assert counter.flush() == 0
    assert len(batches) == 3


def test_what_was_written_before_the_database_failed_is_not_written_again(monkeypatch):
    monkeypatch.setattr(counting, "KEYS_PER_WRITE", 1)
    batches, failing = [], ["b"]
    counter = counter_of(batches, fails=lambda batch: failing and failing[0] in batch)
    for key in "abc":
        counter.count(key)
    with pytest.raises(OperationalError):
        counter.flush()
    counter.count("b")
    failing.clear()
    assert counter.flush() == 3
    assert batches == [{"a": 1}, {"b": 2}, {"c": 1}]
