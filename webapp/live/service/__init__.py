"""The live service: one process beside the web server, to which the browsers of a call are connected.

It passes on signals, chat and readings, and holds nothing that a restart could lose: rooms, members and consents are in
the database, pictures and sound of the call travel from browser to browser.
"""
