"""The rooms of the house, from the ground up. Each imports only rooms before it; a test holds this order."""

GROUND = ["lib", "audit", "files", "ui", "search"]
WHO_AND_WHERE = ["accounts", "places", "units", "messaging"]
KEEPING = ["upkeep"]
WHAT = [
    "papers",
    "directives",
    "plans",
    "tallies",
    "initiatives",
    "submissions",
    "lists",
    "fieldwork",
    "settlements",
    "recognition",
]
FACES = ["duties", "reporting", "stories", "guide", "portal", "offline"]

ROOMS = [*GROUND, *WHO_AND_WHERE, *KEEPING, *WHAT, *FACES]

# `lib` is plain Python: it holds no models and is no Django app.
APPS = [f"kheo.{room}" for room in ROOMS if room != "lib"]
