"""Whom koodrive is measured beside, and koodrive. Each module is one peer:

the functions and arguments that operations.py names
``signature()`` of the case's request; None where the algorithm is another one, whose request is checked there
``batch(ids)``  signed requests for these subscribers, all of them held
"""
