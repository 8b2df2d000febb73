"""From mail and calendars to records: sources, pure parsers, and the sync loop."""
