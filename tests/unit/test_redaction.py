"""Secrets are taken out of every text, and what only looks like one stays."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from envprobe.fact import Section
from envprobe.redaction import kinds_in, redact, redact_all, redact_arguments, without_secrets
from probes.main import without_secrets as guest_without_secrets
from tests.support.sample import fingerprint
from tests.support.secrets import PASSWORD, PEM, PLACES, TOKENS

DIGEST = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
ENVIRON = {"DB_PASSWORD": "correct horse", "API_KEY": "abc", "HOME": "/home/ana", "SSH_AUTH_SOCK": "/tmp/agent"}


@pytest.mark.parametrize(
    "place", ["{}", "'{}'", "see /opt/{}/x", "https://host.invalid/{}/simple", "a={}", "x {}, y", "my-{}", "({})"]
)
@pytest.mark.parametrize("provider", TOKENS)
def test_a_token_is_known_by_its_form(provider: str, place: str) -> None:
    """Wherever it stands, and nothing around it is lost."""
    text = place.format(TOKENS[provider])
    assert TOKENS[provider].rpartition("-")[2] not in redact(text)
    assert redact(text).startswith(place.partition("{")[0])


@pytest.mark.parametrize("place", PLACES)
def test_a_password_is_known_by_its_place(place: str) -> None:
    """By the name in front of it, the option, the header, the address or the command."""
    assert PASSWORD not in redact(place.format(PASSWORD))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (PEM, PEM.splitlines()[2]),
        (f'{{"private_key": "{PEM}"}}'.replace("\n", "\\n"), PEM.splitlines()[2]),
        ("Authorization: Bearer abc.def.ghi", "abc.def.ghi"),
        ("curl -H 'authorization: Token 0123abcd' https://h", "0123abcd"),
        ('Proxy-Authorization: Digest username="M", response="6629fae49393a053"', "6629fae49393a053"),
        ("git -c http.extraheader='AUTHORIZATION: basic eDpoZnh4' fetch", "eDpoZnh4"),
        ("Set-Cookie: sid=abcd; path=/", "abcd"),
        ("PRIVATE-TOKEN: abcd12345", "abcd12345"),
        ("{'password': 'a b c'}", "b c"),
        ('{\\"secret\\": \\"s3cr3t\\"}', "s3cr3t"),
        ("<password>hunter</password>", "hunter"),
        ("https://tok123@pypi.invalid/x", "tok123"),
        ("wss://u:p/w@h/db", "p/w"),
        ("mongodb+srv://u:p%40ss@h", "p%40ss"),
        ("https://h/p?sig=Zm9v%2Bx%3D&se=2", "Zm9v"),
        ("https://hooks.slack.com/services/T00/B00/XXXX", "XXXX"),
        ("https://api.telegram.org/bot12345:AAH/sendMessage", "AAH"),
        ("https://dl.cloudsmith.invalid/aB3dE5gH7jK9mN1p/org/repo/", "aB3dE5gH7jK9mN1p"),
        ("https://h/api/v4/token/abc123/x", "abc123"),
        ("Server=x;Pwd=hunter;Database=y", "hunter"),
        ("//registry.invalid/:_authToken=abcdef", "abcdef"),
        ("machine h login bob password hunter", "hunter"),
        ("requests.get(u, auth=('bob', 'hunter'))", "hunter"),
        ("export GITHUB_TOKEN='abcd'", "abcd"),
        ('$env:API_KEY="abcd"', "abcd"),
        ("PGPASSWORD=hunter psql", "hunter"),
        ("dbPassword=hunter", "hunter"),
        ("accessToken: abcd", "abcd"),
        ("token=abcdefgh", "abcdefgh"),
        ("aws configure set aws_secret_access_key wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "wJalr"),
        (f"wandb login {DIGEST}", DIGEST),
        (f"WANDB_API_KEY={DIGEST}", DIGEST),
        ("ya29A0ARrdaM8Zz1QWxk5TYbnm0pLQwErTyUi", "QWxk5TYbnm"),
    ],
)
def test_forms_that_people_type(text: str, secret: str) -> None:
    """Headers, addresses, files of settings, and code."""
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "loss: 0.25 - accuracy: 0.9",
        "Epoch 3/10 passed 120 tests",
        "tokenizer: bert-base-uncased",
        "pad_token=<pad> eos_token='</s>' max_tokens=512 num_new_tokens: 20",
        "keys: ['a', 'b'] sort_keys=True sort_key=name key: conv1_weights",
        "HF_TOKEN: not set here; password: missing",
        "password = getpass.getpass(); api_key=os.environ['X']; password=args.password; token=token",
        "def login(password: str, use_auth_token=True, cookie=None): ...",
        "https://host.invalid/repo@v1",
        "http://localhost:8080/a@b",
        "ssh://git@github.com/x/y git@github.com:x/y.git ssh://bob@host",
        DIGEST,
        f"git+https://github.com/x/y@{DIGEST}#subdirectory=z",
        "https://files.pythonhosted.org/packages/3f/6b/5610004206cf7f8e7ad91c5a85a8c71b2f2f8051a0c0c4d5916b76d6cbb2/numpy-1.24.0-"
        "cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "numpy/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0",
        "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDKl8wEpxs2VnJDLoM",
        "123e4567-e89b-12d3-a456-426614174000",
        "v2.9.0-rc2-42-g8a20d54a3c1 py38h497a2fe_0 1:4.13+dfsg1-1+deb12u2",
        "/usr/local/lib/python3.9/dist-packages/tensorflow/python/keras/ResNet50V2",
        "/nix/store/0c1yfsbhs9ljzy39gqn9scq0ipfqxwnb-glibc-2.33",
        "undefined symbol: _ZN10tensorflow8internal15LogMessageFatalD2EvABCdEf12",
        "tf2onnx_ResNet50V2_ImageNet2012_Batch256_Epoch90",
        "--xla_gpu_enable_latency_hiding_scheduler=true --tf_xla_auto_jit=2",
        "docker run -u 1000:1000 --user root x --password-stdin",
        "hf_hub_download sk-learn-contrib npm_config_registry glibc-2.31-13+deb11u5 local-cluster-01",
        "GOOGLE_APPLICATION_CREDENTIALS=/etc/gcp/key.json PWD=/work LD_PRELOAD=/usr/lib/libtcmalloc.so.4",
        "author: abc123def compass=n0rth7 basic resnet50_v2 block",
        "index 3b18e51..a9f3c4e 100644",
        "https://{credentials}@h/x {scrubbed}",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Digests, commits, versions, paths, code and counts: a record full of holes would be read by nobody."""
    assert redact(text, {"HOME": "/root", "PATH": "/usr/bin"}) == text


def test_values_of_secret_variables_are_redacted() -> None:
    """A secret that is printed without its name is known by its value; one that is too short for that, and a path, stay."""
    shown = redact("connected with correct horse from /home/ana by /tmp/agent, abc", ENVIRON)
    assert shown == "connected with {scrubbed} from /home/ana by /tmp/agent, abc"


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("train.py --api-key abc", "abc"),
        ("train.py --token=xyz", "xyz"),
        ("train.py|--password|correct horse", "horse"),
        ("train.py|--password=correct horse", "horse"),
        ("env|DB_PASSWORD=a b c|python", "b c"),
        ("docker run -e TOKEN=hunter x", "hunter"),
        ("curl|-H|Authorization: Bearer hunterxx1|https://x", "hunterxx1"),
        ("curl|-H|X-Api-Key: hunter|u", "hunter"),
        ("curl -u bob:hunter https://x", "hunter"),
        ("http -a bob:hunter GET x", "hunter"),
        ("mysql -uroot -phunter db", "hunter"),
        ("docker login -u x -p hunter r", "hunter"),
        ("wandb login hunter2hunter2", "hunter2hunter2"),
        ("aws configure set aws_secret_access_key hunter", "hunter"),
        ("dvc remote modify --local r password hunter", "hunter"),
        ("npm config set //r/:_authToken hunter", "hunter"),
        ("poetry config http-basic.r user hunter", "hunter"),
        ("train.py logger.api_key=hunter", "hunter"),
        ("train.py +hub.token=hunter1", "hunter1"),
        ('train.py|--config|{"db": {"password": "a b"}}', "a b"),
        ("bash|-c|mycmd --secret hunter && x", "hunter"),
        ("openssl enc -passin pass:hunter", "hunter"),
        ("kubectl create secret generic x --from-literal=k=hunter", "hunter"),
        ("smbclient -U bob%hunter //h/s", "hunter"),
        ("train.py --jwt hunter", "hunter"),
        ("train.py --otp 123456", "123456"),
        ("java -Dpassword=hunter -jar x", "hunter"),
        ("train.py --key " + DIGEST, DIGEST),
    ],
)
def test_a_command_line(line: str, secret: str) -> None:
    """The argument behind an option that is named like a secret is one, and what is left has as many arguments."""
    arguments = line.split("|") if "|" in line else line.split()
    shown = redact_arguments(arguments)
    assert len(shown) == len(arguments)
    assert not any(secret in argument for argument in shown)
    assert redact_arguments(shown) == shown


@pytest.mark.parametrize(
    "line",
    [
        "python train.py --lr 0.1 --key-column name --tokenizer gpt2 --max-tokens 512 --eos-token </s> --pass 3",
        "python train.py --auth none --session 3 seed=1 model.name=resnet50_v2 data.path=/a/b",
        "git checkout " + DIGEST,
        "train.py --password-file /run/secrets/x --token-file=/x --key /etc/k.pem",
        "mysql --protocol=tcp -h x",
        "ssh -p 2222 host",
        "sort -k 2 --key=2,2",
    ],
)
def test_a_harmless_command_line_stays(line: str) -> None:
    """Options that only resemble a secret's, and files that hold one."""
    assert redact_arguments(line.split()) == line.split()


def test_a_member_that_is_named_like_a_secret_holds_one() -> None:
    """In a document the name may stand apart from the value: a label, a setting. A package's version is none."""
    document = {"labels": {"ci.token": "abcdef", "version": "1"}, "packages": {"passwd": "1:4.13", "pass": "1.7.4-5"}}
    assert redact_all(document) == {**document, "labels": {"ci.token": "{scrubbed}", "version": "1"}}
    assert redact_all(document["packages"]) is document["packages"]


def test_a_document_of_an_earlier_version_is_read_without_its_secrets() -> None:
    """Keys and values, whatever trace lies beside them; one without secrets is the very same."""
    clean = msgspec.structs.replace(fingerprint(), trace={"schema": "x", "token": "abc"})
    assert without_secrets(clean) is clean
    found = without_secrets(fingerprint({"python.pth": {f"{TOKENS['GitLab']}.pth": [PASSWORD, f"--secret={PASSWORD}"]}}))
    assert found.sections["python"].known["pth"] == {"{scrubbed}.pth": [PASSWORD, "--secret={scrubbed}"]}
    assert without_secrets(Section(known={"labels.ci.token": "abcdef"})).known == {"labels.ci.token": "{scrubbed}"}


def test_where_secrets_are_is_told_without_them() -> None:
    """A path in the document and what kind it is."""
    document: Any = {"a": [{"b": f"x {TOKENS['GitHub']}"}, "c"], "password": "abc", "trace": TOKENS["GitHub"]}
    assert list(kinds_in(document)) == [
        ("a[0].b", "a token of GitHub"),
        ("password", "a value that is named like a secret"),
    ]


def test_numbers_of_a_trace_stay() -> None:
    """A record's sample may be spelled like a random word; what else the trace says is redacted like everything."""
    sample = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ"
    trace = {"records": [{"sample": sample}], "failed": "token=" + sample}
    answer = guest_without_secrets({"sections": {"os": {"known": {"a": sample}}}, "trace": trace}, [])
    assert answer["trace"]["records"] == [{"sample": sample}]
    assert sample not in answer["trace"]["failed"] + answer["sections"]["os"]["known"]["a"]
    assert guest_without_secrets({"trace": None}, []) == {"trace": None}
