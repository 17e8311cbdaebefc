"""Invents the creators: sim01, sim02, … with names, followers and habits drawn from the seed."""

import hashlib
from random import Random

from .state import Account

PEOPLE = (
    ("Mara Lindqvist", "Slow mornings, small kitchens."),
    ("Kofi Mensah", "Street football and what happens after."),
    ("Aiko Tanabe", "Paper, ink, patience."),
    ("Luca Ferrante", "Bread every day at five."),
    ("Nadia Rahimi", "I fix old radios."),
    ("Tom Okafor", "Running badly, enjoying it."),
    ("Elif Demir", "Ceramics from a tiny studio."),
    ("Jonas Weber", "Trains, timetables, train stations."),
    ("Priya Nair", "Spices explained in one minute."),
    ("Sofia Marques", "The sea, mostly."),
    ("Henrik Dahl", "Wood, hand tools, no hurry."),
    ("Chloé Bernard", "Second-hand finds in Lyon."),
    ("Mateo Rivas", "Guitar licks you can steal."),
    ("Amara Diallo", "Hair, colour, confidence."),
    ("Ivan Petrov", "Chess traps for beginners."),
    ("Grace Kim", "Plants that refuse to die."),
    ("Samir Haddad", "Coffee at home, properly."),
    ("Ines Castro", "One drawing a day."),
    ("Oskar Nowak", "Bikes on a budget."),
    ("Leila Farouk", "Stories from night buses."),
)


def invent_accounts(count: int, seed: int, max_duration_s: int) -> dict[str, Account]:
    """The same seed gives the same creators; adding more leaves the first ones as they are."""
    found = [_invent(number, seed, max_duration_s) for number in range(1, count + 1)]
    return {account.handle: account for account in found}


def _invent(number: int, seed: int, max_duration_s: int) -> Account:
    handle = f"sim{number:02d}"
    chance = Random(f"{seed}/{handle}")
    name, bio = PEOPLE[(number - 1) % len(PEOPLE)]
    if number > len(PEOPLE):
        name = f"{name} {(number - 1) // len(PEOPLE) + 1}"
    return Account(
        handle=handle,
        open_id="-000" + _digest("open", seed, handle)[:32],
        union_id=_digest("union", seed, handle)[:36],
        display_name=name,
        bio=bio,
        seed=chance.getrandbits(48),
        base_followers=round(chance.lognormvariate(8.3, 1.4)),
        following=chance.randint(20, 900),
        peak_hour=round(chance.uniform(15.0, 22.0), 1),
        reach=round(chance.lognormvariate(0.0, 0.35), 3),
        verified=chance.random() < 0.1,
        max_video_post_duration_s=max_duration_s,
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
