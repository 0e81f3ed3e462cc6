"""The demo: a few people, a few surfaces, and the first 37 minutes of one incident.

Everything that happens is done through the actions, at the times of the story.
"""

from warroom.demo.people import PASSWORD, PEOPLE, people, surfaces
from warroom.demo.story import tell

__all__ = ["PASSWORD", "PEOPLE", "people", "surfaces", "tell"]
