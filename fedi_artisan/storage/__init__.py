"""The only SQL; one file per table group; each function takes the transaction first."""
