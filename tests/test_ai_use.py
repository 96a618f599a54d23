"""Use of AI: what an article declares, what labels in its files say, and what readers and machines are told."""

import io
import json
import struct

import docx
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from articles import attachments, pictures, restoring
from articles.admin.error_targets import link_problems
from articles.ai_labels import find_ai_label
from articles.attachments.ai_label import LONGEST_PIECE, played_file_label
from articles.checks import hits
from articles.checks.written_rules import WrittenRules
from articles.exchange import word_exporting
from articles.models import Article, Attachment, Picture, SiteSettings
from articles.models.ai_use import AiUse, ai_sentence, shown_ai_use
from tests.cast import all_rows, upload
from tests.test_admin_article import ADD, form
from tests.test_films import a_film, a_track, box

LABEL = {"Label": "1", "ContentProducer": "霁川图文", "ProduceID": "2026-11"}
JSON = json.dumps(LABEL, ensure_ascii=False).encode()
XMP = (
    b"<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/%s</Iptc4xmpExt:DigitalSourceType>"
)


def tags(*boxes):
    """Tags of a film, after its tracks."""
    return box(b"udta", box(b"meta", bytes(4), *boxes))


def freeform(name, value):
    return box(b"ilst", box(b"----", box(b"mean", bytes(4), b"com"), box(b"name", bytes(4), name), data(value)))


def data(value):
    return box(b"data", struct.pack(">II", 1, 0), value)


def a_recording(head=b"", tail=b""):
    return b"RIFF" + bytes(4) + b"WAVE" + head + bytes(3 * LONGEST_PIECE) + tail


KEYS = box(b"keys", bytes(4), struct.pack(">I", 2), box(b"mdta", b"AIGC"), box(b"mdta", b"comment"))
VALUES = box(b"ilst", box(b"\0\0\0\2", data(b"x" * 300)), box(b"\0\0\0\1", data(JSON)))
LABELLED = {
    "tag of a film": a_film(a_track(), tags(freeform(b"AIGC", JSON))),
    "named tag of a film": a_film(a_track(), tags(KEYS, VALUES)),
    "tag of a track": a_film(box(b"trak", a_track()[8:], tags(freeform(b"AIGC", JSON)))),
    "behind the film": a_film() + box(b"uuid", bytes(16), b'TC260:AIGC="' + JSON.replace(b'"', b"&quot;") + b'"'),
    "in front of a recording": a_recording(head=b"ID3TXXX" + b"AIGC\0" + JSON),
    "UTF-16 in front of a recording": a_recording(head=f"AIGC={JSON.decode()}".encode("utf-16-le")),
    "behind a recording": a_recording(tail=b"AIGC\0" + JSON),
}


@pytest.mark.parametrize("where", LABELLED)
def test_the_label_of_a_film_or_recording_is_found(where):
    assert json.loads(played_file_label(LABELLED[where]).aigc) == LABEL


@pytest.mark.parametrize(
    "term", ["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia"]
)
def test_its_source_type_is_found(term):
    assert str(played_file_label(a_film() + box(b"uuid", bytes(16), XMP % term.encode()))) == term
    manifest = b"jumb\0c2pa.actions.v2\xa1qdigitalSourceTypexF" + XMP.split(b">")[1].split(b"<")[0] % term.encode()
    assert str(played_file_label(a_film() + box(b"uuid", bytes(16), manifest))) == term


@pytest.mark.parametrize(
    "film",
    [a_film(), a_film(data=b'AIGC{"Label":"1"}'), a_film() + box(b"uuid", b"digitalCapture"), b"", b"\0\0\0\x18ftyp"],
)
def test_there_is_none_among_the_frames_of_a_film_or_in_one_that_was_taken(film):
    assert str(played_file_label(film)) == ""


def manifest(claim):
    """A box with content credentials (C2PA), that have this claim."""
    return box(b"uuid", bytes(16), box(b"jumb", box(b"jumd", b"c2pa\0\x11\0\x10"), claim))


NAMELESS, UNJUDGED = b"\xa1jdc:formatdav01", "霁川修图 3.1"
NAMED = b"oclaim_generatorx%c%b" % (len(UNJUDGED.encode()), UNJUDGED.encode())
INFO = b"tclaim_generator_info\x81\xa2gversionc3.1dnamel" + "霁川修图".encode()
LONG = b"oclaim_generatory%b%b" % ((300).to_bytes(2), b"x" * 300)


@pytest.mark.parametrize(
    ("claim", "said"), [(NAMED, UNJUDGED), (INFO, "霁川修图"), (NAMELESS, "C2PA"), (LONG + NAMELESS, "x" * 100)]
)
def test_credentials_that_do_not_say_how_it_was_made_name_their_program(claim, said):
    found = played_file_label(a_film() + manifest(claim))
    assert (str(found), found.unjudged) == ("", said)
    assert find_ai_label([b"\xff\xd8" + manifest(claim)]).unjudged == said


def test_credentials_that_say_it_and_files_without_any_are_no_question():
    for term in (b"digitalCapture", b"trainedAlgorithmicMedia"):
        assert played_file_label(a_film() + manifest(NAMED + XMP % term)).unjudged == ""
    assert played_file_label(a_film() + box(b"uuid", bytes(16), NAMED)).unjudged == ""


@given(st.binary(max_size=300), st.integers(0, 500), st.integers(0, 255))
def test_no_bytes_bring_its_reader_down(tail, at, byte):
    broken = bytearray(LABELLED["named tag of a film"])
    broken[at % len(broken)] = byte
    for found in map(played_file_label, (bytes(broken), bytes(broken[:at]), b"\0\0\0\x18ftypisom" + tail, tail)):
        assert len(str(found)) <= 4100
        assert len(found.unjudged) <= 100


def stored(cast, film):
    return attachments.store_attachment(SimpleUploadedFile("通车.mp4", film), by=cast.writer)


def labelled_picture(cast):
    picture = pictures.store_picture(upload(), by=cast.writer, alt="桥")
    Picture.objects.filter(pk=picture.pk).update(ai_label="trainedAlgorithmicMedia")
    return Picture.objects.get(pk=picture.pk)


def with_files(*files):
    shown = "".join(
        f'<p><img src="{file.url}" alt="桥"></p>'
        if isinstance(file, Picture)
        else f'<p><a href="{file.url}">片</a></p>'
        for file in files
    )
    return f"<p>望桥通车。</p>{shown}"


def found(article):
    rules = ("ai_not_declared", "ai_without_label", "credentials_not_judged")
    content = article.latest.content
    with translation.override("en"):
        told = hits.find_hits(content, WrittenRules([]), at=timezone.now())
        return [(hit.rule.name, hit.words) for hit in told if hit.rule.name in rules]


@pytest.mark.django_db
def test_what_files_say_is_to_be_declared_and_what_is_declared_without_a_label_is_told(cast):
    film, picture = stored(cast, LABELLED["tag of a film"]), labelled_picture(cast)
    assert json.loads(film.ai_label) == LABEL
    article = cast.article(body=with_files(picture, film))
    assert found(article) == [("ai_not_declared", "picture 1"), ("ai_not_declared", "通车.mp4")]
    cast.change(article, ai_use="pictures")
    assert found(article) == [("ai_not_declared", "通车.mp4")]
    cast.change(article, ai_use="text,pictures,film")
    assert found(article) == []
    cast.change(article, body="<p>望桥通车。</p>")
    assert found(article) == [("ai_without_label", "pictures"), ("ai_without_label", "film or sound")]


@pytest.mark.django_db
def test_the_problem_leads_to_the_field_and_is_recorded_with_a_signature(cast):
    article = cast.article(body=with_files(labelled_picture(cast)))
    signed = cast.sign(article, times=1)
    assert "AI" in signed.warnings[-1]["message"]
    (problem,) = [hit.problem for hit in hits.hits_to_show(article) if hit.rule.name == "ai_not_declared"]
    ((_problem, address),) = link_problems(article, [problem])
    assert address.endswith("#id_ai_use")


@pytest.mark.django_db
def test_it_is_signed_and_a_text_without_it_keeps_the_digest_of_earlier_versions(cast):
    article = cast.article()
    before = article.latest
    assert "ai_use" not in before.content
    cast.change(article, ai_use="text")
    assert article.latest.content["ai_use"] == "text"
    assert article.latest.digest != before.digest
    again = restoring.restore_revision(before, by=cast.writer)
    assert (again.digest, again.article.ai_use) == (before.digest, "")
    assert restoring.restore_revision(article.revisions.get(number=2), by=cast.writer).content["ai_use"] == "text"


@pytest.mark.django_db
def test_readers_and_their_machines_are_told(cast, client):
    article = cast.article(body=with_files(stored(cast, LABELLED["behind the film"])), ai_use="text")
    plain = cast.article()
    SiteSettings.objects.create(pk=1, full_feeds=True)
    edition = cast.publish(article)
    cast.publish(plain)
    assert shown_ai_use(edition.revision.content) == AiUse.TEXT_FILM
    with translation.override(settings.LANGUAGE_CODE):
        sentence = ai_sentence(edition.revision.content)
    pages = [client.get(each.get_absolute_url()).content.decode() for each in (article, plain)]
    assert [f'<p class="ai">{sentence}</p>' in page for page in pages] == [True, False]
    assert ["CompositeWithTrainedAlgorithmicMedia" in page for page in pages] == [True, False]
    facts = [client.get(f"/api/v1/articles/{each.pk}").json()["ai_use"] for each in (article, plain)]
    assert facts == [["text", "film"], []]
    assert client.get("/feeds/all.atom").content.decode().count(sentence) == 1
    document = word_exporting.export_word_file(article, article.newest, by=cast.editor)
    assert sentence in [paragraph.text for paragraph in docx.Document(io.BytesIO(document)).paragraphs]
    assert sentence not in client.get("/").content.decode()


@pytest.mark.django_db
def test_the_form_saves_it_and_refuses_what_it_does_not_offer(cast, client):
    client.force_login(cast.writer)
    refused = client.post(ADD, form(cast, ai_use="everything"))
    assert "ai_use" in refused.context["adminform"].form.errors
    assert client.post(ADD, form(cast, ai_use="pictures,film")).status_code == 302
    article = Article.objects.get()
    assert article.ai_use == "pictures,film"
    typed = {"number": article.pk, "body": with_files(labelled_picture(cast)), "title": "题"}
    for use, rules in (("pictures", []), ("text", ["ai_use"]), ("everything", ["ai_use"])):
        answer = client.post(reverse("admin:articles_article_typed"), {**typed, "ai_use": use}).json()
        found = [hit["field"] for hit in answer["hits"] if hit["weight"] == "warn" and hit["field"] == "ai_use"]
        assert found == rules


@pytest.mark.django_db
def test_credentials_that_cannot_be_judged_are_told_until_ai_is_declared(cast):
    film, picture = stored(cast, a_film(a_track()) + manifest(NAMED)), pictures.store_picture(upload(), by=cast.writer)
    Picture.objects.filter(pk=picture.pk).update(content_credentials="C2PA")
    article = cast.article(body=with_files(picture, film))
    assert ai_sentence(article.latest.content) == ""
    assert found(article) == [
        ("credentials_not_judged", "picture 1 (C2PA)"),
        ("credentials_not_judged", f"通车.mp4 ({UNJUDGED})"),
    ]
    cast.change(article, ai_use="pictures,film")
    assert [rule for rule, _words in found(article)] == ["ai_without_label", "ai_without_label"]


@pytest.mark.django_db
def test_films_from_before_are_read_by_a_command(cast, capsys):
    films = [stored(cast, film) for film in (LABELLED["tag of a film"], a_film(a_track()) + manifest(NAMED))]
    gone = stored(cast, a_film(a_track(), data=b"gone"))
    Attachment.objects.update(ai_label="", content_credentials="")
    gone.file.storage.delete(gone.file.name)
    call_command("read_attachments", "--labels", "--after", str(films[0].pk))
    assert read_labels() == ["", UNJUDGED, ""]
    call_command("read_attachments", "--labels")
    assert json.loads(read_labels()[0]) == LABEL
    told = capsys.readouterr().out
    assert f"Attachment {films[1].pk}, 通车.mp4: {UNJUDGED}" in told
    assert f"3 read, up to attachment {gone.pk}." in told
    before = all_rows()
    call_command("read_attachments", "--labels")
    assert all_rows() == before


@pytest.mark.django_db
def test_they_are_read_a_batch_at_a_time(cast):
    first, second, third = (stored(cast, a_film(a_track(), data=data)) for data in (b"1", b"2", b"3"))
    batches = [attachments.read_stored_labels(2, after=after) for after in (0, second.pk, third.pk)]
    assert [[attachment for attachment, _label in batch] for batch in batches] == [[first, second], [third], []]


def read_labels():
    rows = Attachment.objects.order_by("pk").values_list("ai_label", "content_credentials")
    return [label or credentials for label, credentials in rows]
