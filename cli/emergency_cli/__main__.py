"""Run the command with ``python -m emergency_cli``."""

from emergency_cli.main import main

if __name__ == "__main__":
    main()
