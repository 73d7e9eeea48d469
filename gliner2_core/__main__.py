"""`python -m gliner2_core`: the commands extract, train, evaluate, check-precision and benchmark."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress

from gliner2_core.commands import benchmark, check_precision, evaluate, extract, train
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
    for command in (extract, train, evaluate, check_precision, benchmark):
        command.add_parser(commands)
    args, unknown = parser.parse_known_args(arguments)
    if unknown:
        commands.choices[args.command].error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        status = int(args.run(args))
        sys.stdout.flush()
        return status
    except Gliner2Error as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does.
        sys.stderr.close()
        return 1
    except OSError as error:
        _tell_unwritable(error)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _tell_unwritable(error: OSError) -> None:
    """Say what the system refused, such as a full disk; what it holds already stays."""
    where = error.filename or "the output"
    print(f"error: {where}: {error.strerror or error}; what was written so far is kept", file=sys.stderr)
    # What is left for standard output cannot be written at the end either.
    with suppress(OSError):
        sys.stdout.close()


if __name__ == "__main__":
    sys.exit(main())
