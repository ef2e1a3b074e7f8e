"""The job: a file of lapses, sent through the night, with a journal that survives whatever happens. Imported when it is used."""
