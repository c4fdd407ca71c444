"""Everything the cases app writes into the history, by stage. `data` never holds anything personal.

Reasons are personal values: they may name people, so they can be erased while the chain verifies.
Importing this registers all of it.
"""

from cases.events import beside, desk, identity, intake, meetings, process

__all__ = ["beside", "desk", "identity", "intake", "meetings", "process"]
