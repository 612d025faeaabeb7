"""How the services prove that they agree, and what makes them agree again: each keeps copies of what others own.

A service says as data what it tells (``Told``) and what it keeps of the others (``Kept``), each under the name of a
kind of thing. Whoever can open all databases, which is the command line, compares them (``comparing``) and lets owners
tell anew (``mending``). ADR 20 says who is right.
"""
