"""`python -m ui.space check | write | publish --repo owner/name`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ui.space.errors import SpaceError
from ui.space.front_matter import differences, with_block
from ui.space.publish import plan, publish
from ui.space.spacefile import read_spacefile

ROOT = Path(__file__).parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: Of the command line; None takes the process's.

    Returns:
        0; 1 if `check` finds differences; 2 if it cannot be done.
    """
    parser = argparse.ArgumentParser(
        prog="python -m ui.space", description="This project as a Hugging Face Space; its settings are in the Spacefile."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("check", help="compare README's block, requirements and the Spacefile; exit status 1 if they differ")
    commands.add_parser("write", help="write README's block from the Spacefile")
    sending = commands.add_parser("publish", help="make the Space on the hub, or bring it up to date")
    sending.add_argument("--repo", required=True, metavar="OWNER/NAME", help="of the Space")
    sending.add_argument("--private", action="store_true", help="of a Space that is made")
    sending.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")
    for command in commands.choices.values():
        command.add_argument("--folder", type=Path, default=ROOT, metavar="DIR", help="checkout (this one)")
    args = parser.parse_args(arguments)
    try:
        return {"check": _check, "write": _write, "publish": _publish}[args.command](args)
    except SpaceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _check(args: argparse.Namespace) -> int:
    faults = list(differences(args.folder, read_spacefile(args.folder / "Spacefile")))
    print("\n".join(faults) or "README.md, requirements.txt and the Spacefile agree.")
    return 1 if faults else 0


def _write(args: argparse.Namespace) -> int:
    readme = args.folder / "README.md"
    spacefile = read_spacefile(args.folder / "Spacefile")
    readme.write_text(with_block(readme.read_text(encoding="utf-8"), spacefile), encoding="utf-8")
    return _check(args)


def _publish(args: argparse.Namespace) -> int:
    if args.dry_run:
        planned = plan(args.folder)
        print("\n".join(planned.files))
        print(f"{len(planned.files)} files, {planned.size / 1e6:.1f} MB, to the Space {args.repo}")
        for name, value in planned.spacefile.variables.items():
            print(f"variable {name}={value}")
        for name in planned.spacefile.secrets:
            print(f"secret {name}: to be set on the Space's settings page")
        return 0
    done = publish(args.folder, args.repo, is_private=args.private)
    print(done.address)
    for name in done.missing_secrets:
        print(f"The Space has no secret {name}: set it on its settings page if you want it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
