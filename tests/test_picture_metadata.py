"""Metadata of pictures: the place is removed; the author and labels of AI-made content are kept."""

import io
import json
from xml.etree import ElementTree

import pytest
from PIL import Image, PngImagePlugin

from articles.pictures import prepare_picture

# Pillow warns that files are corrupt or too large, as they are meant to be here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
LABEL = {"Label": "1", "ContentProducer": "泽南智图", "ProduceID": "A{1}", "ReservedCode1": "", "PropagateID": "x&y"}
JSON = json.dumps(LABEL, ensure_ascii=False)
PLACE = "31.2304N-secret-ward"
DESCRIPTION, ARTIST, COPYRIGHT, EXIF_IFD, GPS_IFD, USER_COMMENT = 0x010E, 0x013B, 0x8298, 0x8769, 0x8825, 0x9286


def encoded(fmt="JPEG", size=(1000, 20), **facts):
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, fmt, **facts)
    return file.getvalue()


def exif(tags=None, comment=None):
    block = Image.Exif()
    for tag, value in (tags or {}).items():
        block[tag] = value
    if comment:
        block.get_ifd(EXIF_IFD)[USER_COMMENT] = comment
    return block


def xmp(body, attributes=""):
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" {attributes}>{body}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def png_text(key, text, **facts):
    info = PngImagePlugin.PngInfo()
    info.add_itxt(key, text, **facts)
    return encoded("PNG", pnginfo=info)


def png_latin(key, text):
    """Return a PNG tEXt chunk with UTF-8, as Chinese tools write it."""
    info = PngImagePlugin.PngInfo()
    info.add(b"tEXt", f"{key}\0{text}".encode())
    return encoded("PNG", pnginfo=info)


def copies(picture):
    return [picture.master, *picture.renditions.values()]


def told(copy):
    """Return what a standard XML parser reads in the XMP of a copy: {element name: text}."""
    img = Image.open(io.BytesIO(copy))
    img.load()
    packet = img.info.get("xmp")
    assert not img.getexif()
    if packet is None:
        return {}
    root = ElementTree.fromstring(
        packet.decode().removeprefix('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>')
    )
    return {e.tag.rpartition("}")[2]: "".join(e.itertext()) for e in root[0][0]}


# --- What is removed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "MPO"])
def test_the_place_is_gone_from_every_copy(fmt):
    block = exif(
        {DESCRIPTION: PLACE, 0x010F: PLACE, 0x9C9C: PLACE.encode("utf-16-le")}, b"ASCII\0\0\0" + PLACE.encode()
    )
    block.get_ifd(GPS_IFD).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    facts = {"exif": block} | ({"xmp": xmp(f"<exif:GPSLatitude>{PLACE}</exif:GPSLatitude>")} if fmt != "TIFF" else {})
    if fmt == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Location", PLACE)
        facts = {"exif": block, "pnginfo": info}
    if fmt == "JPEG":
        facts["comment"] = PLACE.encode()
    data = encoded(fmt, **facts)
    assert PLACE.encode() in data
    picture = prepare_picture(data)
    assert picture.renditions
    for copy in copies(picture):
        assert told(copy) == {}
        assert b"secret" not in copy
        assert "secret".encode("utf-16-le") not in copy
        assert b"GPS" not in copy


def test_iptc_blocks_end_too():
    block = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x19\x1c\x02\x5a\0\x14" + PLACE.encode() + b"\0"
    data = encoded()
    data = data[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]
    assert all(b"secret" not in copy for copy in copies(prepare_picture(data)))


# --- What is kept -----------------------------------------------------------------------------------------------------

ESCAPED = JSON.replace("&", "&amp;").replace('"', "&quot;")
LABELLED = {
    "EXIF UserComment": encoded(exif=exif(comment=b"ASCII\0\0\0" + json.dumps({"AIGC": LABEL}).encode())),
    "EXIF UserComment in UTF-8": encoded("WEBP", exif=exif(comment=f'{{"AIGC":{JSON}}}'.encode())),
    "EXIF UserComment in UTF-16": encoded(exif=exif(comment=b"UNICODE\0" + f'{{"AIGC":{JSON}}}'.encode("utf-16-be"))),
    "EXIF XPComment": encoded(exif=exif({0x9C9C: f'{{"AIGC":{JSON}}}'.encode("utf-16-le")})),
    "EXIF ImageDescription": encoded("TIFF", exif=exif({DESCRIPTION: json.dumps({"AIGC": LABEL})})),
    "JSON within JSON": encoded(comment=json.dumps({"AIGC": json.dumps(LABEL)}).encode()),
    "JPEG comment": encoded(comment=f'{{"AIGC": {json.dumps(LABEL, indent=1)}}}'.encode()),
    "GIF comment": encoded("GIF", comment=f'{{"AIGC": {JSON}}}'.encode()),
    "XMP element": encoded(xmp=xmp(f"<TC260:AIGC>{JSON.replace('&', '&amp;')}</TC260:AIGC>")),
    "XMP attribute": encoded("WEBP", xmp=xmp("", f'TC260:AIGC="{ESCAPED}"')),
    "PNG tEXt": png_latin("AIGC", JSON),
    "PNG iTXt": png_text("AIGC", JSON, lang="zh"),
    "PNG compressed": png_text("AIGC", JSON, zip=True),
    "PNG XMP": png_text("XML:com.adobe.xmp", xmp(f"<TC260:AIGC>{ESCAPED}</TC260:AIGC>").decode(), zip=True),
}


@pytest.mark.parametrize("where", LABELLED)
def test_the_label_of_ai_made_pictures_is_in_every_copy(where):
    picture = prepare_picture(LABELLED[where])
    assert json.loads(picture.ai_label) == LABEL
    assert set(picture.renditions) == {480, 960, 1000}
    for copy in copies(picture):
        assert json.loads(told(copy)["AIGC"]) == LABEL


def test_a_transparent_picture_keeps_its_label_too():
    file = io.BytesIO()
    info = PngImagePlugin.PngInfo()
    info.add_text("AIGC", json.dumps(LABEL))
    Image.new("RGBA", (500, 20), (0, 0, 0, 90)).save(file, "PNG", pnginfo=info)
    picture = prepare_picture(file.getvalue())
    assert picture.extension == "png"
    assert all(json.loads(told(copy)["AIGC"]) == LABEL for copy in copies(picture))


@pytest.mark.parametrize("term", ["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"])
@pytest.mark.parametrize("form", ["<e:DigitalSourceType>{}</e:DigitalSourceType>", '<e:X rdf:resource="{}"/>'])
def test_the_digital_source_type_is_a_label(term, form):
    address = f"http://cv.iptc.org/newscodes/digitalsourcetype/{term}"
    picture = prepare_picture(encoded(xmp=xmp(form.format(address))))
    assert picture.ai_label == term
    assert all(told(copy)["DigitalSourceType"] == address for copy in copies(picture))


def test_a_stored_picture_uploaded_elsewhere_still_has_its_marks():
    once = prepare_picture(encoded(exif=exif({ARTIST: "Lin"}), xmp=xmp(f"<TC260:AIGC>{ESCAPED}</TC260:AIGC>")))
    again = prepare_picture(once.renditions[480])
    assert (again.ai_label, again.credit) == (once.ai_label, "Lin")


def test_a_picture_without_marks_has_none():
    picture = prepare_picture(encoded(comment=b"AIGC, the word alone" + b" " * 64 + b'{"Label": "1"}'))
    assert (picture.ai_label, picture.credit) == ("", "")
    assert all(told(copy) == {} for copy in copies(picture))


def test_credit_and_copyright_are_read_and_kept():
    block = exif({ARTIST: "林晓舟".encode(), COPYRIGHT: "© 霁川县融媒体中心".encode()})
    picture = prepare_picture(encoded(exif=block))
    assert picture.credit == "林晓舟"
    assert all(told(copy) == {"creator": "林晓舟", "rights": "© 霁川县融媒体中心"} for copy in copies(picture))


def test_a_credit_in_gb18030_is_read():
    assert prepare_picture(encoded(exif=exif({ARTIST: "林晓舟".encode("gb18030")}))).credit == "林晓舟"


def test_creators_come_from_xmp_where_exif_names_none():
    names = "<dc:creator><rdf:Seq><rdf:li>林晓舟</rdf:li><rdf:li>A &amp; José</rdf:li></rdf:Seq></dc:creator>"
    assert prepare_picture(encoded(xmp=xmp(names))).credit == "林晓舟、A & José"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [("a\x00b\u202ec\nd", "abc d"), ("x" * 300, "x" * 80), ("</rdf:li><script>", "</rdf:li><script>")],
)
def test_credits_are_one_line_of_visible_text(raw, kept):
    picture = prepare_picture(encoded(exif=exif({ARTIST: raw.encode()})))
    assert picture.credit == kept
    assert all(told(copy)["creator"] == kept for copy in copies(picture))


# --- Hostile metadata -----------------------------------------------------------------------------------------------


def test_entities_are_never_expanded():
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + xmp(
        "<dc:creator><rdf:Seq><rdf:li>&b;</rdf:li></rdf:Seq></dc:creator>"
    )
    assert prepare_picture(encoded(xmp=bomb)).credit == "&b;"


def test_a_label_too_long_is_cut_not_lost():
    picture = prepare_picture(encoded(comment=b'{"AIGC":{"Label":"1","ReservedCode1":"' + b"x" * 9000 + b'"}}'))
    assert len(picture.ai_label) == 4000
    assert all(told(copy)["AIGC"] == picture.ai_label for copy in copies(picture))


@pytest.mark.parametrize(
    "tail",
    [b"AIGC" * 500_000, b'AIGC{"' * 300_000, b"<dc:creator><rdf:li>" * 100_000, b'AIGC{"a\\' + b'\\"' * 1_000_000],
    ids=["words", "openings", "lists", "escapes"],
)
def test_files_full_of_the_words_we_look_for_are_read(tail):
    assert prepare_picture(encoded(size=(8, 8)) + tail).width == 8


@pytest.mark.parametrize(
    "block", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\0" * 30]
)
def test_malformed_exif_is_as_good_as_none(block):
    picture = prepare_picture(encoded(exif=block))
    assert (picture.width, picture.credit) == (1000, "")
