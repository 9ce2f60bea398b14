"""`python -m moderation`: the command line."""

from moderation.cli import main

if __name__ == "__main__":
    main()
