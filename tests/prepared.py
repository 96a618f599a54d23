"""What takes long to make and is the same for all processes of a run: a migrated database, and the static files.

The first process that asks makes it, and the others wait for it. The run's folder is in the environment
(PREPARED_FOLDER), from where worker processes inherit it; who sets it may use it for several runs of the same code.
"""

import fcntl
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "newsroom.settings",
    "PYTHONWARNINGS": "ignore",
    "DEBUG": "0",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECRET_KEY": "of-the-tests" * 5,
}


def begin_run(config):
    """Make the folder of this run of pytest, unless there is one, and remove at the end what was made for it.

    Every process of the run loads what another one has compiled, even where the environment says otherwise: compiling
    again takes a quarter of the start of a server or command, and half the time in which pytest collects.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if "PREPARED_FOLDER" in os.environ:
        return
    os.environ["PREPARED_FOLDER"] = folder = tempfile.mkdtemp(prefix="newsroom-prepared-")

    def remove():
        for template in Path(folder).glob("*.template"):
            run_sql(f"DROP DATABASE IF EXISTS {template.stem}")
        shutil.rmtree(folder)
        del os.environ["PREPARED_FOLDER"]

    config.add_cleanup(remove)


def made_once(name, make):
    """Return the path of that name in the folder of the run; if it is missing, `make` is called to fill it."""
    path = Path(os.environ["PREPARED_FOLDER"]) / name
    path.parent.mkdir(exist_ok=True)
    with open(path.with_name(f"{name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            begun = path.with_name(f"{name}.begun")
            shutil.rmtree(begun, ignore_errors=True)
            begun.mkdir()
            make(begun)
            begun.rename(path)
    return path


def manage(folder, *command, **environment):
    """Run a management command with its data in this folder."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        env={**os.environ, **ENVIRONMENT, "DATA_DIR": str(folder), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def migrated_database():
    """A file of SQLite with all tables and no rows; to be copied."""

    def make(folder):
        manage(folder, "migrate", "--verbosity", "0", DATABASE_URL=f"sqlite:///{folder}/newsroom.sqlite3")

    return made_once("migrated", make) / "newsroom.sqlite3"


def migrated_template():
    """The name of a database of PostgreSQL with all tables and no rows, which `CREATE DATABASE … TEMPLATE` copies."""
    template = f"{urlsplit(os.environ['DATABASE_URL']).path[1:]}_migrated"

    def make(folder):
        run_sql(f"DROP DATABASE IF EXISTS {template}")
        run_sql(f"CREATE DATABASE {template}")
        manage(folder, "migrate", "--verbosity", "0", DATABASE_URL=address_of(template))

    return made_once(f"{template}.template", make).stem


def collected_files():
    """A folder with the static files as a server has them."""

    def make(folder):
        manage(
            folder, "collectstatic", "--noinput", "--verbosity", "0", DATABASE_URL=f"sqlite:///{folder}/none.sqlite3"
        )

    return made_once("collected", make) / "static"


def address_of(database):
    """The address of another database of the server that the tests use."""
    server = urlsplit(os.environ["DATABASE_URL"])
    return f"{server.scheme}://{server.netloc}/{database}"


@contextmanager
def another_database(folder, *, is_migrated):
    """Make a database of the kind that the tests use, with all tables or none, and yield its address.

    A file of SQLite is in this folder.
    """
    if connection.vendor == "sqlite":
        if is_migrated:
            shutil.copy(migrated_database(), folder)
        yield f"sqlite:///{folder}/newsroom.sqlite3"
        return
    name = f"another_{secrets.token_hex(6)}"
    run_sql(f"CREATE DATABASE {name} TEMPLATE {migrated_template() if is_migrated else 'template0'}")
    yield address_of(name)
    run_sql(f"DROP DATABASE {name} WITH (FORCE)")


def run_sql(statement):
    """Run a statement of PostgreSQL that no transaction may contain."""
    connection = psycopg2.connect(address_of("postgres"))
    connection.autocommit = True
    connection.cursor().execute(statement)
    connection.close()
