"""Logging in by LDAP, against OpenLDAP's server (Debian: slapd)."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import ldap3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings as django_settings
from django.contrib.auth.models import User

from articles.models import AuditEntry
from articles.sign_on import directory
from tests.cast import make_user
from tests.conftest import needs
from tests.serving import eventually, free_port

pytestmark = pytest.mark.django_db
SBIN = os.pathsep.join(["/usr/sbin", "/usr/local/sbin", os.environ["PATH"]])
SLAPD, SLAPADD = (shutil.which(name, path=SBIN) for name in ("slapd", "slapadd"))
BASE = "dc=example,dc=cn"
CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "dc=example,dc=cn"
directory {folder}
maxsize 10485760
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=reader,dc=example,dc=cn" read by * none
"""
ENTRIES = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
o: house

dn: cn=reader,{BASE}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: reads

""" + "\n".join(
    f"dn: cn={cn},{BASE}\nobjectClass: inetOrgPerson\ncn: {cn}\nsn: x\nuid: {uid}\nuserPassword: of-{uid}\n"
    for cn, uid in [("1", "writer"), ("2", "boss"), ("3", "closed"), ("4", "unknown"), ("5", "twice"), ("6", "twice")]
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A directory on a port of its own, for `ldap://` and `ldaps://`; yields both addresses and its certificate."""
    needs(bool(SLAPD), "slapd")
    folder = tmp_path_factory.mktemp("slapd")
    write_certificate(folder)
    (folder / "slapd.conf").write_text(CONFIGURATION.format(folder=folder))
    (folder / "entries.ldif").write_text(ENTRIES)
    subprocess.run([SLAPADD, "-f", folder / "slapd.conf", "-l", folder / "entries.ldif"], check=True)
    plain, secure = f"ldap://127.0.0.1:{free_port()}", f"ldaps://localhost:{free_port()}"
    process = subprocess.Popen(
        [SLAPD, "-d", "0", "-f", folder / "slapd.conf", "-h", f"{plain} {secure}"], stderr=subprocess.DEVNULL
    )
    eventually(lambda: answers(plain), "slapd answers")
    yield plain, secure, folder / "cert.pem"
    process.terminate()
    process.wait()


def answers(address):
    try:
        ldap3.Connection(ldap3.Server(address), auto_bind=True).unbind()
    except ldap3.core.exceptions.LDAPException:
        return False
    return True


def write_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@pytest.fixture
def ldap(server, settings):
    settings.LDAP_URL, settings.LDAP_BASE, settings.LDAP_FILTER = server[0], BASE, "(uid={user})"
    settings.LDAP_BIND_DN, settings.LDAP_BIND_PASSWORD = f"cn=reader,{BASE}", "reads"
    backend = "articles.sign_on.backends.DirectoryBackend"
    settings.AUTHENTICATION_BACKENDS = [*django_settings.AUTHENTICATION_BACKENDS, backend]
    return settings


def log_in(client, username, password):
    return client.post("/admin/login/", {"username": username, "password": password})


def test_the_directory_s_password_logs_in_and_the_way_is_recorded(client, cast, ldap):
    assert log_in(client, "writer", "of-writer").status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.details["way"]) == ("session.opened", cast.writer, "ldap")
    client.logout()
    assert log_in(client, "WRITER", "of-writer").status_code == 302


def test_the_local_password_works_as_before(client, cast, ldap):
    for name in ("writer", "boss"):
        assert log_in(client, name, f"secret-of-{name}").status_code == 302
        assert AuditEntry.objects.first().details["way"] == "password"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("writer", "wrong"),
        ("writer", ""),
        ("writer", "x" * 5000),
        ("writer", "of-writer\0"),
        ("boss", "of-boss"),  # superusers have local passwords only
        ("closed", "of-closed"),
        ("unknown", "of-unknown"),  # in the directory, without an account here
        ("twice", "of-twice"),
        ("writer)(uid=*", "of-writer"),
        ("*", "of-writer"),
        ("writ*", "of-writer"),
        ("wri\0ter", "of-writer"),
        ("", "of-writer"),
    ],
)
def test_others_are_refused_and_no_account_is_made(client, cast, ldap, username, password):
    make_user("closed", ["write"], is_active=False)
    make_user("twice", ["write"])
    count = User.objects.count()
    assert log_in(client, username, password).status_code == 200
    assert AuditEntry.objects.get().action == "session.refused"
    assert User.objects.count() == count


def test_a_directory_that_does_not_answer_lets_local_passwords_in(client, cast, ldap, caplog):
    ldap.LDAP_URL = f"ldap://127.0.0.1:{free_port()}"
    assert log_in(client, "writer", "of-writer").status_code == 200
    assert "did not answer" in caplog.text
    assert "of-writer" not in caplog.text
    assert log_in(client, "writer", "secret-of-writer").status_code == 302


def test_a_wrong_service_account_or_base_accepts_nobody(cast, ldap, caplog):
    assert directory.directory_accepts("writer", "of-writer")
    ldap.LDAP_BASE = "dc=other,dc=cn"
    assert not directory.directory_accepts("writer", "of-writer")
    ldap.LDAP_BASE, ldap.LDAP_BIND_PASSWORD = BASE, "wrong"
    assert not directory.directory_accepts("writer", "of-writer")
    assert "LDAP_BIND_DN was not accepted" in caplog.text


def test_an_encrypted_directory_must_have_a_certificate_that_is_trusted(cast, ldap, server, monkeypatch):
    ldap.LDAP_URL = server[1]
    assert not directory.directory_accepts("writer", "of-writer")
    monkeypatch.setenv("SSL_CERT_FILE", str(server[2]))
    assert directory.directory_accepts("writer", "of-writer")
    ldap.LDAP_URL = server[1].replace("localhost", "127.0.0.1")
    assert not directory.directory_accepts("writer", "of-writer"), "the certificate is for another name"


def test_to_another_machine_nothing_is_sent_before_starttls(cast, ldap, server, monkeypatch):
    monkeypatch.setattr(directory, "_is_this_machine", lambda _host: False)
    assert not directory.directory_accepts("writer", "of-writer")
    monkeypatch.setenv("SSL_CERT_FILE", str(server[2]))
    ldap.LDAP_URL = server[0].replace("127.0.0.1", "localhost")
    assert directory.directory_accepts("writer", "of-writer")


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("192.0.2.7", False),
        ("ldap.example.cn", False),
        (None, False),
    ],
)
def test_only_this_machine_is_this_machine(host, here):
    assert directory._is_this_machine(host) is here
