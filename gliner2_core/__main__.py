"""`python -m gliner2_core`: the commands extract, train and evaluate."""

from __future__ import annotations

import argparse
import sys

from gliner2_core.commands import evaluate, extract, train
from gliner2_core.errors import Gliner2Error


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: Of the command line; None takes the process's.

    Returns:
        The exit status: 0 if all went well, 1 if lines failed, 2 if nothing could run, 130 if interrupted.
    """
    parser = argparse.ArgumentParser(
        prog="python -m gliner2_core",
        description="Finds entities, classifies texts and fills structures for labels you choose, on a CPU.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (extract, train, evaluate):
        command.add_parser(commands)
    args = parser.parse_args(arguments)
    try:
        return int(args.run(args))
    except Gliner2Error as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does.
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
