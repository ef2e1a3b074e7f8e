"""The JSON corpus: this project's documents, in the layout of the public JSON parsing test suites.

Decides by its tables, from RFC 8259, which documents a parser must accept, which it must refuse, and
which the RFC leaves to the parser. For the last kind the table says what koodrive does, which is what
serde_json does with a value that the caller ignores.
"""

import json
import sys

DEEP = 100_000
DIGITS = 10_000


def times(text, number):
    """A part of a document that is written once and repeated."""
    return {"repeat": text, "times": number}


# `{"code":0,"msg":"Success."}`, as gzip -n wrote it: its bytes depend on its version.
GZIP = bytes.fromhex("1f8b0800000000000203ab564ace4f4955b232d051ca2d4e57b2520a2e4d4e4e2d2ed653aa0500fce61dff1b000000")

# RFC 8259, 3 to 7.
ACCEPTED = {
    "array_empty": "[]",
    "array_of_arrays": "[[],[[]],[[],[]]]",
    "array_of_every_type": '[null,true,false,0,-1,1.5,"",[],{}]',
    "array_with_white_space": "[ 1 ,\t2\r\n, 3 ]",
    "array_of_one_text": '["a"]',
    "literal_false": "false",
    "literal_null": "null",
    "literal_true": "true",
    "number_exponent": "1e2",
    "number_exponent_in_upper_case": "1E2",
    "number_exponent_negative": "1e-2",
    "number_exponent_positive": "1e+2",
    "number_exponent_with_leading_zeros": "1e0002",
    "number_fraction": "0.5",
    "number_fraction_and_exponent": "12.50E+07",
    "number_fraction_of_zeros": "1.000",
    "number_fraction_that_is_long": ["0.", times("3", 400)],
    "number_integer": "123",
    "number_integer_beyond_2_to_53": "9007199254740993",
    "number_integer_beyond_64_bits": "18446744073709551616",
    "number_integer_of_64_bits": "9223372036854775807",
    "number_minus_zero": "-0",
    "number_minus_zero_fraction": "-0.0",
    "number_negative": "-12",
    "number_one_digit": "7",
    "number_tiny": "5e-324",
    "number_zero": "0",
    "number_zero_to_the_power_of_one": "0e1",
    "object_empty": "{}",
    "object_member_twice": '{"a":1,"a":2}',
    "object_member_twice_once_escaped": '{"a":1,"\\u0061":2}',
    "object_name_empty": '{"":0}',
    "object_name_with_escapes": '{"a\\"\\\\\\n\\u4e2d":1}',
    "object_name_with_nul_escaped": '{"a\\u0000b":1}',
    "object_nested": '{"a":{"b":{"c":[{"d":null}]}}}',
    "object_with_white_space": ' {\n\t"a"\r: 1 , "b" :2 } ',
    "string_ascii": '"abc"',
    "string_at_the_last_character": '"\U0010ffff"',
    "string_beyond_the_basic_plane": '"\U0001f600"',
    "string_chinese": '"\u6210\u529f"',
    "string_comments_are_text": '"a/*b*/c//d"',
    "string_delete": '"\x7f"',
    "string_empty": '""',
    "string_escaped_backslash_at_the_end": '"a\\\\"',
    "string_escaped_controls": '"\\b\\f\\n\\r\\t"',
    "string_escaped_nul": '"a\\u0000b"',
    "string_escaped_quote": '"\\""',
    "string_escaped_slash": '"\\/"',
    "string_escapes_in_a_row": '"\\\\\\\\\\""',
    "string_last_code_unit": '"\\uffff"',
    "string_line_and_paragraph_separators": '"\u2028\u2029"',
    "string_long": ['"', times("x", 5000), '"'],
    "string_looks_like_an_escaped_escape": '"\\\\u0061"',
    "string_noncharacter": '"\\ufdd0\\uffff\\udbff\\udfff"',
    "string_surrogate_pair": '"\\ud83d\\ude00"',
    "string_surrogate_pair_in_upper_case": '"\\uD83D\\uDE00"',
    "string_surrogate_pairs_in_a_row": '"\\ud800\\udc00\\udbff\\udfff"',
    "string_unescaped_after_escaped": '"\\u0061\u4e2d"',
    "string_unicode_escape": '"\\u4E2d"',
    "string_with_byte_order_mark": '"\ufeff"',
    "string_with_braces": '"{[,:]}"',
    "structure_line_break_at_the_end": "[]\n",
    "structure_nested_127_deep": [times("[", 127), times("]", 127)],
    "structure_white_space_around": " \t\r\n[] \t\r\n",
}

REFUSED = {
    "array_comma_alone": "[,]",
    "array_comma_at_the_end": "[1,]",
    "array_comma_at_the_start": "[,1]",
    "array_comma_twice": "[1,,2]",
    "array_colon_for_comma": "[1:2]",
    "array_not_closed": "[1",
    "array_not_closed_after_comma": "[1,",
    "array_not_opened": "1]",
    "array_of_unquoted_text": "[a]",
    "array_semicolon_for_comma": "[1;2]",
    "array_with_member": '["a":1]',
    "array_closed_as_object": "[1}",
    "array_without_comma": "[1 2]",
    "array_extra_close": "[1]]",
    "array_star": "[*]",
    "array_dots": "[...]",
    "literal_capital": "True",
    "literal_cut": "nul",
    "literal_extended": "nulll",
    "literal_infinity": "Infinity",
    "literal_minus_infinity": "-Infinity",
    "literal_nan": "NaN",
    "literal_none": "None",
    "literal_undefined": "undefined",
    "number_binary": "0b1",
    "number_comma_for_point": "1,5",
    "number_double_minus": "--1",
    "number_double_point": "1.2.3",
    "number_exponent_empty": "1e",
    "number_exponent_sign_alone": "1e+",
    "number_exponent_twice": "1e2e3",
    "number_exponent_with_point": "1e2.5",
    "number_full_width_digit": "\uff11",
    "number_hexadecimal": "0x1f",
    "number_leading_zero": "012",
    "number_leading_zero_negative": "-012",
    "number_minus_alone": "-",
    "number_minus_and_blank": "- 1",
    "number_minus_and_letter": "-x",
    "number_octal": "0o7",
    "number_plus": "+1",
    "number_point_alone": ".",
    "number_point_at_the_end": "1.",
    "number_point_at_the_start": ".5",
    "number_point_before_exponent": "1.e2",
    "number_underscore": "1_000",
    "number_with_letter": "12a",
    "number_with_suffix": "1.5f",
    "number_with_thousands": "1'000",
    "object_apostrophes": "{'a':1}",
    "object_bracket": '{"a":1]',
    "object_colon_missing": '{"a" 1}',
    "object_colon_twice": '{"a"::1}',
    "object_comma_alone": "{,}",
    "object_comma_at_the_end": '{"a":1,}',
    "object_comma_for_colon": '{"a",1}',
    "object_comma_twice": '{"a":1,,"b":2}',
    "object_comment": '{"a":1/**/}',
    "object_equals_for_colon": '{"a"=1}',
    "object_name_missing": "{:1}",
    "object_name_null": "{null:1}",
    "object_name_number": "{1:1}",
    "object_name_unquoted": "{a:1}",
    "object_not_closed": '{"a":1',
    "object_of_values": '{"a"}',
    "object_value_missing": '{"a":}',
    "object_value_twice": '{"a":1 2}',
    "object_with_text_behind": '{"a":"b"}#',
    "string_apostrophes": "'a'",
    "string_backslash_at_the_end": '"\\"',
    "string_backslash_outside": "\\n",
    "string_escape_cut_after_u": '"\\u"',
    "string_escape_in_octal": '"\\012"',
    "string_escape_of_line_break": '"\\\n"',
    "string_escape_of_three_digits": '"\\u00e"',
    "string_escape_unknown": '"\\a"',
    "string_escape_in_hexadecimal": '"\\x41"',
    "string_escape_with_braces": '"\\u{41}"',
    "string_escape_with_capital_u": '"\\U00000041"',
    "string_escape_with_letter_g": '"\\u00g0"',
    "string_escape_with_sign": '"\\u+041"',
    "string_not_closed": '"a',
    "string_not_opened": 'a"',
    "string_raw_line_feed": '"a\nb"',
    "string_raw_nul": '"a\x00b"',
    "string_raw_tab": '"a\tb"',
    "string_raw_unit_separator": '"a\x1fb"',
    "string_typographic_quotes": "\u201ca\u201d",
    "string_twice": '"a""b"',
    "structure_angle_brackets": "<[]>",
    "structure_arrays_twice": "[][]",
    "structure_blank_alone": " ",
    "structure_byte_order_mark_alone": "\ufeff",
    "structure_close_alone": "]",
    "structure_comma_alone": ",",
    "structure_comment_in_front": "/**/[]",
    "structure_empty": "",
    "structure_form_feed": "\f[]",
    "structure_html": "<!doctype html><html></html>",
    "structure_line_comment_behind": "[]//",
    "structure_nested_100000_deep_not_closed": [times("[", DEEP)],
    "structure_nested_objects_100000_deep_not_closed": [times('{"a":', DEEP)],
    "structure_no_break_space": "\u00a0[]",
    "structure_nul_alone": "\x00",
    "structure_nul_behind": "[]\x00",
    "structure_nul_in_front": "\x00[]",
    "structure_numbers_twice": "1 2",
    "structure_open_alone": "[",
    "structure_open_object_alone": "{",
    "structure_vertical_tab": "\v[]",
    "structure_xml": '<?xml version="1.0"?>',
    "encoding_continuation_byte_alone": b'"\x80"',
    "encoding_cut_within_a_character": b'"\xe4\xb8',
    "encoding_gbk": b'"\xb3\xc9\xb9\xa6"',
    "encoding_gzip": GZIP,
    "encoding_latin_1": b'"\xe9"',
    "encoding_overlong_slash": b'"\xc0\xaf"',
    "encoding_byte_outside_text": b"[\xff]",
    "encoding_beyond_the_last_character": b'"\xf4\x90\x80\x80"',
    "encoding_surrogate_in_utf_8": b'"\xed\xa0\x80"',
    "encoding_utf_16_big_endian": '{"a":"\u4e2d"}'.encode("utf-16-be"),
    "encoding_utf_16_little_endian": '{"a":"\u4e2d"}'.encode("utf-16-le"),
    "encoding_utf_16_with_byte_order_mark": b"\xff\xfe" + '"\u4e2d"'.encode("utf-16-le"),
    "encoding_utf_32": '"a"'.encode("utf-32-le"),
    "encoding_utf_7": "+AHs-",
}

# Left to the parser by RFC 8259, 4, 6, 8.1 and 9, and whether koodrive reads a value that the
# caller ignores.
LEFT_OPEN = {
    "number_beyond_floating_point": ("1e400", True),
    "number_below_floating_point": ("1e-400", True),
    "number_exponent_of_a_hundred_digits": (["1e", times("9", 100)], True),
    "number_fraction_of_10000_digits": (["0.", times("1", DIGITS)], True),
    "number_integer_of_10000_digits": ([times("9", DIGITS)], True),
    "number_integer_of_10000_digits_negative": (["-", times("9", DIGITS)], True),
    "number_integer_of_310_digits": (["1", times("0", 309)], True),
    "object_name_with_half_a_surrogate_pair_below": ('{"b":{"\\udc00":1}}', True),
    "string_first_half_of_a_surrogate_pair": ('"\\ud800"', True),
    "string_first_half_of_a_surrogate_pair_and_text": ('"\\ud800abc"', True),
    "string_first_half_of_a_surrogate_pair_and_a_character_of_private_use": ('"\\ud800\\ue000"', True),
    "string_first_half_of_a_surrogate_pair_twice": ('"\\ud800\\ud800"', True),
    "string_first_half_of_a_surrogate_pair_and_an_escape": ('"\\ud800\\n"', True),
    "string_halves_of_a_surrogate_pair_in_the_wrong_order": ('"\\udc00\\ud800"', True),
    "string_second_half_of_a_surrogate_pair": ('"\\udc00"', True),
    "structure_byte_order_mark_in_front": ("\ufeff{}", False),
    "structure_nested_128_deep": ([times("[", 128), times("]", 128)], True),
    "structure_nested_500_deep": ([times("[", 500), times("]", 500)], True),
    "structure_nested_100000_deep": ([times("[", DEEP), times("]", DEEP)], True),
    "structure_nested_objects_100000_deep": ([times('{"a":', DEEP), "1", times("}", DEEP)], True),
}


def documents():
    """File to its documents by name."""
    return {
        "json/accepted.json": {name: written(document) for name, document in ACCEPTED.items()},
        "json/refused.json": {name: written(document) for name, document in REFUSED.items()},
        "json/implementation-defined.json": {
            name: {"document": written(document), "ours": "read" if is_read else "refused"}
            for name, (document, is_read) in LEFT_OPEN.items()
        },
    }


def written(document):
    """A document as the files have it: text, a list of parts, or hex of bytes that are not UTF-8."""
    return {"hex": document.hex()} if isinstance(document, bytes) else document


def content(document):
    """The text or bytes of a document of the tables."""
    if not isinstance(document, list):
        return document
    parts = (part if isinstance(part, str) else part["repeat"] * part["times"] for part in document)
    return "".join(parts)


# Python takes these words, and guesses encodings.
TAKEN_BY_PYTHON = {
    "literal_infinity",
    "literal_minus_infinity",
    "literal_nan",
    "encoding_surrogate_in_utf_8",
    "encoding_utf_16_big_endian",
    "encoding_utf_16_little_endian",
    "encoding_utf_16_with_byte_order_mark",
    "encoding_utf_32",
}


def confirm_tables():
    """Compares the tables with Python's own parser, where it is strict and does not count the depth."""
    for name, document in ACCEPTED.items():
        try:
            json.loads(content(document))
        except ValueError as error:
            sys.exit(f"{name}: {error}")
    for name, document in REFUSED.items():
        if name in TAKEN_BY_PYTHON or "100000_deep" in name:
            continue
        try:
            json.loads(content(document))
        except ValueError:
            continue
        sys.exit(f"{name} is JSON to Python")
