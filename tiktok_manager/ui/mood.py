"""The publisher's state in one word, which the first frame shows before anything is known."""

from enum import StrEnum


class Mood(StrEnum):
    """The state in one word; decides the sign shown for it."""

    OPENING = "opening"
    ON = "on"
    WORKING = "working"
    PAUSED = "paused"
    LOCKED = "locked"
    STANDBY = "standby"
    HELD = "held"
    OFF = "off"
    UNKNOWN = "unknown"
