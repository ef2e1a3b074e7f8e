"""Koodrive and its peers. Each module is one peer, and has:

the functions and arguments that operations.py names
``signature()`` of the case's request; None for another algorithm, which checks its request itself
``batch(ids)``  signed requests for these subscribers, all of them held
"""
