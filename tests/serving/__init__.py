"""Tests of how the application is served: its sockets, its certificate, its life, and what it tells of itself."""
