"""Alembic migrations, inside the wheel."""
