"""Running the application as a server of this machine: its sockets, its life, and how it is told apart from others."""
