//! The records of the interface itself.

use super::Kind::{Bytes, Decimal, Flag, Integer, OfCall, Pairs, Record, Records, Text, Texts};
use super::record;

record! {
    /// What a client is made of: the input of `koodrive_open`.
    Open {
        /// How messages spell the names of options: `snake` (`user_id`, times in seconds; also where the field is absent) or `camel`
        /// (`userId`, times in milliseconds).
        Spelling "spelling" Text,
        /// Base URL of the service, `https://…`.
        Endpoint "endpoint" Text,
        /// Whether `http://` is allowed for hosts other than loopback.
        AllowPlainHttp "allow_plain_http" Flag,
        /// Value of X-User-Id.
        UserId "user_id" Text,
        /// How the client authenticates. Absent: a token comes later, by the operation `CREDENTIALS`; until then no request is
        /// built.
        Credentials "credentials" Record(&Credentials::LAYOUT),
        /// Whole seconds, 0 to 600, by which X-Date stays behind the service's clock. Absent: 5.
        ClockMargin "clock_margin" Integer,
        /// What another client has learned of the service's clock, in milliseconds. Absent: 0.
        ClockOffset "clock_offset" Integer,
    }
}

record! {
    /// How a client authenticates, in exactly one way: `app_id` with `app_secret` or `signs_elsewhere`, or `token`, or
    /// `authorization`.
    Credentials {
        /// App id.
        AppId "app_id" Text,
        /// Secret of the app id.
        AppSecret "app_secret" Text,
        /// Whether the signature is made outside: a request then comes with a string to sign.
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
    /// Nothing.
    Nothing {}
}

record! {
    /// A call: an operation and its fields.
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
    /// A call that is to be sent, and the options of its request.
    Begin {
        /// The publisher's name of the operation, or `rawCall`.
        Operation "operation" Text,
        /// The operation's own record, see "Calls and replies". Absent: no fields.
        Fields "fields" OfCall,
        /// Milliseconds since 1970 on the host's clock.
        Now "now" Integer,
        /// X-Date to send instead of the computed one, in milliseconds since 1970: to reproduce a signature.
        Date "date" Integer,
        /// Trace id to send, 58 characters.
        TraceId "trace_id" Text,
        /// 29 random bytes, of which a trace id is made. Neither these nor `trace_id`: none is sent.
        Random "random" Bytes,
        /// Longest body of a reply, in bytes. Absent: 1 MiB.
        ReplyLimit "reply_limit" Integer,
        /// Whether the response goes to `PARSE`. The exchange then ends when its request is complete.
        Alone "alone" Flag,
    }
}

record! {
    /// A request to send as it is: nothing added, no redirect followed, nothing repeated.
    Request {
        /// Number of the exchange, for `SIGN`, `REPLY` and `FAILED`; of a dispatcher, the ticket of the attempt.
        Exchange "exchange" Integer,
        /// HTTP method.
        Method "method" Text,
        /// Absolute URL.
        Url "url" Text,
        /// Names in lower case, and values. `host` and `content-length` are the HTTP client's own.
        Headers "headers" Pairs,
        /// Body. Absent: the request has none.
        Body "body" Bytes,
        /// The string to sign, where the signature is made outside. The request is then incomplete: hand the signature to `SIGN`,
        /// and send what that returns.
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
    /// A response as it came.
    Reply {
        /// Number of the exchange.
        Exchange "exchange" Integer,
        /// HTTP status; 0 for a redirect of which the host shows nothing else, as browsers do.
        Status "status" Integer,
        /// The first value of each header of `Info`'s `reply_headers`, in their order; a header that did not come is absent.
        Headers "headers" Texts,
        /// The whole body after decompression, or the limit and one byte more.
        Body "body" Bytes,
        /// When it came: milliseconds since 1970 on the host's clock.
        Now "now" Integer,
    }
}

record! {
    /// What becomes of an exchange after its response.
    Replied {
        /// `done`: the service took the call. `again`: it refused the date; send `request`, in the same exchange.
        State "state" Text,
        /// The request that is signed anew, where the state is `again`.
        Request "request" Record(&Request::LAYOUT),
        /// The operation's own record, see "Calls and replies", where the state is `done`.
        Reply "reply" OfCall,
    }
}

record! {
    /// A request that got no complete response.
    Failed {
        /// Number of the exchange.
        Exchange "exchange" Integer,
        /// Whether the request may have left. 0 only where it surely did not: connection refused, DNS, TLS, connect time-out.
        Left "left" Flag,
        /// The HTTP client's own text.
        Cause "cause" Text,
    }
}

record! {
    /// A response of which the request is not known.
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
    /// Fresh credentials.
    Renew {
        /// How the client authenticates from now on. Both share the learned clock.
        Credentials "credentials" Record(&Credentials::LAYOUT),
    }
}

record! {
    /// A clock offset to go on with.
    Clock {
        /// Milliseconds; positive where the service's clock is ahead. Absent: it stays as it is.
        Offset "offset" Integer,
    }
}

record! {
    /// What is known of the service's clock.
    Offset {
        /// Milliseconds; positive where the service's clock is ahead.
        Offset "offset" Integer,
    }
}

record! {
    /// A response from which the service's clock is learned, for a host that parses replies by itself.
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
    /// A call whose signature is to be explained. Nothing is sent.
    Explain {
        /// The publisher's name of the operation, or `rawCall`.
        Operation "operation" Text,
        /// The operation's own record, see "Calls and replies". Absent: no fields.
        Fields "fields" OfCall,
        /// Milliseconds since 1970 on the host's clock.
        Now "now" Integer,
        /// X-Date to explain, in milliseconds since 1970. Absent: that of `message`, or else the one that would be sent now.
        Date "date" Integer,
        /// What the service said, or a canonical request from elsewhere.
        Message "message" Text,
    }
}

record! {
    /// Every stage of a signature.
    Explanation {
        /// Step 1.
        CanonicalRequest "canonicalRequest" Text,
        /// Lower-case hex of its SHA-256.
        CanonicalRequestHash "canonicalRequestHash" Text,
        /// Step 2.
        StringToSign "stringToSign" Text,
        /// Step 3; absent where the signature is made outside.
        Signature "signature" Text,
        /// The headers that are signed, joined by `;`.
        SignedHeaders "signedHeaders" Text,
        /// The first line in which the service's canonical request differs.
        Difference "difference" Record(&Difference::LAYOUT),
        /// What the service's message says about the refusal, as a sentence.
        Finding "finding" Text,
    }
}

record! {
    /// One line of the canonical request, both ways.
    Difference {
        /// What the line holds, such as `CanonicalURI`.
        Part "part" Text,
        /// Its number, from 1.
        Line "line" Integer,
        /// As it is signed here; empty where there is no such line.
        Ours "ours" Text,
        /// As the service signed it; empty where it has no such line.
        Theirs "theirs" Text,
    }
}

record! {
    /// An error: the answer where a function returns a negative number. What is not known is absent.
    Error {
        /// A sentence that says what happened and what to do.
        Message "message" Text,
        /// `invalid_input`, `not_sent`, `outcome_unknown`, `api` or `unreadable_reply`.
        Kind "kind" Text,
        /// Whether KooDrive acted on the call: `not_sent`, `refused` or `unknown`.
        Outcome "outcome" Text,
        /// Whether the call may be repeated without asking the service first.
        Retryable "retryable" Flag,
        /// HTTP status; 0 where the host hides it.
        Status "status" Integer,
        /// The service's code.
        Code "code" Text,
        /// The service's message.
        Msg "msg" Text,
        /// A gateway's id of the request.
        RequestId "requestId" Text,
        /// The reply's trace id, or else the one that was sent.
        TraceId "traceId" Text,
        /// The X-Date that was sent.
        XDate "xDate" Text,
        /// How long the service asks to wait, in seconds.
        RetryAfter "retryAfter" Decimal,
        /// The beginning of the reply's body, at most 16,384 bytes.
        Body "body" Text,
        /// The field that was refused.
        Field "field" Text,
        /// Whether the connection is to be closed instead of reused.
        ClosesConnection "closesConnection" Flag,
    }
}

record! {
    /// What a host needs to know before it opens a client.
    Info {
        /// Version of the library.
        Version "version" Text,
        /// The headers of a response to hand in, in lower case.
        ReplyHeaders "reply_headers" Texts,
        /// Longest body of a reply unless chosen, in bytes.
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
        /// Value unless chosen; absent where the option is then off.
        Default "default" Decimal,
    }
}

record! {
    /// What a dispatcher is made of.
    Dispatch {
        /// Names of options and their values in decimal. With the spelling `camel`, times are in milliseconds and their names end in
        /// `Ms`.
        Options "options" Pairs,
        /// 8 random bytes. Dispatchers with the same seed make the same trace ids.
        Seed "seed" Bytes,
    }
}

record! {
    /// A call for a dispatcher.
    Push {
        /// What the host knows the call by. It comes back with the outcome.
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
        /// Nanoseconds on a clock that never goes back, from an origin of the host's choice that stays the same.
        Monotonic "monotonic" Integer,
    }
}

record! {
    /// What to do next.
    Action {
        /// `send`: send `request`. `outcome`: take `outcome`. `calls`: push up to `calls` calls, or finish. `token`: hand in fresh
        /// credentials, or say that there are none. `halted`: resume, or cancel. `wait`: poll again at `until`, or when something
        /// was handed in. `done`: every call has had its outcome.
        Action "action" Text,
        /// Where the action is `send`. Its `exchange` is the ticket of the attempt.
        Request "request" Record(&Request::LAYOUT),
        /// Which attempt of its call it is, from 1; where the action is `send`.
        Attempt "attempt" Integer,
        /// The key of the call that is sent.
        Key "key" Bytes,
        /// Where the action is `outcome`.
        Outcome "outcome" Record(&Outcome::LAYOUT),
        /// Where the action is `calls`.
        Calls "calls" Integer,
        /// Where the action is `wait`: an instant of the monotonic clock, in nanoseconds. Absent: only when something was handed in.
        Until "until" Integer,
        /// Where the action is `halted`.
        Halt "halt" Record(&Halt::LAYOUT),
        /// The trace id of the attempt, for a journal that is written before it leaves; where the action is `send`.
        TraceId "trace_id" Text,
        /// Its X-Date.
        XDate "x_date" Text,
    }
}

record! {
    /// What became of a call.
    Outcome {
        /// As it was pushed.
        Key "key" Bytes,
        /// `delivered`, `refused`, `unknown`, `given_up` or `not_sent`.
        Verdict "verdict" Text,
        /// How often it was sent.
        Attempts "attempts" Integer,
        /// The trace id of all its attempts.
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
        /// The operation's own record, see "Calls and replies", where the call was delivered.
        Reply "reply" OfCall,
        /// The last attempt's error, where the call was not delivered. Where it was delivered, the error of a reply that has a field which
        /// cannot be read.
        Error "error" Record(&Error::LAYOUT),
    }
}

record! {
    /// Why a dispatcher sends nothing more.
    Halt {
        /// A sentence that says what happened and what to do.
        Message "message" Text,
        /// `same_answer` or `no_token`.
        Reason "reason" Text,
        /// How many calls got the same answer, or how many tries got no token.
        Times "times" Integer,
        /// HTTP status of the answer that the calls share.
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
    /// How an exchange of a dispatcher ended.
    Exchanged {
        /// The error's kind, as in `Error`. Absent: the call was delivered.
        Kind "kind" Text,
        /// The error's outcome, as in `Error`. Absent: the call was delivered.
        Outcome "outcome" Text,
        /// Whether the connection is to be closed instead of reused.
        ClosesConnection "closes_connection" Flag,
    }
}

record! {
    /// Fresh credentials for a dispatcher.
    DispatchRenew {
        /// How it authenticates from now on.
        Credentials "credentials" Record(&Credentials::LAYOUT),
        /// Milliseconds since 1970.
        Now "now" Integer,
        /// Nanoseconds on the monotonic clock.
        Monotonic "monotonic" Integer,
    }
}

record! {
    /// How far a dispatcher is: counts since the start, and of now.
    Progress {
        /// Calls that were pushed.
        Pushed "pushed" Integer,
        /// Requests that were sent.
        Requests "requests" Integer,
        /// Outcomes so far, by verdict.
        Delivered "delivered" Integer,
        /// Refused.
        Refused "refused" Integer,
        /// Unknown.
        Unknown "unknown" Integer,
        /// Given up.
        GivenUp "givenUp" Integer,
        /// Not sent.
        NotSent "notSent" Integer,
        /// Calls that wait for their first attempt, now.
        Queued "queued" Integer,
        /// Calls that wait to be sent again, now.
        Waiting "waiting" Integer,
        /// Calls that are in flight, now.
        InFlight "inFlight" Integer,
        /// Requests per second that may leave, now.
        Rate "rate" Decimal,
        /// Why that is less than the configured rate, or nothing leaves: throttled, failing, draining; none where neither is so.
        Slowed "slowed" Text,
        /// Whether the source was read to its end.
        SourceEnded "sourceEnded" Flag,
    }
}
