"""What may happen, one function per intent; called by commands, pages and activity handlers alike."""
