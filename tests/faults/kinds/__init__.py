"""Every fault that the suites know, by its name."""

from tests.faults.kinds.clock import JUMP
from tests.faults.kinds.damage import DAMAGE
from tests.faults.kinds.disks import FAILING, FROZEN, FULL, READ_ONLY, SLOW
from tests.faults.kinds.fault import Fault
from tests.faults.kinds.killing import KILL
from tests.faults.kinds.liars import LIARS
from tests.faults.kinds.names import NAMES
from tests.faults.kinds.networks import GONE, SILENCE
from tests.faults.kinds.scarcity import CHILD, FILES
from tests.faults.kinds.storms import STORM

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        *(KILL, FULL, READ_ONLY, SLOW, FROZEN, FAILING, JUMP, GONE, SILENCE, NAMES, LIARS, STORM),
        *(DAMAGE, FILES, CHILD),
    )
}
