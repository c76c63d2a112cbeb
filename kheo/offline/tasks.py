"""What the worker does for phones, behind the request that asked for it."""

from django_tasks import task

from kheo.offline import washing


@task()
def wash_photos() -> None:
    """Wash the photos that have come and give them to their reports."""
    washing.wash_all()
