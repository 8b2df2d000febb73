"""What people did, one file per signal, one row per occurrence."""
