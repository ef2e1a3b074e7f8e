"""The stages that make rows of a source: bytes, text, records, checked rows. Each stage is a module and reads the one before.

``_octets`` opens and decompresses, ``_text`` decodes and splits into lines, ``_csv`` and ``_json_lines`` find the two ids of a
line, ``_ids`` decides which id looks damaged, and ``_checks`` makes a ``Row``. No stage keeps more than one line.
"""
