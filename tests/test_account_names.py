"""Accounts are named in one way: by the real name, and in choices with the account's name, too."""

from articles import audit
from articles.admin.duty_assignment import AssignmentForm
from articles.admin.review import DecisionForm
from articles.models import Article, Person


def test_choices_name_people_in_one_way(cast):
    Person.objects.create(name="关山", user=cast.head)
    assert audit.account_name(cast.head) == "关山"
    assert audit.name_with_account(cast.head) == f"关山（{cast.head.username}）"
    assert audit.name_with_account(cast.stranger) == cast.stranger.username
    form = AssignmentForm(by=cast.admin)
    handing = DecisionForm(Article(section=cast.news, latest=cast.article().latest), cast.writer)
    for field in (form.fields["user"], handing.fields["to"]):
        assert field.label_from_instance(cast.head) == f"关山（{cast.head.username}）"
