"""``python -m brickwall`` and the console script."""

from __future__ import annotations


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from brickwall.cli import run

    raise SystemExit(run())


if __name__ == "__main__":
    main()
