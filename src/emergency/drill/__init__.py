"""Drills (演练): a store of its own kind, whose clock can be set; a script is played and the trainee judged."""
