"""Analysis to frozen views, views to text, HTML, Markdown, JSON and CSV."""
