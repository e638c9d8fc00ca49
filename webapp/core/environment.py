"""Every setting that the environment can give: its name, type, default and meaning. docs/operations.md's table is
made from this list (``./viva flask settings --write``), and an unknown ``VIVA_…`` is said at start."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


def boolean(text: str) -> bool:
    """Whether ``text`` says yes."""
    return text.strip().lower() in {"1", "yes", "true", "on"}


def listed(text: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def whole(text: str) -> int:
    """A whole number that is not negative. Raises ValueError."""
    if (value := int(text)) < 0:
        raise ValueError(text)
    return value


def place(text: str) -> str:
    """The code of a place in capitals. Raises ValueError for what cannot be one; the policy knows which there are."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3}){0,2}", code):
        raise ValueError(text)
    return code


def label(text: str) -> str:
    """A name that may stand in an address. Raises ValueError."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", name := text.strip()):
        raise ValueError(text)
    return name


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader of one of ``choices``, whatever its case. Raises ValueError."""

    def read(text: str) -> str:
        if (value := text.strip().lower()) not in choices:
            raise ValueError(text)
        return value

    return read


class SettingError(ValueError):
    """A setting cannot be read; the message names it and says what it should be."""


@dataclass(frozen=True)
class Setting:
    """One environment variable. ``config`` is its key in ``app.config``; None where other parts read it themselves."""

    variable: str
    help: str
    #: Its default for people.
    default_text: str
    config: str | None = None
    kind: Callable[[str], Any] = str
    default: Any = None
    #: Whether docs/operations.md lists it; others are for developers, or have a page of their own.
    table: str = "operations"

    def value(self, environment: Mapping[str, str]) -> Any:
        """What ``environment`` says, else the default; set but empty is as good as not set. Raises SettingError."""
        text = environment.get(self.variable, "")
        if not text.strip():
            return self.default
        try:
            return self.kind(text)
        except ValueError:
            wanted = {
                whole: "a whole number",
                float: "a number",
                place: "a place such as CA or US-IL",
                label: "small letters, digits and hyphens, at most 32",
            }.get(self.kind, "something else")
            raise SettingError(f"{self.variable} is {text!r}, and should be {wanted}.") from None


SETTINGS = (
    Setting("VIVA_HOME", "folder of all data; `--data DIR` says the same", "`.viva` in the repository"),
    Setting(
        "VIVA_PUBLIC_URL",
        "the address at which people reach Viva, such as `https://viva.example.org`; links are made with it, and with "
        "`https://` cookies travel over TLS alone",
        "the address of each request",
        "PUBLIC_URL",
    ),
    Setting(
        "VIVA_ALLOWED_HOSTS",
        "further names by which Viva may be asked, with commas; with it or `VIVA_PUBLIC_URL` every other `Host` is "
        "refused",
        "none",
        "ALLOWED_HOSTS",
        listed,
        (),
    ),
    Setting(
        "VIVA_SECRET_KEY",
        "signs sessions and invitation links; whoever has it can forge both",
        "a random one in `VIVA_HOME/secret_key`",
        "SECRET_KEY",
    ),
    Setting(
        "VIVA_SESSION_KEY",
        "signs sessions, where the secret key is given; without it the secret key does",
        "none",
        "SESSION_KEY",
    ),
    Setting(
        "VIVA_OLD_SESSION_KEYS",
        "keys that signed sessions before and still count, the oldest first, with commas",
        "none",
        "OLD_SESSION_KEYS",
        listed,
        (),
    ),
    Setting(
        "VIVA_LINK_KEY",
        "signs links of invitations, rooms and letters, where the secret key is given; without it the secret key does",
        "none",
        "LINK_KEY",
    ),
    Setting(
        "VIVA_OLD_LINK_KEYS",
        "keys that signed links before and still count, the oldest first, with commas",
        "none",
        "OLD_LINK_KEYS",
        listed,
        (),
    ),
    Setting(
        "VIVA_SELF_IDENTIFICATION_KEY",
        "seals what candidates say of themselves for bias reports, apart from everything else",
        "a random one in `VIVA_HOME/self_identification_key`",
        "SELF_IDENTIFICATION_KEY",
    ),
    Setting(
        "VIVA_PROXIES",
        "number of proxies in front whose `X-Forwarded-*` headers are believed",
        "0",
        "PROXIES",
        whole,
        0,
    ),
    Setting(
        "VIVA_EMPLOYER_SEAT",
        "where the employer is established, by ISO 3166 (`CA`, `US-IL`); its law holds beside that of each position",
        "not said",
        "EMPLOYER_SEAT",
        place,
        "",
    ),
    Setting(
        "VIVA_EMPLOYER_STAFF",
        "how many people the employer has; some laws bind only from a size on",
        "as many as any law asks",
        "EMPLOYER_STAFF",
        whole,
    ),
    Setting(
        "VIVA_ERASURE_FOUR_EYES",
        "`1`: what somebody asks to erase goes only once an admin other than they has agreed",
        "off",
        "ERASURE_FOUR_EYES",
        boolean,
        False,
    ),
    Setting(
        "VIVA_REMOVALS",
        "a file that notes, as ids, what was erased, withdrawn or revoked, so that a restored backup does not bring it "
        "back; on another disk it outlives this one",
        "`VIVA_HOME/removals.jsonl`",
        "REMOVALS",
        default="",
    ),
    Setting("VIVA_BACKUP_KEY", "the key file of `./viva backup` and `./viva restore`, as `--key` says it", "none"),
    Setting(
        "VIVA_BACKUP_S3_ENDPOINT",
        "the address of the server of S3 that backups go to",
        "`VIVA_S3_ENDPOINT`",
        "BACKUP_S3_ENDPOINT",
        default="",
    ),
    Setting(
        "VIVA_DATABASE_URL",
        "another database than the embedded SQLite",
        "`sqlite:///VIVA_HOME/viva.db`",
        "SQLALCHEMY_DATABASE_URI",
    ),
    Setting(
        "VIVA_BROKER_URL",
        "another Celery broker than files",
        "`filesystem://`",
        "BROKER_URL",
        default="filesystem://",
    ),
    Setting(
        "VIVA_DRAIN_SECONDS",
        "seconds that a worker which is asked to stop goes on with the analysis or recording in hand; then it "
        "hands it back, and another takes it up. Less than your service manager waits before it kills",
        "4",
        "DRAIN_SECONDS",
        float,
        4.0,
    ),
    Setting(
        "VIVA_RATELIMIT_URL",
        "where throttling counts; needed once more than one server process runs",
        "memory",
        "RATELIMIT_STORAGE_URI",
        default="memory://",
    ),
    Setting(
        "VIVA_STORAGE",
        "where recordings and other files lie: `s3://bucket/prefix` (credentials as `AWS_ACCESS_KEY_ID` and the like), "
        "or another folder",
        "`VIVA_HOME/recordings`",
        "STORAGE",
        default="",
    ),
    Setting(
        "VIVA_S3_ENDPOINT", "the address of a server of S3 that is not Amazon's", "Amazon's", "S3_ENDPOINT", default=""
    ),
    Setting(
        "VIVA_STORAGE_KEY",
        "seals files at rest, with a key of each organisation's derived from it: `openssl rand -base64 32`; without it "
        "files can no longer be read",
        "files are not sealed",
        "STORAGE_KEY",
        default="",
    ),
    Setting(
        "VIVA_OLD_STORAGE_KEYS",
        "keys that sealed files before and still open them, with commas",
        "none",
        "OLD_STORAGE_KEYS",
        listed,
        (),
    ),
    Setting(
        "VIVA_MAX_RECORDING_BYTES",
        "largest recording accepted, in bytes",
        "1 GiB",
        "MAX_RECORDING_BYTES",
        whole,
        1024**3,
    ),
    Setting(
        "VIVA_METRICS_TOKEN",
        "whoever says it as a bearer token may read `/metrics`; see [Watching a Viva](monitoring/README.md)",
        "nobody may",
        "METRICS_TOKEN",
        default="",
    ),
    Setting(
        "VIVA_LOG",
        "`json`: server and workers write one JSON object a line, with ids of requests and tasks and no personal data",
        "`text`",
        "LOG",
        one_of("text", "json"),
        "text",
    ),
    Setting(
        "VIVA_TRACES",
        "the address of a collector of OpenTelemetry (OTLP over HTTP), such as `http://127.0.0.1:4318`; see "
        "[Watching a Viva](monitoring/README.md#traces)",
        "no traces",
        "TRACES",
        default="",
    ),
    Setting(
        "VIVA_SMTP_HOST",
        "the mail server that takes messages; without one they wait in the outbox, with links to copy",
        "none",
        "SMTP_HOST",
        default="",
    ),
    Setting("VIVA_SMTP_PORT", "its port", "587; 465 for `tls`, 25 for `none`", "SMTP_PORT", whole, 0),
    Setting(
        "VIVA_SMTP_SECURITY",
        "`starttls` (refuses to go on without it), `tls` (from the first byte), or `none`, for one on this machine",
        "`starttls`",
        "SMTP_SECURITY",
        one_of("starttls", "tls", "none"),
        "starttls",
    ),
    Setting("VIVA_SMTP_USERNAME", "a name to sign in with there", "none", "SMTP_USERNAME", default=""),
    Setting("VIVA_SMTP_PASSWORD", "and its password", "none", "SMTP_PASSWORD", default=""),
    Setting(
        "VIVA_SMTP_TIMEOUT",
        "seconds until a mail server that does not answer counts as away",
        "20",
        "SMTP_TIMEOUT",
        float,
        20.0,
    ),
    Setting(
        "VIVA_MAIL_FROM",
        "whom messages are from, such as `Example Ltd <jobs@example.org>`; the name stands in them too",
        "`Viva <viva@HOST>` with the host of `VIVA_PUBLIC_URL`",
        "MAIL_FROM",
        default="",
    ),
    Setting(
        "VIVA_MAIL_BOUNCES",
        "the address that undeliverable mail goes back to, such as `bounces@example.org`; each message adds its id "
        "after a plus sign, and `./viva flask messages bounced < MAIL` reads what came back",
        "that of `VIVA_MAIL_FROM`",
        "MAIL_BOUNCES",
        default="",
    ),
    Setting(
        "VIVA_MAIL_PER_HOUR",
        "messages that one person gets within an hour; more of them wait",
        "30",
        "MAIL_PER_HOUR",
        whole,
        30,
    ),
    Setting(
        "VIVA_ANSWER_DAYS",
        "days within which a candidate is owed an answer, where no law says fewer; reviewers are reminded before",
        "30",
        "ANSWER_DAYS",
        whole,
        30,
    ),
    Setting(
        "VIVA_WEBHOOK_NETWORKS",
        "private networks that webhooks and calls of identity providers may reach, with commas, such as `10.1.0.0/16`; "
        "all others that are not public are refused",
        "none",
        "WEBHOOK_NETWORKS",
        listed,
        (),
    ),
    Setting(
        "VIVA_WHISPER",
        "what transcribes spoken answers: `multilingual` (English by Whisper tiny.en, all else by the multilingual "
        "Whisper base, 133 MB to fetch), `base` (that one for English too), the folder of a Whisper model in "
        "CTranslate2's format, or `off`; see [Spoken words](#spoken-words)",
        "the packaged Whisper tiny.en",
    ),
    Setting("VIVA_WEIGHTS", "folder of the models' weights", "`ml/weights`"),
    Setting(
        "VIVA_KEEP_WEIGHTS",
        "`no`: do not keep the weights of models that served in the data folder (51 MB, and what is new with each "
        "version), so that an earlier version can read again",
        "`yes`",
        "KEEP_WEIGHTS",
        boolean,
        default=True,
    ),
    Setting(
        "VIVA_RUNTIME",
        "what runs the networks: `onnxruntime`, or `tensorflow` (for a GPU) for those that ship as Keras files too; "
        "`./viva --version --json` lists what runs which. Live rooms always use ONNX Runtime",
        "`onnxruntime`",
    ),
    Setting(
        "VIVA_LIVE_LISTEN",
        "where the service of the live rooms listens, `host:port`",
        "the web server's host, its port + 1 (next free)",
        "LIVE_LISTEN",
        default="127.0.0.1:8001",
        table="live",
    ),
    Setting(
        "VIVA_CLAMD",
        "where ClamAV's daemon listens, a socket such as `/run/clamav/clamd.ctl` or `host:3310`; files that candidates "
        "and recruiters upload are shown to it, and wait in quarantine while it does not answer",
        "no virus scanner",
        "CLAMD",
    ),
    Setting(
        "VIVA_LIVE_URL",
        "what browsers are told, `ws://…` or `wss://…`",
        "`ws://<host of the page>:<port>`; for pages over TLS `wss://<host of the page>/live/service`",
        "LIVE_URL",
        table="live",
    ),
    Setting(
        "VIVA_LIVE_NAME",
        "which one of several live services this is, such as `2`: browsers find it at `<address>/2`",
        "there is one",
        "LIVE_NAME",
        label,
        table="live",
    ),
    Setting(
        "VIVA_LIVE_ORIGINS",
        "further origins whose pages may connect, separated by commas",
        "that of `VIVA_PUBLIC_URL`; where that is not set, the host that was asked",
        "LIVE_ORIGINS",
        listed,
        (),
        "live",
    ),
    Setting(
        "VIVA_LIVE_SHOW_CANDIDATE",
        "`1`: interviewers who agreed to be analysed see the candidate's readings during the call, if the candidate "
        "agreed to that too; never where the law of the place rules readings out",
        "off",
        "LIVE_SHOW_CANDIDATE",
        boolean,
        False,
        "live",
    ),
    Setting(
        "VIVA_LIVE_READERS",
        "processes that read frames and sound; 0 reads nobody",
        "one a core",
        "LIVE_READERS",
        whole,
        table="live",
    ),
    Setting(
        "VIVA_STUN_URLS",
        "STUN servers, separated by commas, `stun:host:3478`",
        "none",
        "STUN_URLS",
        listed,
        (),
        "live",
    ),
    Setting(
        "VIVA_TURN_URLS",
        "TURN servers, `turn:host:3478?transport=udp,turns:host:5349`",
        "none",
        "TURN_URLS",
        listed,
        (),
        "live",
    ),
    Setting(
        "VIVA_TURN_SECRET",
        "coturn's `static-auth-secret`: every member gets a name and a password of their own that end",
        "",
        "TURN_SECRET",
        table="live",
    ),
    Setting("VIVA_TURN_SECONDS", "after so many seconds", "43,200", "TURN_SECONDS", whole, 12 * 3600, "live"),
    Setting("VIVA_TURN_USERNAME", "a fixed name, where there is no secret", "", "TURN_USERNAME", table="live"),
    Setting("VIVA_TURN_PASSWORD", "and its password", "", "TURN_PASSWORD", table="live"),
    Setting("VIVA_LIVEKIT_URL", "a LiveKit server, see [Live rooms](live.md)", "", "LIVEKIT_URL", table="live"),
    Setting("VIVA_LIVEKIT_KEY", "its API key", "", "LIVEKIT_KEY", table="live"),
    Setting("VIVA_LIVEKIT_SECRET", "and the key's secret", "", "LIVEKIT_SECRET", table="live"),
    Setting(
        "VIVA_PSEUDO_LOCALE",
        "`1`: offer the pseudo-locale `en_XA` to browsers that ask for it",
        "off",
        "PSEUDO_LOCALE",
        boolean,
        False,
        "developers",
    ),
    Setting("VIVA_CHROMIUM", "the Chromium that browser tests drive", "one on the `PATH`", table="developers"),
    Setting("VIVA_DATA", "folder of real data for tests and training", "`../shared/data`", table="developers"),
    Setting("VIVA_SCREENSHOTS", "where browser tests keep a picture of every page", "nowhere", table="developers"),
    Setting("VIVA_BENCH_MINUTES", "minutes of material for `./viva bench`", "each bench's own", table="developers"),
)
_TABLE = re.compile(r"(<!-- settings (\w+): [^\n]*-->)\n(?:\|[^\n]*\n)*<!-- end -->")
#: Read by what Viva is installed and built with, not by Viva.
OTHERS = (
    Setting("UV_DEFAULT_INDEX", "a mirror of the Python package index", "PyPI"),
    Setting("SSL_CERT_FILE", "a company's certificate bundle, for the downloads", "the system's"),
)
NAMES = frozenset(setting.variable for setting in SETTINGS)


def values(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The settings by their keys in ``app.config``. Raises SettingError."""
    environment = os.environ if environment is None else environment
    found = {setting.config: setting.value(environment) for setting in SETTINGS if setting.config}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}


def unknown(environment: Iterable[str] | None = None) -> list[str]:
    """A sentence for each ``VIVA_…`` that means nothing, with the nearest name that does."""
    names = os.environ if environment is None else environment
    sentences = []
    for name in sorted(name for name in names if name.startswith("VIVA_") and name not in NAMES):
        near = difflib.get_close_matches(name, NAMES, 1)
        sentences.append(f"{name} is no setting of Viva." + (f" Did you mean {near[0]}?" if near else ""))
    return sentences


def table(which: str) -> str:
    """The settings as a table in Markdown."""
    rows = [
        f"| `{one.variable}` | {one.help} | {one.default_text} |" for one in (*SETTINGS, *OTHERS) if one.table == which
    ]
    return "\n".join(("| variable | meaning | default |", "|---|---|---|", *rows)) + "\n"


def filled_in(document: str) -> str:
    """``document`` with each table between ``<!-- settings NAME: … -->`` and ``<!-- end -->`` as it should be."""
    return _TABLE.sub(lambda found: f"{found[1]}\n{table(found[2])}<!-- end -->", document)


def given(variable: str) -> str:
    """What whoever started this process set ``variable`` to, unread; empty where they did not."""
    return os.environ.get(variable, "")
