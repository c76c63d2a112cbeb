"""The cast at work on initiatives: committees at both levels, a standing office, fields, a movement."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kheo.accounts.models import User
from kheo.initiatives.models import Enrolment, Initiative
from kheo.places.models import Area
from kheo.plans.models import Field, Mandate, Movement
from kheo.units.models import Committee, Post, ReachKind, Role, Unit
from kheo.units.tests import cast as people


@dataclass
class Cast:
    """Minh reports in Tam Quang; Vinh heads its Party committee; Bình heads its steering committee.

    Nga receives at the commune's standing office; Lan reports next door; Đức only reads; Hoa receives at the
    province, whose committee Thành heads.
    """

    world: people.Cast
    movement: Movement
    economy: Field
    security: Field
    committee: Unit
    office: Unit
    province_committee: Unit
    minh: Post
    vinh: Post
    nga: Post
    binh: Post
    lan: Post
    duc: Post
    hoa: Post
    thanh: Post

    @property
    def tam_quang(self) -> Area:
        return self.world.tam_quang

    def user(self, post: Post) -> User:
        return post.user


def committee(name: str, at: Area, movement: Movement, office: Unit, parent: Unit) -> Unit:
    made = Unit(
        name=name,
        area=at,
        line="party",
        level=at.level,
        parent=parent,
        kind=Unit.Kind.COMMITTEE,
        valid_from=people.SINCE,
    )
    made.save()
    Committee.objects.create(unit=made, standing_office=office)
    Mandate.objects.create(committee=made, movement=movement)
    return made


def cast() -> Cast:
    world = people.cast()
    movement = Movement.objects.create(name="Dân vận khéo", code="dvk", launched_on=date(2021, 5, 23))
    economy, _made = Field.objects.get_or_create(code="kinh_te", defaults={"name": "Kinh tế", "order": 1})
    security, _made = Field.objects.get_or_create(
        code="quoc_phong_an_ninh", defaults={"name": "Quốc phòng - an ninh", "order": 3}
    )
    office = people.unit(
        "Ban Xây dựng Đảng xã Tam Quang", world.tam_quang, "ban_xay_dung_dang", parent=world.dang_uy_tam_quang
    )
    local = committee(
        "BCĐ Dân vận khéo xã Tam Quang", world.tam_quang, movement, office, world.dang_uy_tam_quang
    )
    provincial = committee("BCĐ Dân vận khéo tỉnh", world.province, movement, world.board, world.tinh_uy)
    from kheo.units import lineage

    lineage.recompute()
    world.dang_uy_tam_quang.refresh_from_db()
    for each in (office, local, provincial):
        each.refresh_from_db()

    def holds(username: str, name: str, at: Unit, role: str, reach: str = ReachKind.PLACE) -> Post:
        return people.post(people.person(username, name), at, role, reach)

    party = world.dang_uy_tam_quang
    # Three people work at the Party committee, so nobody confirms their own work there.
    holds("thu", "Lữ Thị Thu", party, Role.CLERK)
    return Cast(
        world=world,
        movement=movement,
        economy=economy,
        security=security,
        committee=local,
        office=office,
        province_committee=provincial,
        minh=Post.objects.get(user=world.minh),
        vinh=holds("vinh", "Lương Văn Vinh", party, Role.HEAD),
        nga=holds("nga", "Kha Thị Nga", office, Role.REGISTRAR),
        binh=holds("binh2", "Trần Thanh Bình", local, Role.HEAD),
        lan=Post.objects.get(user=world.lan),
        duc=Post.objects.get(user=world.duc),
        hoa=Post.objects.get(user=world.hoa),
        thanh=holds("thanh", "Phan Văn Thành", provincial, Role.HEAD),
    )


def draft(cast: Cast, name: str = "Tiếng kẻng bình yên", **facts: Any) -> Enrolment:
    """A complete short registration of this year, written by Minh."""
    year = facts.pop("year", 2026)
    kind = facts.pop("kind_of_year", "new")
    level = facts.pop("level_asked", "commune")
    by = facts.pop("by", cast.minh)
    facts = {
        "movement": cast.movement,
        "field": cast.economy,
        "owner": by.unit,
        "area": by.unit.area,
        "goal": "86 hộ cùng tham gia",
        "contact_name": "Vi Thị Mai",
        **facts,
    }
    initiative = Initiative.objects.create(name=name, **facts)
    return Enrolment.objects.draft(
        initiative, year, by=by, kind=kind, field=facts["field"], level_asked=level
    )


def brought(enrolment: Enrolment, to: str, cast: Cast) -> Enrolment:
    """The enrolment carried up to a state by the commune's people."""
    from kheo.initiatives.models import Catalogue

    way = ["sent", "received", "confirmed", "approved"]
    for state in way[: way.index(to) + 1]:
        if state == "sent":
            enrolment.send(by=cast.minh, seen=[each.initiative.pk for each in enrolment.likely_duplicates()])
        elif state == "received":
            enrolment.receive(by=cast.nga)
        elif state == "confirmed":
            enrolment.confirm(by=cast.vinh)
        else:
            catalogue = Catalogue.objects.issue(
                committee=cast.committee,
                by=cast.binh,
                number=f"{Catalogue.objects.count() + 1:02}-DM/BCĐ",
                signed_on=date(2026, 3, 1),
                signer="Trần Thanh Bình",
                year=enrolment.year,
            )
            enrolment.approve(by=cast.binh, catalogue=catalogue)
    return enrolment
