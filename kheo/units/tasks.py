"""What the worker does for a decision that is too large for the request that confirmed it."""

from django_tasks import task

from kheo.units import reorganise


@task()
def go_on(pk: int, post: int | None) -> None:
    """Prepare it to the end and, if its day has come, switch; on behalf of the post that asked, if any."""
    reorganise.go_on(pk, post)
