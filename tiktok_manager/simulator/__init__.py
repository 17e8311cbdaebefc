"""A local TikTok over real HTTP, with an audience and faults on order.

For the demo, the `simulator` command, tests and fault injection. It imports none of the other
rooms, so that it judges them by TikTok's documentation alone: what the documentation forbids is
refused and recorded as a violation. Only `cli`, `app` and tests may import it.
"""

from .clock import SimClock
from .config import SimulatorConfig
from .faults import Fault
from .server import Simulator, serve
from .world import World

__all__ = ["Fault", "SimClock", "Simulator", "SimulatorConfig", "World", "serve"]
