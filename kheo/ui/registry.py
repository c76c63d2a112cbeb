"""What the rooms above add to every page: menu entries, panels of the first page, words for audit verbs.

Filled in each room's `apps.py` `ready()`. A panel must cost a fixed number of queries.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kheo.lib.periods import VIETNAM, today

Text = str | Promise


def signed_in(request: HttpRequest) -> bool:
    return bool(getattr(request, "user", None) and request.user.is_authenticated)


@dataclass(frozen=True)
class MenuEntry:
    """One line of the menu. `group` is one of GROUPS; entries of a group stand together, by `order`.

    The group "work" is for what everybody opens every day: it is never folded, so keep it short.
    """

    label: Text
    url_name: str
    icon: str = ""
    order: int = 100
    visible: Callable[[HttpRequest], bool] = signed_in
    group: str = "work"

    def url(self) -> str | None:
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return None


@dataclass(frozen=True)
class Panel:
    """A part of the first page. `context(request)` gives the template's words; None hides the panel."""

    name: str
    title: Text
    template: str
    context: Callable[[HttpRequest], dict[str, Any] | None]
    order: int = 100
    visible: Callable[[HttpRequest], bool] = signed_in


@dataclass(frozen=True)
class Group:
    """A part of the menu that folds; `open` says how it stands until a person has opened or closed it."""

    key: str
    label: Text
    open: bool = False


# The first is always in sight, under no heading of its own to press.
GROUPS = [
    Group("work", _("Work"), open=True),
    Group("initiatives", _("Initiatives and recognition"), open=True),
    Group("reports", _("Reporting"), open=True),
    Group("directives", _("What was ordered")),
    Group("plans", _("Movement and plans")),
    Group("results", _("Results")),
    Group("structure", _("Structure")),
    Group("system", _("System")),
]


@dataclass
class Menu:
    entries: list[MenuEntry] = field(default_factory=list)

    def add(self, entry: MenuEntry) -> None:
        """Add an entry once; the same address again replaces it, so that `ready()` may run twice."""
        self.entries = [each for each in self.entries if each.url_name != entry.url_name] + [entry]
        self.entries.sort(key=lambda each: each.order)

    def groups(self, request: HttpRequest) -> list[dict[str, Any]]:
        """What this person sees: groups with their lines, the current one marked; no empty groups.

        A group is `open` by its own default or because the page is in it (`here`); `always`: it never folds.
        """
        lines: dict[str, list[dict[str, Any]]] = {}
        current: dict[str, Any] | None = None
        for entry in self.entries:
            url = entry.url() if entry.visible(request) else None
            if url is None:
                continue
            line: dict[str, Any] = {"label": entry.label, "url": url, "icon": entry.icon, "current": False}
            lines.setdefault(entry.group, []).append(line)
            # The longest address that begins the page's own is where one is.
            begins = request.path == url or (url != "/" and request.path.startswith(url))
            if begins and (current is None or len(url) > len(current["url"])):
                current = line
        if current:
            current["current"] = True
        known = {group.key: group for group in GROUPS}
        order = [*GROUPS, *(Group(key, key) for key in lines if key not in known)]
        return [
            {
                "key": group.key,
                "label": group.label,
                "lines": lines[group.key],
                "always": group is GROUPS[0],
                "open": group.open or current in lines[group.key],
                "here": current in lines[group.key],
            }
            for group in order
            if group.key in lines
        ]


@dataclass
class Panels:
    panels: list[Panel] = field(default_factory=list)

    def add(self, panel: Panel) -> None:
        """Add a panel once; the same name again replaces it."""
        self.panels = [each for each in self.panels if each.name != panel.name] + [panel]
        self.panels.sort(key=lambda each: each.order)

    def shown_to(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Each visible panel as name, title, template and its context, in order."""
        shown = []
        for panel in self.panels:
            if panel.visible(request) and (context := panel.context(request)) is not None:
                shown.append(
                    {"name": panel.name, "title": panel.title, "template": panel.template, **context}
                )
        return shown


@dataclass(frozen=True)
class Link:
    """A menu entry of one object's page: `url_name` takes the object's id; `visible` says for whom."""

    label: Text
    url_name: str
    icon: str = ""
    order: int = 100
    visible: Callable[[HttpRequest, Any], bool] = lambda request, thing: True


@dataclass
class Links:
    """What rooms above have to say about an object of a room below, by its model ("units.unit")."""

    entries: dict[str, list[Link]] = field(default_factory=dict)

    def add(self, about: str, link: Link) -> None:
        kept = [each for each in self.entries.get(about, []) if each.url_name != link.url_name]
        self.entries[about] = sorted([*kept, link], key=lambda each: each.order)

    def about(self, thing: Any, request: HttpRequest) -> list[dict[str, Any]]:
        """The links of one object that this person may follow, with their addresses."""
        entries = self.entries.get(thing._meta.label_lower, [])
        return [
            {"label": link.label, "icon": link.icon, "url": reverse(link.url_name, args=[thing.pk])}
            for link in entries
            if link.visible(request, thing)
        ]


@dataclass
class Remarks:
    """Sentences that rooms above add to the page and the lists of an object of a room below, by its model.

    `told(thing)` answers (sentence, tone) pairs, tones as in `status`; it costs a fixed number of queries.
    `listed(ids)` answers one such pair for those of the objects that have something to be said; one query.
    """

    entries: dict[str, dict[str, Callable[[Any], list[tuple[str, str]]]]] = field(default_factory=dict)
    listed: dict[str, dict[str, Callable[[Collection[int]], dict[int, tuple[str, str]]]]] = field(
        default_factory=dict
    )

    def add(self, about: str, name: str, told: Callable[[Any], list[tuple[str, str]]]) -> None:
        self.entries.setdefault(about, {})[name] = told

    def about(self, thing: Any) -> list[tuple[str, str]]:
        known = self.entries.get(thing._meta.label_lower, {})
        return [said for told in known.values() for said in told(thing)]

    def add_to_lists(
        self, about: str, name: str, told: Callable[[Collection[int]], dict[int, tuple[str, str]]]
    ) -> None:
        self.listed.setdefault(about, {})[name] = told

    def in_list(self, things: Sequence[Any]) -> dict[int, list[tuple[str, str]]]:
        """By id, of the objects of one model that a list shows."""
        found: dict[int, list[tuple[str, str]]] = {}
        if things:
            for told in self.listed.get(things[0]._meta.label_lower, {}).values():
                for pk, said in told([thing.pk for thing in things]).items():
                    found.setdefault(pk, []).append(said)
        return found


@dataclass
class Helps:
    """Where the guide explains a page, by the page's URL name."""

    pages: dict[str, tuple[Text, str, str]] = field(default_factory=dict)

    def add(self, explained: str, title: Text, url_name: str, slug: str) -> None:
        """Say that the page of the URL name `explained` is explained under `title`."""
        self.pages[explained] = (title, url_name, slug)

    def about(self, url_name: str) -> dict[str, Any] | None:
        found = self.pages.get(url_name)
        return {"title": found[0], "url": reverse(found[1], args=[found[2]])} if found else None


@dataclass
class Things:
    """Under which URL name the page of a thing stands, by its model: what the journal names can be opened."""

    pages: dict[str, str] = field(default_factory=dict)

    def add(self, pages: dict[str, str]) -> None:
        self.pages.update(pages)

    def url(self, model: str, pk: Any) -> str:
        """The address of one thing's page by its model ("plans.plan") and id; "" where it has none."""
        name = self.pages.get(model)
        try:
            return reverse(name, args=[pk]) if name else ""
        except NoReverseMatch:
            return ""


@dataclass
class Elsewhere:
    """Where entries of the journal lie that are no longer in the database: (year, name of the file) pairs.

    The room that puts them away says so; it costs one query.
    """

    years: Callable[[], list[tuple[int, str]]] = list

    def since(self, thing: Any) -> list[tuple[int, str]]:
        """Those that may tell of this thing: none before it was made, nor of this year."""
        moment = getattr(thing, "created", None)
        made = moment.astimezone(VIETNAM).year if moment else 0
        if made >= today().year:
            return []
        return [each for each in self.years() if each[0] >= made]


@dataclass
class Verbs:
    """Audit verbs in the reader's words."""

    words: dict[str, Text] = field(default_factory=dict)

    def add(self, words: dict[str, Text]) -> None:
        self.words.update(words)

    def word(self, verb: str) -> str:
        return str(self.words.get(verb, verb.replace("_", " ")))


menu = Menu()
links = Links()
remarks = Remarks()
things = Things()
helps = Helps()
panels = Panels()
elsewhere = Elsewhere()
verbs = Verbs(
    {
        "created": pgettext_lazy("journal", "created"),
        "changed": pgettext_lazy("journal", "changed"),
        "edited": pgettext_lazy("journal", "changed"),
        "drafted": pgettext_lazy("journal", "drafted"),
        "submitted": pgettext_lazy("journal", "submitted"),
        "received": pgettext_lazy("journal", "received"),
        "confirmed": pgettext_lazy("journal", "confirmed"),
        "accepted": pgettext_lazy("journal", "accepted"),
        "approved": pgettext_lazy("journal", "approved"),
        "returned": pgettext_lazy("journal", "returned"),
        "refused": pgettext_lazy("journal", "refused"),
        "withdrawn": pgettext_lazy("journal", "withdrawn"),
        "started": pgettext_lazy("journal", "started"),
        "ended": pgettext_lazy("journal", "ended"),
        "recognised": pgettext_lazy("journal", "recognised"),
        "published": pgettext_lazy("journal", "published"),
        "unpublished": pgettext_lazy("journal", "taken down"),
        "assigned": pgettext_lazy("journal", "assigned"),
        "cascaded": pgettext_lazy("journal", "assigned to units"),
        "replied": pgettext_lazy("journal", "replied"),
        "corrected": pgettext_lazy("journal", "corrected"),
        "renewed": pgettext_lazy("journal", "renewed"),
        "opened": pgettext_lazy("journal", "opened"),
        "closed": pgettext_lazy("journal", "closed"),
        "uploaded": pgettext_lazy("journal", "uploaded"),
        "erased": pgettext_lazy("journal", "erased"),
        "photo_answered": pgettext_lazy("journal", "answered for the people in the photo"),
        "photo_described": pgettext_lazy("journal", "described the photo"),
    }
)
