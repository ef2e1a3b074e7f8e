"""The stages that turn a source into rows: bytes, text, records, checked rows. Each stage is a module.

``_bytes`` opens and decompresses. ``_text`` decodes and splits into lines. ``_csv`` and ``_json_lines`` find the two ids of a
line. ``_ids`` detects damaged ids. ``_checks`` makes a ``Row``. Each stage keeps one line at a time.
"""
