"""Strangers' documents, read and written."""
