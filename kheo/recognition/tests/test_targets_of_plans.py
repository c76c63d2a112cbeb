"""What a plan's targets may be held against is counted: plans stand below the measures and name them."""

from kheo.plans.models import Target
from kheo.tallies.measures import REGISTRY


def test_every_measure_a_target_names_is_counted():
    assert {name for name, _label in Target.MEASURES} <= set(REGISTRY)
