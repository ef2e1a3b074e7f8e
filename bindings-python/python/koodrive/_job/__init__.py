"""Jobs of the command line: a file of notifications, sent with a journal that survives a crash. Imported on first use."""
