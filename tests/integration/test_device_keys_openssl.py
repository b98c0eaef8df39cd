"""Device keys as ``openssl`` writes them, and signatures as it checks them."""

import subprocess
from pathlib import Path

import pytest

from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import KeyRefused

PASSPHRASE = "correct horse"
TRADITIONAL = "RSA PRIVATE KEY"
MODERN = "PRIVATE KEY"


def openssl(*arguments: str, given: str | None = None) -> str:
    done = subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, text=True, check=True
    )
    return done.stdout


def public_half(private: str, option: str = "-pubout") -> str:
    return openssl("rsa", option, given=private)


@pytest.fixture(scope="module")
def keys() -> PemDeviceKeys:
    return PemDeviceKeys()


@pytest.fixture(scope="module")
def modern() -> str:
    return openssl("genrsa", "2048")


@pytest.fixture(scope="module")
def traditional() -> str:
    return openssl("genrsa", "-traditional", "2048")


def test_a_key_of_genrsa_is_admitted_as_it_was_written(keys: PemDeviceKeys, modern: str) -> None:
    assert modern.startswith(f"-----BEGIN {MODERN}-----")
    pair = keys.admit(modern)
    assert pair.private_pem == modern
    assert pair.public_pem == public_half(modern)


def test_a_key_of_genrsa_traditional_is_admitted_as_it_was_written(
    keys: PemDeviceKeys, traditional: str
) -> None:
    assert traditional.startswith(f"-----BEGIN {TRADITIONAL}-----")
    pair = keys.admit(traditional)
    assert pair.private_pem == traditional
    assert pair.public_pem == public_half(traditional)


@pytest.mark.parametrize("option", ["-pubout", "-RSAPublicKey_out"])
def test_both_forms_of_a_public_key_are_admitted_as_spki(
    keys: PemDeviceKeys, modern: str, option: str
) -> None:
    public = public_half(modern, option)
    assert keys.admit_public(public) == public_half(modern)
    assert keys.admit(modern, public).public_pem == public_half(modern)


def test_both_forms_of_a_private_key_belong_to_one_public_key(
    keys: PemDeviceKeys, modern: str
) -> None:
    rewritten = openssl("rsa", "-traditional", given=modern)
    assert keys.admit(rewritten, public_half(modern)).private_pem == rewritten


@pytest.mark.parametrize(
    "mangle",
    [
        lambda pem: pem.strip(),
        lambda pem: f"\n\n  {pem}\t\n",
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.replace("\n", "\r"),
        lambda pem: pem.replace("\n", "\\n"),
        lambda pem: pem.replace("\n", "\\r\\n"),
        lambda pem: pem.replace("\n", " "),
        lambda pem: "\n".join("    " + line for line in pem.splitlines()),
        lambda pem: "Bag Attributes\n    friendlyName: device\n" + pem,
    ],
    ids=[
        "stripped",
        "spaces-around",
        "crlf",
        "cr",
        "escaped-line-ends",
        "escaped-crlf",
        "spaces-for-line-ends",
        "indented",
        "text-before",
    ],
)
def test_what_happens_to_a_key_on_its_way_here_is_undone(
    keys: PemDeviceKeys,
    modern: str,
    mangle: object,
) -> None:
    assert callable(mangle)
    admitted = keys.admit(mangle(modern), mangle(public_half(modern)))
    assert admitted == keys.admit(modern)


@pytest.fixture(scope="module")
def ed25519() -> str:
    return openssl("genpkey", "-algorithm", "ed25519")


def test_an_ed25519_key_of_genpkey_is_admitted_as_it_was_written(
    keys: PemDeviceKeys, ed25519: str
) -> None:
    assert ed25519.startswith(f"-----BEGIN {MODERN}-----")
    pair = keys.admit(ed25519)
    assert (pair.private_pem, pair.kind) == (ed25519, KeyKind.ED25519)
    assert pair.public_pem == openssl("pkey", "-pubout", given=ed25519)
    assert keys.admit(ed25519.replace("\n", " "), pair.public_pem.replace("\n", "\\n")) == pair


def test_the_raw_bytes_of_an_ed25519_key_are_those_that_openssl_prints(
    keys: PemDeviceKeys, ed25519: str
) -> None:
    printed = openssl("pkey", "-noout", "-text_pub", given=ed25519).partition("pub:")[2]
    raw = keys.raw_public(keys.admit(ed25519).public_pem)
    assert raw == bytes.fromhex("".join(printed.split()).replace(":", ""))


def test_an_encrypted_ed25519_key_is_admitted_with_its_passphrase_and_kept_open(
    keys: PemDeviceKeys, ed25519: str
) -> None:
    encrypted = openssl(*ENCRYPTIONS["pkcs8"], given=ed25519)
    assert keys.admit(encrypted, passphrase=PASSPHRASE) == keys.admit(ed25519)
    with pytest.raises(KeyRefused, match="no passphrase was given"):
        keys.admit(encrypted)


def test_openssl_accepts_our_ed25519_signature_and_no_other_key(
    keys: PemDeviceKeys, ed25519: str, tmp_path: Path
) -> None:
    message, signature = tmp_path / "message", tmp_path / "signature"
    own, others = tmp_path / "own.pem", tmp_path / "others.pem"
    message.write_bytes(b"v3|device|cli")
    signature.write_bytes(keys.sign(ed25519, message.read_bytes()))
    own.write_text(keys.admit(ed25519).public_pem)
    others.write_text(keys.generate(KeyKind.ED25519).public_pem)
    for key, accepted in ((own, True), (others, False)):
        check = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin", "-inkey", str(key)]
        files = ["-in", str(message), "-sigfile", str(signature)]
        done = subprocess.run([*check, *files], check=False, capture_output=True)
        assert (done.returncode == 0) is accepted


def test_openssl_reads_the_ed25519_keys_that_we_make(keys: PemDeviceKeys) -> None:
    pair = keys.generate(KeyKind.ED25519)
    assert openssl("pkey", given=pair.private_pem) == pair.private_pem
    assert openssl("pkey", "-pubout", given=pair.private_pem) == pair.public_pem


ENCRYPTIONS = {
    "pkcs8": ("pkcs8", "-topk8", "-passout", f"pass:{PASSPHRASE}"),
    "pkcs8-scrypt": ("pkcs8", "-topk8", "-scrypt", "-passout", f"pass:{PASSPHRASE}"),
    "pkcs1-aes": ("rsa", "-traditional", "-aes128", "-passout", f"pass:{PASSPHRASE}"),
    "pkcs1-3des": ("rsa", "-traditional", "-des3", "-passout", f"pass:{PASSPHRASE}"),
}


@pytest.fixture(scope="module", params=ENCRYPTIONS)
def encrypted(request: pytest.FixtureRequest, modern: str) -> str:
    return openssl(*ENCRYPTIONS[request.param], given=modern)


def test_an_encrypted_key_is_admitted_with_its_passphrase_and_kept_open(
    keys: PemDeviceKeys, modern: str, encrypted: str
) -> None:
    pair = keys.admit(encrypted, public_half(modern), PASSPHRASE)
    assert "ENCRYPTED" not in pair.private_pem
    assert keys.admit(pair.private_pem) == pair
    assert keys.sign(pair.private_pem, b"n:1") == keys.sign(modern, b"n:1")


def test_an_encrypted_key_survives_the_loss_of_its_line_ends(
    keys: PemDeviceKeys, encrypted: str
) -> None:
    admitted = keys.admit(encrypted.replace("\n", " "), passphrase=PASSPHRASE)
    assert admitted == keys.admit(encrypted, passphrase=PASSPHRASE)


@pytest.mark.parametrize("passphrase", [None, ""])
def test_an_encrypted_key_without_a_passphrase_is_refused(
    keys: PemDeviceKeys, encrypted: str, passphrase: str | None
) -> None:
    with pytest.raises(KeyRefused) as refusal:
        keys.admit(encrypted, passphrase=passphrase)
    assert str(refusal.value) == "the private key is encrypted, and no passphrase was given"


@pytest.mark.parametrize("passphrase", ["wrong", "x" * 2000, "\udcff\x00", "\ud800"])
def test_an_encrypted_key_with_another_passphrase_is_refused(
    keys: PemDeviceKeys, encrypted: str, passphrase: str
) -> None:
    with pytest.raises(KeyRefused) as refusal:
        keys.admit(encrypted, passphrase=passphrase)
    assert str(refusal.value) == "the passphrase does not open the private key"


def test_a_passphrase_that_is_not_needed_is_ignored(keys: PemDeviceKeys, modern: str) -> None:
    assert keys.admit(modern, passphrase=PASSPHRASE) == keys.admit(modern)


OTHER_KINDS = {
    "EC": ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "Ed448": ("genpkey", "-algorithm", "ED448"),
    "X25519": ("genpkey", "-algorithm", "X25519"),
    "X448": ("genpkey", "-algorithm", "X448"),
    "RSA-PSS": ("genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"),
    "Diffie-Hellman": ("genpkey", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"),
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_key_of_another_kind_is_refused_by_name(keys: PemDeviceKeys, kind: str) -> None:
    private = openssl(*OTHER_KINDS[kind])
    public = openssl("pkey", "-pubout", given=private)
    with pytest.raises(KeyRefused) as refusal:
        keys.admit(private)
    only = "and gateways take RSA and Ed25519 only"
    assert str(refusal.value) == f"the private key is of kind {kind}, {only}"
    with pytest.raises(KeyRefused) as refusal:
        keys.admit_public(public)
    assert str(refusal.value) == f"the public key is of kind {kind}, {only}"


@pytest.mark.parametrize("curve", ["prime256v1", "brainpoolP256t1"])
def test_an_elliptic_key_is_refused_as_one_whatever_its_curve_and_structure(
    keys: PemDeviceKeys, curve: str
) -> None:
    """``ecparam -genkey`` writes a block of parameters before the key."""
    with pytest.raises(KeyRefused, match="the private key is of kind EC"):
        keys.admit(openssl("ecparam", "-genkey", "-name", curve))


def test_an_encrypted_key_of_another_kind_is_refused_by_name(keys: PemDeviceKeys) -> None:
    private = openssl("genpkey", "-algorithm", "ED448")
    encrypted = openssl(*ENCRYPTIONS["pkcs8"], given=private)
    with pytest.raises(KeyRefused, match="the private key is of kind Ed448"):
        keys.admit(encrypted, passphrase=PASSPHRASE)


def test_a_dsa_key_is_refused_by_name(keys: PemDeviceKeys, tmp_path: Path) -> None:
    parameters = tmp_path / "dsa"
    parameters.write_text(openssl("dsaparam", "1024"))
    with pytest.raises(KeyRefused, match="the private key is of kind DSA"):
        keys.admit(openssl("gendsa", str(parameters)))
    with pytest.raises(KeyRefused, match="no key, but a DSA PARAMETERS"):
        keys.admit(parameters.read_text())


def test_a_key_that_is_too_small_is_refused(keys: PemDeviceKeys) -> None:
    small = openssl("genrsa", "2047")
    with pytest.raises(KeyRefused, match="the private key has 2047 bits"):
        keys.admit(small)
    with pytest.raises(KeyRefused, match="the public key has 2047 bits"):
        keys.admit_public(public_half(small))


def test_a_certificate_is_refused_as_one(keys: PemDeviceKeys, modern: str, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text(modern)
    certificate = openssl("req", "-x509", "-key", str(key), "-subj", "/CN=gateway")
    with pytest.raises(KeyRefused) as refusal:
        keys.admit(certificate)
    assert str(refusal.value) == "what was given as the private key is a certificate"
    with pytest.raises(KeyRefused, match="as the public key is a certificate"):
        keys.admit(modern, certificate)
    with pytest.raises(KeyRefused, match="as the private key is 2 PEM blocks"):
        keys.admit(modern + certificate)


def test_openssl_accepts_our_signature_and_no_other_key(
    keys: PemDeviceKeys, modern: str, traditional: str, tmp_path: Path
) -> None:
    message = b"3f0c:1764000000000"
    signature = tmp_path / "signature"
    own, others = tmp_path / "own.pem", tmp_path / "others.pem"
    own.write_text(public_half(traditional))
    others.write_text(public_half(modern))
    signature.write_bytes(keys.sign(keys.admit(traditional).private_pem, message))
    check = ["openssl", "dgst", "-sha256", "-signature", str(signature), "-verify"]
    accepted = subprocess.run([*check, str(own)], input=message, check=False, capture_output=True)
    refused = subprocess.run([*check, str(others)], input=message, check=False, capture_output=True)
    assert accepted.returncode == 0
    assert refused.returncode != 0


def test_openssl_reads_the_keys_that_we_make(keys: PemDeviceKeys) -> None:
    pair = keys.generate(KeyKind.RSA)
    assert pair.private_pem.startswith(f"-----BEGIN {MODERN}-----")
    assert "2048 bit" in openssl("pkey", "-noout", "-text", given=pair.private_pem)
    assert public_half(pair.private_pem) == pair.public_pem
