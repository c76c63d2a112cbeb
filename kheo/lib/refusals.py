"""How Kheo says no: with a sentence for the person, shown the same way everywhere."""


class Refused(Exception):
    """An action that may not be done now. `str(error)` is the sentence a person reads; it says what to do."""


class FasterColleague(Refused):
    """Somebody else changed the same record in the meantime."""
