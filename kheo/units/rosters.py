"""An office's list of units and people becomes accounts with posts.

Any layout with headings is read: a title above, a sheet or a line for each commune, merged cells, family name
and given name in two columns. Each cell that cannot be believed is named with what to do; a person decides
once for all rows that say the same. Only then are accounts made, in one transaction and in
batches. Whoever is known already, by user name, phone number, or name at the same body, gets what is missing
and nothing twice: loading the same file again changes nothing.
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.accounts.models import User, name_parts
from kheo.accounts.phone import phone_number
from kheo.audit.models import record, record_all
from kheo.lib.periods import FOREVER, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.tables import Table
from kheo.lib.vietnamese import fold, nfc, same_name, sort_key
from kheo.ui.forms import VietnameseDateField
from kheo.units.models import Post, ReachKind, Role, Roster, SlipBatch, Unit, UnitLineage
from kheo.units.people import free_user_name

MOST_ROWS = 3_000
# A title, the issuing body and a date stand above the headings.
HEADINGS_WITHIN = 30
SUGGESTIONS = 6

# Field → headings that mean it, folded. The longest that fits wins.
HEADINGS = {
    "unit": [
        "don vi", "ten don vi", "co quan", "co quan don vi", "don vi cong tac", "noi cong tac", "to chuc",
        "xa phuong", "xa", "phuong", "ten xa", "dia ban", "dia phuong", "unit", "body", "office",
    ],
    "name": ["ho va ten", "ho ten", "ten can bo", "can bo", "nguoi phu trach", "full name", "name"],
    "family": ["ho va ten dem", "ho dem", "ho va chu dem", "ho", "family name"],
    "given": ["ten", "given name"],
    "title": ["chuc vu", "chuc danh", "chuc vu cong tac", "chuc vu chuc danh", "job title", "title"],
    "role": ["vai tro", "nhiem vu tren phan mem", "quyen", "quyen su dung", "role"],
    "phone": ["so dien thoai", "dien thoai", "sdt", "so dt", "dt", "di dong", "zalo", "phone"],
    "username": ["ten dang nhap", "tai khoan", "user name", "username"],
    "reach": ["pham vi", "reach"],
    "since": ["tu ngay", "ngay bat dau", "from"],
}  # fmt: skip

_NAME_HEADINGS = {*HEADINGS["name"], *HEADINGS["family"], *HEADINGS["given"]}

# How offices shorten what bodies are called; both sides are brought to the same words before comparing.
SHORT = [
    ("uy ban mat tran to quoc viet nam", "mttq"),
    ("uy ban mat tran to quoc", "mttq"),
    ("mat tran to quoc viet nam", "mttq"),
    ("mat tran to quoc", "mttq"),
    ("uy ban mttq viet nam", "mttq"),
    ("uy ban mttq", "mttq"),
    ("ub mttq", "mttq"),
    ("ubmttq viet nam", "mttq"),
    ("ubmttqvn", "mttq"),
    ("ubmttq", "mttq"),
    ("mttqvn", "mttq"),
    ("mttq viet nam", "mttq"),
    ("uy ban nhan dan", "ubnd"),
    ("hoi dong nhan dan", "hdnd"),
    ("hoi lien hiep phu nu", "hoi lhpn"),
    ("hoi phu nu", "hoi lhpn"),
    ("hoi cuu chien binh", "hoi ccb"),
    ("hoi nong dan", "hoi nd"),
    ("doan thanh nien cong san ho chi minh", "doan thanh nien"),
    ("doan tncs ho chi minh", "doan thanh nien"),
    ("doan tncs hcm", "doan thanh nien"),
    ("ban chi huy quan su", "ban chqs"),
    ("uy ban kiem tra", "ubkt"),
    ("ban chap hanh dang bo", "dang uy"),
    ("ban thuong vu dang uy", "dang uy"),
    ("thi tran", "tt"),
]

# Words people write instead of the role's own.
ROLE_WORDS = {
    "bao cao": Role.REPORTER, "nguoi nhap": Role.REPORTER, "nhap lieu": Role.REPORTER,
    "tiep nhan": Role.REGISTRAR, "lanh dao": Role.HEAD, "thu truong": Role.HEAD, "truong": Role.HEAD,
    "pho": Role.DEPUTY, "doc": Role.READER, "xem": Role.READER, "chi xem": Role.READER,
    "quan tri": Role.UNIT_ADMIN, "bien tap": Role.EDITOR, "kiem tra": Role.INSPECTOR,
    "tham dinh": Role.APPRAISER,
}  # fmt: skip
NOT_BY_LIST = (Role.ADMIN,)


def bare(text: str) -> str:
    """Folded words without punctuation."""
    return " ".join(re.sub(r"[^\w\s]", " ", fold(text)).split())


def body_words(text: str) -> str:
    """A body's name in the words it is compared by: accents, abbreviations and the province left out."""
    words = f" {bare(text)} "
    for long, short in SHORT:
        words = words.replace(f" {long} ", f" {short} ")
    return " ".join(words.split())


# ---- where what stands ----


def columns_of(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The row of the headings (-1 where none was recognised) and the column of each field found in it."""
    best: tuple[int, dict[str, int]] = (-1, {})
    for at, row in enumerate(rows[:HEADINGS_WITHIN]):
        found: dict[str, int] = {}
        for place, cell in enumerate(row):
            name = _field_of(cell)
            if name and name not in found:
                found[name] = place
        if "name" in found:
            found.pop("given", None)
            found.pop("family", None)
        names = "name" in found or "given" in found
        if names and len(found) >= 2 and len(found) > len(best[1]):
            best = (at, found)
    return best


def _field_of(heading: str) -> str:
    words = bare(heading)
    if not words or len(words) > 60:
        return ""
    exact = [name for name, known in HEADINGS.items() if words in known]
    if exact:
        return exact[0]
    begun = [
        (len(known), name)
        for name, all_known in HEADINGS.items()
        for known in all_known
        if len(known) > 4 and f" {known} " in f" {words} "
    ]
    return max(begun)[1] if begun else ""


# ---- one line of the list ----


@dataclass
class Doubt:
    """A cell that cannot be believed, and what to do. `blocks`: until then nobody is made of the line."""

    field: str
    sentence: str
    blocks: bool = True


@dataclass
class Line:
    """One person of the list: what was written, what it was taken for, and what will come of it."""

    where: str
    written_unit: str = ""
    name: str = ""
    title: str = ""
    written_role: str = ""
    written_phone: str = ""
    username: str = ""
    reach: str = ""
    since: date = field(default_factory=today)
    unit: Unit | None = None
    role: str = ""
    phone: str | None = None
    known: User | None = None
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # The line whose person this is too, when it stands twice in the list.
    same_as: "Line | None" = None
    already: bool = False

    @property
    def blocked(self) -> bool:
        return any(doubt.blocks for doubt in self.doubts)

    @property
    def outcome(self) -> str:
        """ "left" out, "same" as what is there, a further "post", or a "new" account."""
        if self.blocked:
            return "left"
        if self.already:
            return "same"
        return "post" if self.known or self.same_as else "new"

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label) if self.role else ""


@dataclass
class Unclear:
    """What several lines say and nobody understands, with what it may mean."""

    written: str
    key: str
    lines: int
    suggestions: list[Unit] = field(default_factory=list)


@dataclass
class Preview:
    lines: list[Line] = field(default_factory=list)
    units: list[Unclear] = field(default_factory=list)
    roles: list[Unclear] = field(default_factory=list)
    # Whether lines name a commune alone, and which kinds of body could be meant (key, name).
    communes_alone: int = 0
    kinds: list[tuple[str, str]] = field(default_factory=list)
    without_role: int = 0
    unread: list[str] = field(default_factory=list)

    def of(self, outcome: str) -> list[Line]:
        return [line for line in self.lines if line.outcome == outcome]

    @property
    def new(self) -> int:
        return len(self.of("new"))

    @property
    def posts(self) -> int:
        return len(self.of("post"))

    @property
    def same(self) -> int:
        return len(self.of("same"))

    @property
    def left(self) -> int:
        return len(self.of("left"))

    @property
    def doubtful(self) -> list[Line]:
        return [line for line in self.lines if line.doubts or line.notes]


# ---- reading ----


def kept(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """The tables as a roster keeps them. Refused where no list of people is found, or too long a one."""
    found: list[dict[str, Any]] = []
    for table in tables:
        if bare(table.title).startswith(("huong dan", "vi du", "guide", "example")):
            continue
        if columns_of(table.rows)[0] >= 0:
            found.append({"title": table.title, "rows": table.rows, "numbers": table.numbers})
    people = sum(1 for table in found for _line in _lines(table, several=False))
    if not found:
        raise Refused(
            _(
                "No list of people was found. The headings must name the full name and the unit, role or"
                " phone."
            )
        )
    if not people:
        raise Refused(_("The list names nobody yet. Fill in the full names and send it again."))
    if people > MOST_ROWS:
        raise Refused(_("The list has more than 3,000 rows. Split it and send the parts in turn."))
    return found


def preview(roster: Roster, by: Post) -> Preview:
    """What would come of the list now, for this administrator and the choices made so far."""
    found = Preview()
    for table in roster.tables:
        found.lines += _lines(table, several=len(roster.tables) > 1)
    finder = _Finder(by, roster.choices)
    for line in found.lines:
        _read_role(line, roster.choices, found)
        finder.place(line, found)
    finder.suggest(found)
    _read_phones(found.lines)
    _recognise(found.lines, set(finder.by_pk))
    return found


def _lines(table: dict[str, Any], several: bool) -> Iterable[Line]:
    rows, numbers = table["rows"], table["numbers"]
    at, columns = columns_of(rows)
    # What stands above the names of a part of the list: a line of its own, or the sheet's name.
    section = table["title"] if several or "unit" not in columns else ""
    last_unit = ""

    def cell(row: Sequence[str], name: str) -> str:
        return nfc(" ".join(row[columns[name]].split())) if name in columns else ""

    for row, number in list(zip(rows, numbers or range(1, len(rows) + 1), strict=False))[at + 1 :]:
        written = [text for text in row if text.strip()]
        name = cell(row, "name") or " ".join(
            part for part in (cell(row, "family"), cell(row, "given")) if part
        )
        if len(set(written)) == 1 and _is_section(written, name):
            section, last_unit = _without_number(written[0]), ""
            continue
        if (
            not name
            or re.fullmatch(r"[\d\s.,()-]*", name)
            or bare(name) in _NAME_HEADINGS
            or bare(name) in ("tong", "cong")
            or bare(name).startswith(("tong cong", "tong so"))
        ):
            continue
        last_unit = cell(row, "unit") or last_unit
        place = _("row %(number)s") % {"number": number}
        where = f"{table['title']}, {place}" if several and table["title"] else place
        yield Line(
            where=where,
            written_unit=last_unit or section,
            name=name[:120],
            title=cell(row, "title")[:200],
            written_role=cell(row, "role"),
            written_phone=cell(row, "phone"),
            username=cell(row, "username").lower(),
            reach=cell(row, "reach"),
            since=_day(cell(row, "since")),
        )


def _without_number(text: str) -> str:
    """ "II. Đảng ủy xã Tam Quang" without its number."""
    return " ".join(re.sub(r"^\s*([IVXLC]+|\d+|[A-Za-zĐđ])\s*[.):/-]\s*", "", text).split())


_BODIES = re.compile(
    r"(dang uy|tinh uy|uy ban|ubnd|hdnd|mat tran|mttq|hoi (dong|lien hiep|phu nu|nong dan|cuu|lhpn|ccb)|"
    r"doan (thanh nien|xa|phuong)|tinh doan|ban (chi|tuyen|xay|dan van|to chuc)|cong an|van phong)\b"
)


def _is_section(written: list[str], name: str) -> bool:
    """Whether a row that says one thing names the unit of the rows below it, and not a person."""
    text = _without_number(written[0])
    if len(written) > 1 or not name:
        # One merged cell, or a cell beside the names.
        return True
    return bool(_BODIES.match(bare(text))) or text.lower().startswith(("xã ", "phường "))


def _day(text: str) -> date:
    try:
        return VietnameseDateField(required=False).clean(text) or today()
    except ValidationError:
        return today()


def _read_role(line: Line, choices: dict[str, Any], found: Preview) -> None:
    words = bare(line.written_role)
    if not words:
        found.without_role += 1
        line.role = choices.get("role") or Role.REPORTER
        return
    known: dict[str, str] = {bare(str(label)): role for role, label in Role.choices} | {
        role: role for role in Role.values
    }
    role: Any = (choices.get("roles") or {}).get(words) or known.get(words) or ROLE_WORDS.get(words, "")
    if role in NOT_BY_LIST:
        line.doubts.append(
            Doubt("role", _("A system administrator is made one by one, on the unit's page, not by a list."))
        )
        return
    if not role:
        unclear = next((each for each in found.roles if each.key == words), None)
        if unclear is None:
            unclear = Unclear(line.written_role, words, 0)
            found.roles.append(unclear)
        unclear.lines += 1
        line.doubts.append(Doubt("role", _("Unknown role “%(role)s”.") % {"role": line.written_role}))
    line.role = role


class _Finder:
    """Finds bodies by what offices write, among those the administrator manages. Four queries, once."""

    def __init__(self, by: Post, choices: dict[str, Any]) -> None:
        self.choices = choices
        self.units = list(Unit.objects.managed_by(by).select_related("area").in_vietnamese_order())
        self.by_pk = {unit.pk: unit for unit in self.units}
        self.by_words: dict[str, list[Unit]] = defaultdict(list)
        self.by_area: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            names = {body_words(unit.name), body_words(unit.short_name)} - {""}
            names |= {
                body_words(f"{name} {unit.area.full_name}") for name in (unit.name, unit.short_name) if name
            }
            for words in names:
                self.by_words[words].append(unit)
            if unit.level == "commune":
                for words in {bare(unit.area.name), bare(unit.area.full_name)}:
                    self.by_area[words].append(unit)
        self.unclear: dict[str, Unclear] = {}

    def place(self, line: Line, found: Preview) -> None:
        words = body_words(line.written_unit)
        if not words:
            line.doubts.append(Doubt("unit", _("No unit is written for this person.")))
            return
        chosen = (self.choices.get("units") or {}).get(words)
        if chosen in self.by_pk:
            line.unit = self.by_pk[chosen]
            return
        exact = self.by_words.get(words, [])
        if len(exact) == 1:
            line.unit = exact[0]
            return
        here = [] if exact else self.by_area.get(bare(line.written_unit), [])
        if here:
            found.communes_alone += 1
            for unit in here:
                if unit.key and unit.key not in [key for key, _name in found.kinds]:
                    found.kinds.append((unit.key, unit.short_name or unit.name))
            meant = [unit for unit in here if unit.key and unit.key == self.choices.get("kind")]
            if len(meant) == 1:
                line.unit = meant[0]
                return
        unclear = self.unclear.setdefault(words, Unclear(line.written_unit, words, 0))
        unclear.lines += 1
        unclear.suggestions = unclear.suggestions or exact or here
        if here:
            sentence = _("“%(unit)s” is a commune: which of its bodies is meant?")
        elif exact:
            sentence = _("Several bodies are called “%(unit)s”: choose one.")
        else:
            sentence = _("No unit of today within your reach is called “%(unit)s”.")
        line.doubts.append(Doubt("unit", sentence % {"unit": line.written_unit}))

    def suggest(self, found: Preview) -> None:
        """What unclear names may mean: the heirs of a body that ended, else names that look alike."""
        lost = {unclear.key: unclear for unclear in self.unclear.values() if not unclear.suggestions}
        if lost:
            ended: dict[str, list[int]] = defaultdict(list)
            folded = {fold(unclear.written): unclear.key for unclear in lost.values()}
            closed = Unit.objects.filter(folded__in=folded, valid_to__lte=today())
            keys = {pk: folded[name] for pk, name in closed.values_list("pk", "folded")}
            heirs = UnitLineage.objects.filter(unit__in=keys, valid_from__lte=today(), valid_to__gt=today())
            for unit, heir in heirs.values_list("unit", "heir"):
                ended[keys[unit]].append(heir)
            names = list(self.by_words)
            for key, unclear in lost.items():
                close = difflib.get_close_matches(key, names, SUGGESTIONS, 0.72)
                alike = [self.by_pk[pk] for pk in ended[key] if pk in self.by_pk]
                alike += [unit for name in close for unit in self.by_words[name]]
                for words, units in self.by_area.items():
                    if len(words) > 3 and f" {words} " in f" {key} ":
                        alike += units
                unclear.suggestions = list(dict.fromkeys(alike))[:SUGGESTIONS]
        found.units = sorted(self.unclear.values(), key=lambda unclear: -unclear.lines)


def _read_phones(lines: list[Line]) -> None:
    first: dict[str, Line] = {}
    for line in lines:
        if not line.written_phone:
            continue
        try:
            phone = phone_number(line.written_phone)
        except ValueError:
            # Spreadsheets drop the leading zero of what they take for a number.
            try:
                phone = phone_number("0" + re.sub(r"\D", "", line.written_phone))
            except ValueError:
                sentence = _("“%(phone)s” is no phone number; the account is made without one.")
                line.doubts.append(Doubt("phone", sentence % {"phone": line.written_phone}, blocks=False))
                continue
        other = first.setdefault(phone, line)
        if other is not line and not same_name(other.name, line.name):
            sentence = _(
                "The phone number of %(name)s (%(where)s) stands here too; the account is made without it."
            )
            line.doubts.append(
                Doubt("phone", sentence % {"name": other.name, "where": other.where}, blocks=False)
            )
            continue
        line.phone = phone


def _recognise(lines: list[Line], managed: set[int]) -> None:
    """Who of the list has an account, and who stands in it twice. Four queries."""
    phones = {line.phone for line in lines if line.phone}
    typed = {line.username for line in lines if line.username}
    keys = {_key(line.name) for line in lines}
    by_phone = {user.phone: user for user in User.objects.filter(phone__in=phones)}
    by_username = {user.username: user for user in User.objects.filter(username__in=typed)}
    namesakes: dict[str, list[User]] = defaultdict(list)
    for user in User.objects.filter(sort_key__in=keys):
        namesakes[user.sort_key].append(user)
    people = {user.pk for user in [*by_phone.values(), *by_username.values()]}
    people |= {user.pk for users in namesakes.values() for user in users}
    held = defaultdict(list)
    for post in Post.objects.filter(user__in=people).select_related("unit"):
        held[post.user_id].append(post)
    seen: dict[tuple[str, int], Line] = {}
    by_number: dict[str, Line] = {}
    for line in lines:
        if line.unit is None:
            continue
        line.known = by_username.get(line.username)
        if line.username and line.known is None:
            _check_user_name(line)
        if line.known and not same_name(line.known.full_name, line.name):
            sentence = _("The user name %(username)s belongs to somebody else.")
            line.doubts.append(Doubt("username", sentence % {"username": line.username}))
            line.known = None
            continue
        owner = by_phone.get(line.phone)
        if owner and not line.known:
            if same_name(owner.full_name, line.name):
                line.known = owner
            else:
                sentence = _(
                    "Another person's account has this phone number; the account is made without it."
                )
                line.doubts.append(Doubt("phone", sentence, blocks=False))
                line.phone = None
        elif owner and owner != line.known:
            line.phone = None
        mine = _key(line.name)
        if line.known is None:
            here = [user for user in namesakes[mine] if any(p.unit_id == line.unit.pk for p in held[user.pk])]
            if len(here) == 1 and not (line.phone and here[0].phone and line.phone != here[0].phone):
                line.known = here[0]
        if line.known is None and (others := _elsewhere(namesakes[mine], held, managed)):
            sentence = _(
                "An account of this name exists: %(username)s. Is it the same person, write it in the list."
            )
            line.notes.append(sentence % {"username": others[0].username})
        if line.known:
            unended = [post for post in held[line.known.pk] if post.valid_to > today()]
            line.already = any(post.unit_id == line.unit.pk and post.role == line.role for post in unended)
        # The same person twice in the list: two posts of one account.
        twin = by_number.get(line.phone or "") or seen.get((mine, line.unit.pk))
        if twin is not None and twin.unit is not None and not line.blocked:
            if not (line.phone and twin.phone and line.phone != twin.phone):
                line.same_as = twin.same_as or twin
                line.known = line.known or line.same_as.known
                again = twin.unit.pk == line.unit.pk and twin.role == line.role
                line.already = line.already or again
        elif not line.blocked:
            seen[mine, line.unit.pk] = line
            if line.phone:
                by_number[line.phone] = line


def _elsewhere(users: list[User], held: dict[int, list[Post]], managed: set[int]) -> list[User]:
    """Namesakes at bodies the administrator manages; of others nothing is told."""
    return [user for user in users if any(post.unit_id in managed for post in held[user.pk])]


def _check_user_name(line: Line) -> None:
    try:
        User.objects.prepared(line.username, full_name=line.name)
    except Refused as refusal:
        line.doubts.append(Doubt("username", str(refusal), blocks=False))
        line.username = ""


def _key(full_name: str) -> str:
    given, before = name_parts(full_name)
    return sort_key(f"{given} {before}")[:400]


# ---- loading ----


def reach_of(line: Line) -> str:
    """What the post lets one see: as written, else the whole place for a Party or steering committee."""
    words = bare(line.reach)
    for kind, label in ReachKind.choices:
        if words and words in (kind, bare(str(label))):
            return kind
    assert line.unit is not None
    whole = line.unit.kind == Unit.Kind.COMMITTEE or line.unit.key in ("dang_uy", "tinh_uy", "huyen_uy")
    return ReachKind.PLACE if whole else ReachKind.OWN


def load(roster: Roster, by: Post) -> SlipBatch | None:
    """Make the accounts and posts of every line that is clear. Answers the slips to print; None without any.

    One transaction, written in batches. A second press, or the same file
    again, makes nothing.
    """
    found = preview(roster, by)
    new, further = found.of("new"), found.of("post")
    if not new and not further:
        raise Refused(_("Nothing in this list is new. Whoever is in it holds the post already."))
    taken = set(User.objects.values_list("username", flat=True))
    made: dict[int, User] = {}
    for line in new:
        assert line.unit is not None
        name = line.username
        if not name or name in taken:
            name = free_user_name(line.name, line.unit, taken)
        taken.add(name)
        user = User.objects.prepared(name, full_name=line.name, must_change_password=True)
        user.phone = line.phone
        made[id(line)] = user
    try:
        with transaction.atomic():
            changed = Roster.objects.filter(pk=roster.pk, state=Roster.State.READ).update(
                state=Roster.State.LOADED, loaded=timezone.now(), tables=[], choices={}
            )
            if changed != 1:
                raise FasterColleague(_("This list has been loaded already."))
            User.objects.bulk_create(made.values(), batch_size=200)
            posts = [_post_of(line, made) for line in [*new, *further]]
            Post.objects.bulk_create(posts, batch_size=200)
            record_all(((user, {}) for user in made.values()), "created", by=by)
            record_all(((post, {}) for post in posts), "post_given", by=by)
            batch = None
            if made:
                batch = SlipBatch.objects.create(unit=by.unit, post=by, name=roster.name)
                batch.people.set(made.values())
            counts = {"new": len(new), "posts": len(further), "same": found.same, "left": found.left}
            Roster.objects.filter(pk=roster.pk).update(counts=counts, slips=batch)
            record(roster, "accounts_made", by=by, changes={key: [0, n] for key, n in counts.items()})
    except IntegrityError:
        raise Refused(
            _("Somebody has just made one of these accounts. Look at the list again and press once more.")
        ) from None
    return batch


def _post_of(line: Line, made: dict[int, User]) -> Post:
    source = line.same_as or line
    user = line.known or made.get(id(source)) or source.known
    assert user is not None
    assert line.unit is not None
    return Post(
        user=user,
        unit=line.unit,
        role=line.role,
        reach=reach_of(line),
        title=line.title,
        valid_from=max(line.since, line.unit.valid_from),
        valid_to=min(line.unit.valid_to, FOREVER),
    )
