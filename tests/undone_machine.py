"""The base of state machines that change the database."""

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine


class UndoneMachine(RuleBasedStateMachine):
    """Everything that a run has changed is undone at its end, so that the next one begins as it did."""

    def __init__(self):
        super().__init__()
        self.undone_at_the_end = transaction.atomic()
        self.undone_at_the_end.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.undone_at_the_end.__exit__(None, None, None)
