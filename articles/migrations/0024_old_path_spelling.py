"""Old paths are stored in one spelling, with their query, so that a request finds them in any."""

import re
from urllib.parse import unquote_to_bytes

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

IRRELEVANT = re.compile(
    r"utm_\w+|from|isappinstalled|nsukey|clicktime|enterid|scene|subscene|ascene|sessionid|devicetype|exportkey"
    r"|pass_ticket|wx_header|weixin\w*|spm|share\w*|bd_vid|hmsr|hmpl|fbclid|gclid|msclkid|jsessionid|phpsessid|_"
)


def decoded(address: str) -> str:
    for _round in range(5):
        octets = unquote_to_bytes(address)
        try:
            text = octets.decode()
        except UnicodeDecodeError:
            text = octets.decode("gb18030", errors="replace")
        if text == address:
            break
        address = text
    return address


def spelled(address: str) -> str:
    path, _mark, query = decoded(address).partition("?")
    path = re.sub("/{2,}", "/", re.sub(r";jsessionid=[^/?]*", "", path, flags=re.IGNORECASE).strip().lower())
    last = path.rstrip("/").rpartition("/")[2]
    path = re.sub(r"[/\s]+$", "", path) if "." in last else path.rstrip("/") + "/"
    pairs: set[str] = set()
    for part in query.replace("+", " ").lower().split("&"):
        name, _equals, value = (word.strip() for word in part.partition("="))
        if name and not IRRELEVANT.fullmatch(name):
            pairs.add(f"{name}={value}" if value else name)
    return (path + ("?" + "&".join(sorted(pairs)) if pairs else "")).replace("#", "%23")


def spell_paths(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Spell every path; of rows that become the same, the newest is kept."""
    rows = apps.get_model("articles", "OldPath").objects
    kept: dict[str, tuple[int, str]] = {}
    doubled = []
    for pk, path in rows.order_by("-pk").values_list("pk", "path"):
        if spelled(path) in kept:
            doubled.append(pk)
        else:
            kept[spelled(path)] = (pk, path)
    for pk in doubled:
        rows.filter(pk=pk).delete()
    for spelling, (pk, path) in kept.items():
        if spelling != path:
            rows.filter(pk=pk).update(path=spelling)


class Migration(migrations.Migration):
    dependencies = [("articles", "0023_bin")]

    operations = [
        migrations.RemoveConstraint(model_name="oldpath", name="old_path_does_not_lead_to_itself"),
        migrations.AlterField(
            model_name="oldpath",
            name="path",
            field=models.CharField(
                help_text=(
                    "Path and query, for example /show.asp?id=123, or the whole address under a former host. "
                    "Capitals, the slash at the end and parameters such as utm_source do not matter."
                ),
                max_length=500,
                unique=True,
                verbose_name="old path",
            ),
        ),
        migrations.RunPython(spell_paths, migrations.RunPython.noop),
    ]
