"""The settings of an installation: what there is, what each may be, and the one file that holds them.

An installation names its file in KHEO_SETTINGS (script/start writes it, each setting with its comment). What
the environment says besides goes before the file. Wrong values and unknown names stop the start with one
sentence (`Wrong`), before anything else is read.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

FILE = "KHEO_SETTINGS"
# What a start that a wrong setting stopped answers (EX_CONFIG of sysexits.h): trying again mends nothing.
STOPPED = 78
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)")
_YES, _NO = ("1", "yes", "true", "on"), ("", "0", "no", "false", "off")


class Wrong(ImproperlyConfigured):
    """A setting that cannot be; `str(error)` is the sentence that says which, where and what to write."""

    def __init__(self, sentence: Any, **words: Any) -> None:
        self.sentence, self.words = sentence, words
        super().__init__(sentence)

    def __str__(self) -> str:
        # Put into words as late as here: while settings are read there are no translations yet.
        return str(self.sentence) % self.words


Check = Callable[[str], Any]


@dataclass(frozen=True)
class Setting:
    """One setting. `check(text)` gives a sentence when the value cannot be, or None."""

    name: str
    vi: str
    en: str
    check: Check
    default: str = ""


def _flag(text: str) -> Any:
    return None if text.lower() in (*_YES, *_NO) else _("Write 1 or 0.")


def _number(least: int, most: int) -> Check:
    def check(text: str) -> Any:
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return None
        return Wrong(_("Write a whole number from %(least)s to %(most)s."), least=least, most=most)

    return check


def _anything(text: str) -> Any:
    return None


def _path(text: str) -> Any:
    return None if text.startswith("/") or FILE not in os.environ else _("Write a path that begins with /.")


def _file(text: str) -> Any:
    if not text.startswith("/"):
        return _("Write a path that begins with /.")
    return None if Path(text).is_file() else _("There is no such file; name the right one or leave it empty.")


def _address(text: str) -> Any:
    parts = urlsplit(text)
    try:
        whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if parts.scheme not in ("http", "https") or not whole or parts.path.strip("/") or parts.query:
        return _("Write the address as people type it, without a path, such as https://kheo.example.vn.")
    return None


def _hosts(text: str) -> Any:
    for name in text.split():
        if name == "*" or "/" in name:
            return _("Write host names separated by spaces, without https:// and without “*”.")
    return None


def _database(text: str) -> Any:
    parts = urlsplit(text)
    try:
        named = parts.scheme in ("postgres", "postgresql") and parts.path.strip("/") and (parts.port or 1)
    except ValueError:
        named = ""
    if not named:
        return _("Write postgres://user:password@host:port/name, or leave it empty for SQLite.")
    return None


def _places(text: str) -> Any:
    for place in text.split():
        if not place.startswith(("/", "s3://")) or place in ("/", "s3://"):
            return _("Write folders that begin with /, or s3://bucket/prefix, separated by spaces.")
    return None


def _keep(text: str) -> Any:
    written = re.fullmatch(r"\d+ (daily|weekly|monthly|yearly)(, ?\d+ (daily|weekly|monthly|yearly))*", text)
    return None if written and re.search(r"\b[1-9]", text) else _("Write: 7 daily, 4 weekly, 12 monthly")


# In the order of docs/settings.md and of the file.
SETTINGS = [
    Setting(
        "KHEO_DATA",
        "Thư mục chứa dữ liệu: cơ sở dữ liệu SQLite, tệp tải lên và khóa bí mật.",
        "The folder of the SQLite database, the uploads and the secret key.",
        _path,
    ),
    Setting(
        "KHEO_DATABASE",
        "Để trống: SQLite trong thư mục dữ liệu. PostgreSQL: postgres://user:password@host:port/name",
        "Empty: SQLite in the data folder. PostgreSQL: postgres://user:password@host:port/name",
        _database,
    ),
    Setting(
        "KHEO_SECRET_KEY",
        "Để trống: khóa ở tệp secret-key trong thư mục dữ liệu. Đổi khóa thì mọi người phải đăng nhập lại.",
        "Empty: the key is in the file secret-key of the data folder. Changing it signs everybody out.",
        _anything,
    ),
    Setting(
        "KHEO_ADDRESS",
        "Địa chỉ mọi người gõ để vào Khéo; in trên văn bản và trong đường liên kết.",
        "Where people find Kheo; printed in documents and links.",
        _address,
        "http://127.0.0.1:8000",
    ),
    Setting(
        "KHEO_HOSTS",
        "Các tên máy được trả lời, cách nhau bằng dấu cách; phải có tên trong KHEO_ADDRESS.",
        "Host names that are answered, separated by spaces; the one of KHEO_ADDRESS must be among them.",
        _hosts,
        "localhost 127.0.0.1 [::1]",
    ),
    Setting(
        "KHEO_PROXIES",
        "Số máy chủ web của cơ quan đứng trước Khéo (máy chủ do script/start cài: 1).",
        "How many web servers of your own stand before Kheo (the one script/start installs: 1).",
        _number(0, 5),
        "0",
    ),
    Setting(
        "KHEO_CERTIFICATE",
        "Chứng thư đang dùng, để trang tình trạng hệ thống báo ngày hết hạn.",
        "The certificate in use, so that the page about the system tells when it ends.",
        _file,
    ),
    Setting(
        "KHEO_AUTHORITY",
        "Chứng thư gốc nội bộ; khi có, trang hướng dẫn cài chứng thư vào điện thoại được mở.",
        "The internal authority's own certificate; with it, the page that puts it on phones is shown.",
        _file,
    ),
    Setting(
        "KHEO_PLAIN_PORT",
        "Cổng của máy chủ web không có HTTPS, nơi điện thoại mở trang hướng dẫn cài chứng thư.",
        "The web server's port without HTTPS, where phones open the page about the authority.",
        _number(1, 65535),
        "80",
    ),
    Setting(
        "KHEO_IDLE_MINUTES",
        "Sau bao nhiêu phút không thao tác thì phải đăng nhập lại.",
        "Minutes without a click after which a person signs in again.",
        _number(1, 24 * 60),
        "30",
    ),
    Setting(
        "KHEO_SIGN_INS_KEPT_DAYS",
        "Số ngày giữ danh sách đăng nhập (pháp luật yêu cầu ít nhất một tháng).",
        "Days for which sign-ins and their addresses are kept (the law asks for at least a month).",
        _number(30, 3660),
        "400",
    ),
    Setting(
        "KHEO_PHONE_DAYS",
        "Điện thoại thực địa: số ngày làm việc được mà không phải đăng nhập lại, kể từ lần liên lạc cuối.",
        "Phones in the field: days after the last contact for which they work without signing in again.",
        _number(1, 365),
        "30",
    ),
    Setting(
        "KHEO_PHONE_PHOTO_SIDE",
        "Điện thoại thực địa: cạnh dài của ảnh sau khi thu nhỏ trên máy, tính bằng điểm ảnh.",
        "Phones in the field: the long side, in pixels, to which they shrink photos before sending.",
        _number(800, 4000),
        "1600",
    ),
    Setting(
        "KHEO_PHONE_WAITING_MB",
        "Điện thoại thực địa: mỗi máy được để chờ trên máy chủ tối đa bao nhiêu MB ảnh chưa xử lý.",
        "Phones in the field: how many MB of photos not yet prepared one phone may have waiting here.",
        _number(50, 20_000),
        "500",
    ),
    Setting(
        "KHEO_PHONE_KEPT_DAYS",
        "Điện thoại thực địa: số ngày giữ phần ảnh gửi dở mà không báo cáo nào chờ.",
        "Phones in the field: days for which a photo sent in part is kept when no report waits for it.",
        _number(1, 365),
        "14",
    ),
    Setting(
        "KHEO_PHONE_LATE_DAYS",
        "Điện thoại thực địa: sau mấy ngày thì bản gửi chờ người xem bị coi là chờ lâu.",
        "Phones in the field: after how many days what waits for a person has waited too long.",
        _number(1, 365),
        "3",
    ),
    Setting(
        "KHEO_DEMO",
        "1: chạy thử với dữ liệu mẫu. Không bao giờ đặt 1 trên máy dùng thật.",
        "1 shows the demonstration's people on the sign-in page. Never on an installation.",
        _flag,
        "0",
    ),
    Setting(
        "KHEO_DEBUG",
        "1: hiện nguyên nhân lỗi cho người gặp lỗi. Không bao giờ đặt 1 trên máy dùng thật.",
        "1 shows the cause of an error to whoever meets it. Never on an installation.",
        _flag,
        "0",
    ),
    Setting(
        "KHEO_BACKUP_TO",
        "Nơi để bản sao lưu, cách nhau bằng dấu cách: thư mục trên ổ đĩa thứ hai hoặc s3://ngăn/thư-mục.",
        "Where backups go, separated by spaces: a folder on a second disk, s3://bucket/prefix, or both.",
        _places,
    ),
    Setting(
        "KHEO_BACKUP_KEEP",
        "Giữ lại những bản sao lưu nào: theo ngày (daily), tuần (weekly), tháng (monthly), năm (yearly).",
        "Which backups stay: by days, weeks, months and years.",
        _keep,
        "7 daily, 4 weekly, 12 monthly",
    ),
    Setting(
        "KHEO_BACKUP_PASSPHRASE_FILE",
        "Tệp chứa mật khẩu sao lưu ở dòng đầu; chỉ tài khoản kheo được đọc. Để trống: không đặt mật khẩu.",
        "The file whose first line seals every backup; only the account kheo may read it. Empty: not sealed.",
        _file,
    ),
    Setting(
        "KHEO_S3_KEY",
        "Khóa của kho lưu trữ S3.",
        "The key of the S3 store.",
        _anything,
    ),
    Setting(
        "KHEO_S3_SECRET",
        "Khóa bí mật của kho lưu trữ S3; khóa này được xem, ghi, đọc và xóa trong ngăn.",
        "The secret of that key, which may list, write, read and delete in the bucket.",
        _anything,
    ),
    Setting(
        "KHEO_S3_ENDPOINT",
        "Địa chỉ của kho lưu trữ theo chuẩn S3 trong nước, ví dụ https://s3.example.vn. Để trống: Amazon.",
        "The address of another store that speaks S3, such as https://s3.example.vn. Empty: Amazon.",
        _address,
    ),
    Setting(
        "KHEO_S3_REGION",
        "Vùng của kho lưu trữ, nếu có.",
        "The store's region, where it has any.",
        _anything,
        "us-east-1",
    ),
]
KNOWN = {setting.name: setting for setting in SETTINGS}


def parse(text: str, where: str) -> dict[str, str]:
    """NAME=value lines; comments and empty lines are passed over, quotes around a value are taken off."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise Wrong(
                _("%(where)s, line %(number)s: write NAME=value, or # before a remark."),
                where=where,
                number=number,
            )
        name, value = match[1], match[2].strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        if name in found:
            raise Wrong(
                _("%(where)s, line %(number)s: %(name)s stands there twice. Take one away."),
                where=where,
                number=number,
                name=name,
            )
        found[name] = value
    return found


def read(path: Path) -> dict[str, str]:
    """The settings of a file, each checked; raises Wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Wrong(_("There is no settings file %(path)s. Run script/start, which writes it."), path=path)
    except (OSError, UnicodeDecodeError):
        raise Wrong(
            _("The settings file %(path)s cannot be read by this user. Run the command as kheo or as root."),
            path=path,
        )
    found = parse(text, str(path))
    for name in found:
        if name not in KNOWN:
            raise Wrong(
                _("%(path)s: there is no setting %(name)s%(meant)s. docs/settings.md names them all."),
                path=path,
                name=name,
                meant=_Meant(name),
            )
    return found


class _Meant:
    """(did you mean KHEO_…?), when a known name is close."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        from difflib import get_close_matches

        close = get_close_matches(self.name.upper(), list(KNOWN), 1, 0.6)
        return str(_(" (did you mean %(name)s?)")) % {"name": close[0]} if close else ""


def read_secret(path: Path) -> str:
    """The installation's secret key; raises Wrong where it is not to be had."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise Wrong(
            _("There is no secret key %(path)s. Restore it from a backup; script/start makes a new one."),
            path=path,
        )
    except OSError:
        raise Wrong(_("%(path)s cannot be read by this user. Run the command as kheo or as root."), path=path)


def check(values: Mapping[str, str]) -> None:
    """Raise Wrong for the first known setting whose value cannot be."""
    for name, value in values.items():
        setting = KNOWN.get(name)
        if setting is None or not value.strip():
            continue
        # A lazy sentence may not even be asked whether it is empty.
        if (trouble := setting.check(value.strip())) is not None:
            # The value of a secret is not repeated on a screen or in a journal.
            shown = "…" if name in ("KHEO_SECRET_KEY", "KHEO_DATABASE", "KHEO_S3_SECRET") else value
            raise Wrong(_("%(name)s is “%(value)s”. %(todo)s"), name=name, value=shown, todo=trouble)


def load() -> bool:
    """Take the file that KHEO_SETTINGS names into the environment; whether there is one (an installation)."""
    named = os.environ.get(FILE, "")
    if named:
        for name, value in read(Path(named)).items():
            os.environ.setdefault(name, value)
    check({name: value for name, value in os.environ.items() if name in KNOWN})
    return bool(named)


def written(values: Mapping[str, str]) -> Iterator[str]:
    """The lines of a settings file: every setting with its comments; those not given are remarks."""
    yield "# Các thiết lập của Khéo. Sau khi sửa: systemctl restart kheo-web kheo-worker"
    yield "# Kheo's settings. After a change: systemctl restart kheo-web kheo-worker"
    for setting in SETTINGS:
        yield from lines_of(setting, values.get(setting.name))


def lines_of(setting: Setting, value: str | None) -> Iterator[str]:
    """One setting as it stands in the file."""
    yield ""
    yield f"# {setting.vi}"
    yield f"# {setting.en}"
    yield f"#{setting.name}={setting.default}" if value is None else f"{setting.name}={value}"
