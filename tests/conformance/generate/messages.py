"""The texts of all errors. Every language gives the same text, and people search for it.

Decides the words and their order. `cases.py` and `raw_cases.py` pick the problem of each case and
pass its values. The table below specifies the texts, for a client that gives the same.

    […]   left out where there is no such value
    N     a decimal number
    C     a code point: U+ and at least four hex digits in upper case
    NAME  a header's name in lower case
    DATE  a date as in X-Date

Positions count characters (code points) from 1. Segments of a path, lines, columns and bytes count
from 1. Indices such as `[0]` count from 0.

1. Refused before sending (kind invalid_input)

    FIELD: PROBLEM; WHAT TO DO

FIELD is the error's `field`. An option of the client or of the request stands in braces, as in
`{user_id}`, and each host spells it as its users write it: `userId` in JavaScript, `user_id` in
Python. A time in braces, `{600 s}`, is in seconds, and JavaScript writes it in milliseconds. Other
words in braces follow the same rule, and braces in a reply's values stay. A field of a body or of a
raw call has no braces. The text names the first problem that applies. Fields are checked
in the order of the body, or of method, path, query, headers, json.

  any text
    empty; pass at least one character
  an id of a typed call: empty, then
    control character C at position N; remove it (is the file split by hand?)
    begins with C; remove it
    ends with C; remove it
      where C of U+0020 is "a space (U+0020)"
  batchSN, after the problems of an id
    N characters long; pass at most 64
  operationList, policyList
    N entries; pass 1 to 50
  packageChangeList
    N entries; pass at most 1
  type, changeType
    2 is the documented value; leave out {undocumented_type}
    1 is the documented value; leave out {undocumented_change_type}
  user_id, app_id, token, authorization, and the value of a raw call's header: empty, then
    character C at position N is not allowed in an HTTP header; use visible ASCII and spaces
    begins or ends with a space; remove it, HTTP does not carry it
  app_id, after the character that is not allowed in an HTTP header
    character C at position N ends the app id inside Authorization; remove it
  trace_id
    character C at position N is not allowed in a trace id; use visible ASCII without spaces
    N characters long; pass exactly 58
  date
    DATE is later than the service's clock, which is at about DATE; pass a date from the last 15
      minutes
    DATE is more than 15 minutes older than the service's clock, which is at about DATE; pass a date
      from the last 15 minutes
  path: its start, then the first of the next three from left to right, then segment by segment
    does not begin with '/'; pass the absolute path below the endpoint
    '?' at position N; pass parameters as the query, or write %3F
    '#' at position N; write %23
    invalid escape at position N; write two hex digits after '%', or %25 for '%' itself
    the escapes in segment N are not UTF-8; escape the bytes of UTF-8
    segment N is empty; remove a slash
    segment N is a dot segment; remove it
    the URL has N bytes; shorten the path or the query, to at most 65534 bytes in all
  headers: header by header
    empty name; pass at least one character for each name
    character C at position N of a name; use letters, digits and '-'
    NAME is reserved for the client and its transport; remove it
    NAME: PROBLEM; WHAT TO DO
      which is one of the value's problems above
    NAME is given twice; pass it once
  json
    GET has no body; leave it out, or use another method
    empty; pass JSON text, or leave it out to send no body
    not valid JSON at line N column N; correct it
      which is the place of the first wrong character, or of the last one where the text ends early
  endpoint, clock_margin, now, method, query
    a constant below

2. An error in a reply (kinds api and unreadable_reply)

    the service answered CALL with HTTP N, code CODE[, msg "MSG"][, request id ID][, trace id ID]
    the service answered CALL with HTTP N, no code[, msg "MSG"][, request id ID][, trace id ID]
    the service answered CALL with HTTP N[, trace id ID], but the reply could not be parsed: REASON

An end of section 4 follows where the outcome is unknown. The checks of section 5 follow where the
status is 400, 401 or 403. CALL is the publisher's name, of a raw call its method and its path as it
is sent below the endpoint, without the query. Control characters in the values become spaces. The
body does not stand in the text: the error has a member for it.

  REASON, the first that applies
    the body is empty
    the body is not UTF-8 at byte N
    the body is not valid JSON at line N column N
    the body is not a JSON object
    code appears twice
    code is missing
    code is neither an integer nor a non-empty string

3. No reply (kinds not_sent and outcome_unknown; a transport reports them, so no vector has them)

    CALL was not sent: REASON[, trace id ID]; the service did not receive it, so a retry is safe
    CALL got no complete reply: REASON[, trace id ID]
      and an end of section 4

4. An unknown outcome's end, of a call that changes something and of a GET

    ; outcome unknown: the service may have processed the call, so retry only if repeats are safe
    ; outcome unknown, but the call changes nothing, so a retry is safe

5. The checks

    What to check, in this order:
    1. FIRST CHECK
    2. SECOND CHECK

A line feed stands before each of these lines. `checks` below has the lines and their conditions.
"""

# The options of a client or of a request, which a text names in braces.
OPTIONS = {
    "endpoint",
    "user_id",
    "app_id",
    "app_secret",
    "token",
    "authorization",
    "clock_margin",
    "date",
    "trace_id",
    "now",
}

CONTROLS = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0))}

# --- refused before sending -----------------------------------------------------------------------


def invalid_input(field, problem):
    """Returns the text of a refusal: the field, then `problem`, which is one of those below."""
    return f"{'{' + field + '}' if field in OPTIONS else field}: {problem}"


def code_point(character):
    return f"U+{ord(character):04X}"


EMPTY = "empty; pass at least one character"

# ids, and other fields of a body


def control_character(character, position):
    return f"control character {code_point(character)} at position {position}; remove it (is the file split by hand?)"


def named(character):
    return "a space (U+0020)" if character == " " else code_point(character)


def begins_with(character):
    return f"begins with {named(character)}; remove it"


def ends_with(character):
    return f"ends with {named(character)}; remove it"


def too_long(length, most):
    return f"{length} characters long; pass at most {most}"


def entries(number, allowed):
    return f"{number} entries; pass {allowed}"


def documented(value, option):
    return f"{value} is the documented value; leave out {{{option}}}"


# endpoint

NO_SCHEME = "no scheme; write https://host"
OTHER_SCHEME = "unsupported scheme; use https or http"
NO_HOST = "no host; write https://host"
USER = "contains a user name or a password; pass credentials as their own options"
QUERY = "contains a query or a fragment; pass the base URL alone"
PLAIN_HTTP = "plain http sends the credentials unencrypted; use https, or set {allow_plain_http}"
IPV4 = "invalid IPv4 address; write four decimal numbers, such as 192.0.2.10"
HOST_CHARACTER = "invalid character in the host; use letters, digits, '-', '_' and '.'"
HOST_NOT_ASCII = "the host is not ASCII; write it in punycode (xn--…)"
EMPTY_PORT = "empty port; remove the colon or write a port"
INVALID_PORT = "invalid port; use a number from 1 to 65535"
PATH_CHARACTER = "invalid character in the path; use letters, digits, '-', '.', '_', '~' and '/'"
DOT_SEGMENT = "empty segment or dot segment in the path; remove it"
PATH_OF_A_CALL = "contains the path of a call; pass the base URL, without /koodrive/ose and what follows"

# other options

MARGIN = "out of range; pass whole seconds from {0 s} to {600 s}"
YEAR = "X-Date would fall outside the years 0001 to 9999; check the clock"
SPACE_AT_AN_END = "begins or ends with a space; remove it, HTTP does not carry it"


def header_character(character, position):
    return (
        f"character {code_point(character)} at position {position} is not allowed in an HTTP header; use visible ASCII and spaces"
    )


def app_id_character(character, position):
    return f"character {code_point(character)} at position {position} ends the app id inside Authorization; remove it"


def trace_id_character(character, position):
    return (
        f"character {code_point(character)} at position {position} is not allowed in a trace id; use visible ASCII without spaces"
    )


def trace_id_length(length):
    return f"{length} characters long; pass exactly 58"


FROM_THE_LAST_15_MINUTES = "pass a date from the last 15 minutes"


def date_ahead(date, clock):
    return f"{date} is later than the service's clock, which is at about {clock}; {FROM_THE_LAST_15_MINUTES}"


def date_too_old(date, clock):
    return f"{date} is more than 15 minutes older than the service's clock, which is at about {clock}; {FROM_THE_LAST_15_MINUTES}"


# raw calls

METHOD = "not supported; use GET, POST, PUT, PATCH or DELETE"
PATH_START = "does not begin with '/'; pass the absolute path below the endpoint"
NAME_EMPTY = "empty name; pass at least one character for each name"
GET_WITH_BODY = "GET has no body; leave it out, or use another method"
JSON_EMPTY = "empty; pass JSON text, or leave it out to send no body"


def path_question_mark(position):
    return f"'?' at position {position}; pass parameters as the query, or write %3F"


def path_fragment(position):
    return f"'#' at position {position}; write %23"


def path_escape(position):
    return f"invalid escape at position {position}; write two hex digits after '%', or %25 for '%' itself"


def path_not_utf_8(segment):
    return f"the escapes in segment {segment} are not UTF-8; escape the bytes of UTF-8"


def path_empty_segment(segment):
    return f"segment {segment} is empty; remove a slash"


def path_dot_segment(segment):
    return f"segment {segment} is a dot segment; remove it"


def url_length(length):
    return f"the URL has {length} bytes; shorten the path or the query, to at most 65534 bytes in all"


def header_name_character(character, position):
    return f"character {code_point(character)} at position {position} of a name; use letters, digits and '-'"


def header_reserved(name):
    return f"{name} is reserved for the client and its transport; remove it"


def header_twice(name):
    return f"{name} is given twice; pass it once"


def header_value(name, problem):
    """Names the header of `problem`: EMPTY, SPACE_AT_AN_END or `header_character`."""
    return f"{name}: {problem}"


def json_invalid(line, column):
    return f"not valid JSON at line {line} column {column}; correct it"


# --- errors in replies ----------------------------------------------------------------------------

BODY_EMPTY = "the body is empty"
NOT_AN_OBJECT = "the body is not a JSON object"
CODE_TWICE = "code appears twice"
CODE_MISSING = "code is missing"
CODE_TYPE = "code is neither an integer nor a non-empty string"


def not_utf_8(byte):
    return f"the body is not UTF-8 at byte {byte}"


def invalid_json(line, column):
    return f"the body is not valid JSON at line {line} column {column}"


UNKNOWN = "; outcome unknown: the service may have processed the call, so retry only if repeats are safe"
UNKNOWN_GET = "; outcome unknown, but the call changes nothing, so a retry is safe"


def reply_error(operation, method, error, reason, checks):
    """Returns the text of an error in a reply. `reason` says why the reply is unreadable."""
    parts = [f"the service answered {operation} with HTTP {error['status']}"]
    if reason is None:
        parts.append("no code" if error["code"] is None else f"code {error['code']}")
        if error["msg"] is not None:
            parts.append(f'msg "{error["msg"]}"')
        if error["requestId"] is not None:
            parts.append(f"request id {error['requestId']}")
    if error["traceId"] is not None:
        parts.append(f"trace id {error['traceId']}")
    text = ", ".join(parts).translate(CONTROLS)
    if reason is not None:
        text += f", but the reply could not be parsed: {reason}"
    if error["outcome"] == "unknown":
        text += UNKNOWN_GET if method == "GET" else UNKNOWN
    return text + (checks if error["status"] in (400, 401, 403) else "")


CHECK_APP_ID_AT_A_TOKEN_ONLY_CALL = (
    "authentication: Huawei's page says "
    '"App authentication is not supported for carrier calling APIs"; use {token} for this call'
)
CHECK_APP_ID = "authentication: ask Huawei whether this call accepts an app id; the alternative is {token}"
CHECK_TOKEN = "authentication: ask Huawei whether this call accepts a token; the alternative is {app_id} with {app_secret}"
CHECK_AGE_OF_TOKEN = "{token}: check its age (lifetimes of 20 and 30 minutes are published) and its prefix (Bearer or AT)"
CHECK_VALUE = "{authorization}: check its age and its prefix; the client sends the value unchanged"
CHECK_WHITELIST = "whitelist: ask Huawei whether your account is on the whitelist for this call"
CHECK_SIGNATURE = "signature: pass the service's message to explain() or `koodrive explain`; it names the first difference"
CHECK_AUTHORIZATION = "authentication: ask Huawei which kind of authentication this call accepts"


def checks(credentials, token_only, url, date, x_date=None):
    """Returns the list that ends the text of a 400, 401 or 403.

    `credentials` is the option in use: "app_id", "token" or "authorization". `url` has no query.
    `date` is the reply's `Date` as it came, or None. `x_date` is None where the client does not
    know which request the reply belongs to, as in all vectors.
    """
    compared = "the X-Date sent" if x_date is None else f"the X-Date sent ({x_date})"
    lines = [
        f"endpoint: compare {url} with the base URL that your Huawei contact named",
        f"clock: compare {compared} with the server's Date ({date or 'missing from the reply'}); "
        "X-Date must not be later, and at most 15 minutes older",
    ]
    if credentials == "app_id":
        if token_only:
            lines.insert(0, CHECK_APP_ID_AT_A_TOKEN_ONLY_CALL)
        else:
            lines.append(CHECK_APP_ID)
        lines.append("{user_id}: check that it belongs to {app_id}")
        lines.append("{app_secret}: check that it belongs to {app_id}")
    elif credentials == "token":
        if not token_only:
            lines.append(CHECK_TOKEN)
        lines.append(CHECK_AGE_OF_TOKEN)
    else:
        lines.append(CHECK_AUTHORIZATION)
        lines.append(CHECK_VALUE)
    lines.append(CHECK_WHITELIST)
    if credentials == "app_id":
        lines.append(CHECK_SIGNATURE)
    return "\nWhat to check, in this order:" + "".join(f"\n{number}. {line}" for number, line in enumerate(lines, 1))
