//! The records of the interface itself.

use super::Kind::{Bytes, Decimal, Flag, Integer, OfCall, Pairs, Record, Records, Text, Texts};
use super::record;

record! {
    /// The settings of a client: the input of `koodrive_open`.
    Open {
        /// How messages spell the names of options: `snake` (`user_id`, times in seconds) or
        /// `camel` (`userId`, times in milliseconds). Absent: `snake`.
        Spelling "spelling" Text,
        /// Base URL of the service, `https://…`.
        Endpoint "endpoint" Text,
        /// Whether `http://` is allowed for hosts other than loopback.
        AllowPlainHttp "allow_plain_http" Flag,
        /// Value of X-User-Id.
        UserId "user_id" Text,
        /// How the client authenticates. Absent: the operation `CREDENTIALS` brings a token later,
        /// and `BEGIN` is refused until then.
        Credentials "credentials" Record(&Credentials::LAYOUT),
        /// How far X-Date stays behind the service's clock, in whole seconds, 0 to 600. Absent: 5.
        ClockMargin "clock_margin" Integer,
        /// The offset of the service's clock that another client has learned, in milliseconds.
        /// Absent: 0.
        ClockOffset "clock_offset" Integer,
    }
}

record! {
    /// Exactly one of: `app_id` with `app_secret` or `signs_elsewhere`; `token`; `authorization`.
    Credentials {
        /// App id.
        AppId "app_id" Text,
        /// Secret of the app id.
        AppSecret "app_secret" Text,
        /// Whether the host signs. A request then has a string to sign.
        SignsElsewhere "signs_elsewhere" Flag,
        /// Access token, in any published shape.
        Token "token" Text,
        /// Value of the header Authorization, sent unchanged.
        Authorization "authorization" Text,
    }
}

record! {
    /// A new handle.
    Handle {
        /// The handle. It is never 0.
        Handle "handle" Integer,
    }
}

record! {
    /// A record without fields.
    Nothing {}
}

record! {
    /// An operation of the service with its fields.
    Call {
        /// The publisher's name of the operation, or `rawCall`.
        Operation "operation" Text,
        /// The operation's own record, see "Calls and replies". Absent: no fields.
        Fields "fields" OfCall,
        /// How messages spell the names of options, as in `Open`.
        Spelling "spelling" Text,
    }
}

record! {
    /// A call to send, and the options of its request.
    Begin {
        /// The publisher's name of the operation, or `rawCall`.
        Operation "operation" Text,
        /// The operation's own record, see "Calls and replies". Absent: no fields.
        Fields "fields" OfCall,
        /// Milliseconds since 1970 on the host's clock.
        Now "now" Integer,
        /// X-Date to send, in milliseconds since 1970, to reproduce a signature. Absent: the core
        /// computes it.
        Date "date" Integer,
        /// Trace id to send, 58 characters.
        TraceId "trace_id" Text,
        /// 29 random bytes for a new trace id. Without these and without `trace_id`, no trace id is
        /// sent.
        Random "random" Bytes,
        /// Longest body of a reply, in bytes. Absent: 1 MiB.
        ReplyLimit "reply_limit" Integer,
        /// Whether the host hands the response to `PARSE`. The exchange then ends when its request
        /// is complete.
        Alone "alone" Flag,
    }
}

record! {
    /// A request to send unchanged and once: add no credential, follow no redirect, retry nothing.
    Request {
        /// Number of the exchange, for `SIGN`, `REPLY` and `FAILED`. A dispatcher's request has the
        /// ticket of the attempt here.
        Exchange "exchange" Integer,
        /// HTTP method.
        Method "method" Text,
        /// Absolute URL.
        Url "url" Text,
        /// Names in lower case, and values. The HTTP client adds `host` and `content-length`.
        Headers "headers" Pairs,
        /// Body. Absent: the request has none.
        Body "body" Bytes,
        /// The string to sign, if the host signs. The request is then incomplete: hand the
        /// signature to `SIGN`, and send the request that `SIGN` returns.
        StringToSign "string_to_sign" Text,
    }
}

record! {
    /// The signature of a request.
    Sign {
        /// Number of the exchange, or the ticket of the attempt.
        Exchange "exchange" Integer,
        /// Lower-case hex of the HMAC-SHA256 of the string to sign.
        Signature "signature" Text,
    }
}

record! {
    /// The response to a request.
    Reply {
        /// Number of the exchange.
        Exchange "exchange" Integer,
        /// HTTP status; 0 for a redirect that hides its status, as browsers report it.
        Status "status" Integer,
        /// The first value of each header in `Info`'s `reply_headers`, in that order. A header that
        /// the response lacks is absent.
        Headers "headers" Texts,
        /// The whole body after decompression. A longer body is cut to the limit plus one byte.
        Body "body" Bytes,
        /// When the response came: milliseconds since 1970 on the host's clock.
        Now "now" Integer,
    }
}

record! {
    /// The state of an exchange after its response.
    Replied {
        /// `done`: the service took the call. `again`: it refused the date; send `request`, in the
        /// same exchange.
        State "state" Text,
        /// The same call, signed anew, if the state is `again`.
        Request "request" Record(&Request::LAYOUT),
        /// The reply, if the state is `done`: the operation's own record, see "Calls and replies".
        Reply "reply" OfCall,
    }
}

record! {
    /// A request that got no complete response.
    Failed {
        /// Number of the exchange.
        Exchange "exchange" Integer,
        /// Whether the request may have left. Pass 0 only if it surely did not: connection refused,
        /// DNS, TLS, connect time-out.
        Left "left" Flag,
        /// The HTTP client's message.
        Cause "cause" Text,
    }
}

record! {
    /// A response without its exchange.
    Parse {
        /// The publisher's name of the operation, or `rawCall`.
        Operation "operation" Text,
        /// The operation's own record, see "Calls and replies". Absent: no fields.
        Fields "fields" OfCall,
        /// HTTP status.
        Status "status" Integer,
        /// As in `Reply`.
        Headers "headers" Texts,
        /// The whole body after decompression.
        Body "body" Bytes,
    }
}

record! {
    /// New credentials for a client.
    Renew {
        /// How the client authenticates from now on. The learned clock offset stays.
        Credentials "credentials" Record(&Credentials::LAYOUT),
    }
}

record! {
    /// A clock offset to set.
    Clock {
        /// Milliseconds; positive if the service's clock is ahead. Absent: the offset stays
        /// unchanged.
        Offset "offset" Integer,
    }
}

record! {
    /// The offset of the service's clock.
    Offset {
        /// Milliseconds; positive if the service's clock is ahead.
        Offset "offset" Integer,
    }
}

record! {
    /// A response that shows the service's clock, for a host that parses replies itself.
    Observe {
        /// As in `Reply`.
        Headers "headers" Texts,
        /// When the request left: milliseconds since 1970 on the host's clock.
        SentAt "sent_at" Integer,
        /// When the response came: milliseconds since 1970 on the host's clock.
        ReceivedAt "received_at" Integer,
    }
}

record! {
    /// A call with a signature to explain. Nothing is sent.
    Explain {
        /// The publisher's name of the operation, or `rawCall`.
        Operation "operation" Text,
        /// The operation's own record, see "Calls and replies". Absent: no fields.
        Fields "fields" OfCall,
        /// Milliseconds since 1970 on the host's clock.
        Now "now" Integer,
        /// X-Date to explain, in milliseconds since 1970. Absent: the X-Date in `message`, or else
        /// the one that a request would have now.
        Date "date" Integer,
        /// The service's message, or a canonical request from elsewhere.
        Message "message" Text,
    }
}

record! {
    /// Every stage of a signature.
    Explanation {
        /// The canonical request: step 1.
        CanonicalRequest "canonicalRequest" Text,
        /// Lower-case hex of the canonical request's SHA-256.
        CanonicalRequestHash "canonicalRequestHash" Text,
        /// The string to sign: step 2.
        StringToSign "stringToSign" Text,
        /// The signature: step 3. Absent if the host signs.
        Signature "signature" Text,
        /// Names of the signed headers, joined by `;`.
        SignedHeaders "signedHeaders" Text,
        /// The first line of the canonical request that differs from the service's.
        Difference "difference" Record(&Difference::LAYOUT),
        /// The cause of the refusal that the service's message shows, as a sentence.
        Finding "finding" Text,
    }
}

record! {
    /// One line of the canonical request, on both sides.
    Difference {
        /// Name of the line's part, such as `CanonicalURI`.
        Part "part" Text,
        /// Number of the line, from 1.
        Line "line" Integer,
        /// The line that the client signed; empty if it has no such line.
        Ours "ours" Text,
        /// The line that the service signed; empty if it has no such line.
        Theirs "theirs" Text,
    }
}

record! {
    /// An error: the answer of a function that returns a negative number. Unknown values are
    /// absent.
    Error {
        /// A sentence that says what happened and what to do.
        Message "message" Text,
        /// `invalid_input`, `not_sent`, `outcome_unknown`, `api` or `unreadable_reply`.
        Kind "kind" Text,
        /// Whether KooDrive acted on the call: `not_sent`, `refused` or `unknown`.
        Outcome "outcome" Text,
        /// Whether the call may be repeated without asking the service first.
        Retryable "retryable" Flag,
        /// HTTP status; 0 for a redirect that hides its status.
        Status "status" Integer,
        /// The service's code.
        Code "code" Text,
        /// The service's message.
        Msg "msg" Text,
        /// The gateway's id for the request.
        RequestId "requestId" Text,
        /// The reply's trace id, or else the one that was sent.
        TraceId "traceId" Text,
        /// The X-Date that was sent.
        XDate "xDate" Text,
        /// How long the service asks to wait, in seconds.
        RetryAfter "retryAfter" Decimal,
        /// The beginning of the reply's body, at most 16,384 bytes.
        Body "body" Text,
        /// Name of the refused field.
        Field "field" Text,
        /// Whether the host has to close the connection instead of reusing it.
        ClosesConnection "closesConnection" Flag,
    }
}

record! {
    /// Facts that a host needs before it opens a client.
    Info {
        /// Version of the library.
        Version "version" Text,
        /// Names of the response headers to hand in, in lower case.
        ReplyHeaders "reply_headers" Texts,
        /// Default limit of a reply's body, in bytes.
        ReplyLimit "reply_limit" Integer,
        /// Names of all operations.
        Operations "operations" Texts,
        /// Options of a dispatcher.
        Options "options" Records(&DispatchOption::LAYOUT),
    }
}

record! {
    /// One option of a dispatcher.
    DispatchOption {
        /// Name in snake case.
        Name "name" Text,
        /// `per_second`, `count`, `seconds`, `ratio`, `flag` or `bytes`.
        Unit "unit" Text,
        /// Smallest value.
        Least "least" Decimal,
        /// Largest value.
        Most "most" Decimal,
        /// Default value. Absent: the option is off by default.
        Default "default" Decimal,
    }
}

record! {
    /// The settings of a dispatcher.
    Dispatch {
        /// Names of options and their values in decimal. With the spelling `camel`, times are in
        /// milliseconds and their names end in `Ms`.
        Options "options" Pairs,
        /// 8 random bytes. Dispatchers with the same seed create the same trace ids.
        Seed "seed" Bytes,
    }
}

record! {
    /// A call for a dispatcher.
    Push {
        /// The host's key for the call. The outcome has the same key.
        Key "key" Bytes,
        /// The publisher's name of the operation, or `rawCall`.
        Operation "operation" Text,
        /// The operation's own record, see "Calls and replies". Absent: no fields.
        Fields "fields" OfCall,
    }
}

record! {
    /// Both clocks of the host, read together.
    Now {
        /// Milliseconds since 1970.
        Now "now" Integer,
        /// Nanoseconds on a clock that never goes back, since any origin that stays the same.
        Monotonic "monotonic" Integer,
    }
}

record! {
    /// The host's next action.
    Action {
        /// `send`: send `request`. `outcome`: take `outcome`. `calls`: push up to `calls` calls, or
        /// finish. `token`: hand in fresh credentials, or report that there are none. `halted`:
        /// resume, or cancel. `wait`: poll again at `until`, or after handing something in. `done`:
        /// every call has had its outcome.
        Action "action" Text,
        /// For `send`: the request. Its `exchange` is the ticket of the attempt.
        Request "request" Record(&Request::LAYOUT),
        /// For `send`: the number of the attempt, from 1 for a call's first.
        Attempt "attempt" Integer,
        /// For `send`: the key of the call.
        Key "key" Bytes,
        /// For `outcome`: the outcome of a call.
        Outcome "outcome" Record(&Outcome::LAYOUT),
        /// For `calls`: how many calls to push at most.
        Calls "calls" Integer,
        /// For `wait`: an instant of the monotonic clock, in nanoseconds. Absent: poll again only
        /// after handing something in.
        Until "until" Integer,
        /// For `halted`: the reason.
        Halt "halt" Record(&Halt::LAYOUT),
        /// For `send`: the trace id of the attempt, for a journal that the host writes before the
        /// request leaves.
        TraceId "trace_id" Text,
        /// For `send`: the X-Date of the attempt.
        XDate "x_date" Text,
    }
}

record! {
    /// The only outcome of a call.
    Outcome {
        /// The key that was pushed.
        Key "key" Bytes,
        /// `delivered`, `refused`, `unknown`, `given_up` or `not_sent`.
        Verdict "verdict" Text,
        /// How often the call was sent.
        Attempts "attempts" Integer,
        /// The trace id of all attempts.
        TraceId "trace_id" Text,
        /// X-Date of the last attempt.
        XDate "x_date" Text,
        /// When the first attempt was handed out, in milliseconds since 1970.
        FirstSentAt "first_sent_at" Integer,
        /// When the last attempt was handed out.
        SentAt "sent_at" Integer,
        /// When the answer to the last attempt was handed in.
        AnsweredAt "answered_at" Integer,
        /// `Date` of that answer.
        ServerDate "server_date" Integer,
        /// HTTP status of that answer.
        Status "status" Integer,
        /// The reply to a delivered call: the operation's own record, see "Calls and replies".
        Reply "reply" OfCall,
        /// The last attempt's error, if the call was not delivered. A delivered call has an error
        /// only if a field of its reply is unreadable.
        Error "error" Record(&Error::LAYOUT),
    }
}

record! {
    /// The reason why a dispatcher has stopped sending.
    Halt {
        /// A sentence that says what happened and what to do.
        Message "message" Text,
        /// `same_answer` or `no_token`.
        Reason "reason" Text,
        /// How many calls in a row got the same answer, or how many times in a row the host had no
        /// token.
        Times "times" Integer,
        /// HTTP status of the shared answer.
        Status "status" Integer,
        /// The service's code in that answer.
        Code "code" Text,
        /// The service's message in that answer.
        Msg "msg" Text,
    }
}

record! {
    /// A response to an attempt of a dispatcher.
    Response {
        /// The ticket of the attempt.
        Ticket "ticket" Integer,
        /// As in `Reply`.
        Status "status" Integer,
        /// As in `Reply`.
        Headers "headers" Texts,
        /// As in `Reply`.
        Body "body" Bytes,
        /// Milliseconds since 1970.
        Now "now" Integer,
        /// Nanoseconds on the monotonic clock.
        Monotonic "monotonic" Integer,
    }
}

record! {
    /// An attempt of a dispatcher that got no complete response.
    Failure {
        /// The ticket of the attempt.
        Ticket "ticket" Integer,
        /// As in `Failed`.
        Left "left" Flag,
        /// As in `Failed`.
        Cause "cause" Text,
        /// Milliseconds since 1970.
        Now "now" Integer,
        /// Nanoseconds on the monotonic clock.
        Monotonic "monotonic" Integer,
    }
}

record! {
    /// The result of a dispatcher's exchange.
    Exchanged {
        /// Kind of the error, as in `Error`. Absent: the call was delivered.
        Kind "kind" Text,
        /// Outcome of the error, as in `Error`. Absent: the call was delivered.
        Outcome "outcome" Text,
        /// Whether the host has to close the connection instead of reusing it.
        ClosesConnection "closes_connection" Flag,
    }
}

record! {
    /// Fresh credentials for a dispatcher.
    DispatchRenew {
        /// How the dispatcher authenticates from now on.
        Credentials "credentials" Record(&Credentials::LAYOUT),
        /// Milliseconds since 1970.
        Now "now" Integer,
        /// Nanoseconds on the monotonic clock.
        Monotonic "monotonic" Integer,
    }
}

record! {
    /// The progress of a job: counts since its start, and counts of this moment.
    Progress {
        /// Calls that were pushed.
        Pushed "pushed" Integer,
        /// Requests that were sent.
        Requests "requests" Integer,
        /// Outcomes `delivered` so far.
        Delivered "delivered" Integer,
        /// Outcomes `refused` so far.
        Refused "refused" Integer,
        /// Outcomes `unknown` so far.
        Unknown "unknown" Integer,
        /// Outcomes `given_up` so far.
        GivenUp "givenUp" Integer,
        /// Outcomes `not_sent` so far.
        NotSent "notSent" Integer,
        /// Calls that wait for their first attempt at this moment.
        Queued "queued" Integer,
        /// Calls that wait for a retry at this moment.
        Waiting "waiting" Integer,
        /// Requests in flight at this moment.
        InFlight "inFlight" Integer,
        /// Requests per second that may leave at this moment.
        Rate "rate" Decimal,
        /// Why `rate` is below the configured rate, or why nothing leaves: `throttled`, `failing`
        /// or `draining`. Absent at the full rate.
        Slowed "slowed" Text,
        /// Whether the source was read to its end.
        SourceEnded "sourceEnded" Flag,
    }
}
