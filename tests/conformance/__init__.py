"""What other servers demand of a document, and whether ours keep to it."""
