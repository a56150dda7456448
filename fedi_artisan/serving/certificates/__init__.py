"""A certificate of this server's own, for when nothing stands in front of it: obtained, shown, and renewed in time.

    street.py   the doors that the world comes to: one with TLS, and a plain one
    doors.py    their sockets · plain.py what is answered at the plain one
    shown.py    the certificate that visitors are shown
    keeper.py   the loop that looks after it: when is what to be done
    ordering.py one errand to the authority: the child process that goes, and what it is told and tells
    order.py    the child: the only file that knows ACME (RFC 8555), and its library
    errands.py  what the two say to each other

Nothing is imported here: the child comes by, and shall not load what the server needs.
"""
