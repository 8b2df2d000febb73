"""What brickwall keeps: records, schema, the only SQL, and raw frames for analysis."""
