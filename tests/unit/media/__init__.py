"""Photographs: untrusted bytes in, safe bytes out."""
