"""The wire: signatures, the guarded client, the inbox and the queue."""
