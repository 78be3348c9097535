"""The ``emergency`` command: reads what people type, calls the engine, shows what it says. No rules in here."""
