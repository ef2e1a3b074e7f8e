"""Whom koodrive is measured beside, and koodrive. Each module is one peer:

``NAME``        what its rows are called, or by operation where it has several names
``VERSIONS``    of what it stands on
``STATEMENTS``  by operation: what is timed, in the names of the module
``signature()`` of the case's request, before anything is timed; None where the algorithm is another one
``batch(ids)``  signed requests for these subscribers, all of them held
"""
