"""One file per version of the schema; the number in the revision is ``PRAGMA user_version``."""
