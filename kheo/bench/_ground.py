"""Eight communes with what runs there, and phones that know their keys: run in an installation of its own.

    python -m kheo.bench._ground PHONES INITIATIVES

writes on one line of JSON what each phone may send as: its key, its post and its initiatives.
"""

import json
import sys
from datetime import date

import django


def main() -> None:
    django.setup()
    from django.utils import timezone

    from kheo.accounts.models import User
    from kheo.fieldwork.figures import ship_kinds
    from kheo.fieldwork.models import FigureKind
    from kheo.initiatives.models import Enrolment, Initiative
    from kheo.offline.models import Phone
    from kheo.places.models import Area
    from kheo.plans.models import Field, Movement
    from kheo.units import lineage
    from kheo.units.models import Competence, Function, Post, ReachKind, Role, Unit

    since = date(2025, 7, 1)
    phones, initiatives = int(sys.argv[1]), int(sys.argv[2])
    ship_kinds(FigureKind)
    movement, _made = Movement.objects.get_or_create(
        code="dvk", defaults={"name": "Dân vận khéo", "launched_on": date(2021, 5, 23)}
    )
    field, _made = Field.objects.get_or_create(code="kinh_te", defaults={"name": "Kinh tế", "order": 1})
    Function.objects.get_or_create(code="cap_uy", defaults={"name": "Cấp ủy", "line": "party"})

    def area(level: str, type_: str, name: str, parent: Area | None = None) -> Area:
        made = Area(level=level, type=type_, name=name, parent=parent, valid_from=since, sample=True)
        made.save()
        return made

    def unit(name: str, at: Area, parent: Unit | None = None) -> Unit:
        made = Unit(name=name, area=at, line="party", level=at.level, parent=parent, valid_from=since)
        made.save()
        Competence.objects.create(unit=made, function_id="cap_uy", valid_from=since)
        return made

    province = area("province", "tỉnh", "Mẫu")
    above = unit("Tỉnh ủy Mẫu", province)
    communes = [area("commune", "xã", f"Mẫu {number}", province) for number in range(8)]
    units = [unit(f"Đảng ủy xã {each.name}", each, above) for each in communes]
    lineage.recompute()
    known: dict[int, list[int]] = {}
    for body in units:
        rows = []
        for number in range(initiatives):
            initiative = Initiative.objects.create(
                movement=movement, name=f"Con đường hiến đất {number}", field=field, owner=body,
                area=body.area, state="running", started_on=since, sample=True,
            )  # fmt: skip
            Enrolment.objects.create(
                initiative=initiative, year=2026, kind="new", field=field, state="approved",
                level_asked="commune", approved_on=since, sort_key=initiative.sort_key,
            )  # fmt: skip
            rows.append(initiative.pk)
        known[body.pk] = rows
    told = []
    for number in range(phones):
        body = units[number % len(units)]
        user = User.objects.create(username=f"bench{number}", full_name=f"Lô Văn {number}")
        User.objects.filter(pk=user.pk).update(awake_since=timezone.now())
        post = Post.objects.create(
            user=user, unit=body, role=Role.REPORTER, reach=ReachKind.PLACE, valid_from=since
        )
        phone, secret = Phone.objects.register(user, name="Android · Chrome")
        told.append({"key": f"Kheo {phone.pk}.{secret}", "post": post.pk, "initiatives": known[body.pk]})
    print(json.dumps(told))


if __name__ == "__main__":
    main()
