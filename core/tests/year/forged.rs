//! `Date`s that somebody has forged: what one may do to X-Date, computed a second time.

use http::header::{AGE, DATE};
use http::{HeaderMap, HeaderValue};
use koodrive::{Client, Endpoint, NotifyPackageExpire, XDate, header};

use super::world::{DAY, HOUR, MINUTE, Micros, Random, SECOND, http_date, instant};
use super::{START, token};

const MILLISECOND: Micros = 1000;

/// Rounded towards the past, in whole ones.
const fn floor(micros: Micros, unit: Micros) -> Micros {
    micros.div_euclid(unit) * unit
}

fn client(margin: u32) -> Client {
    let client = Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", token());
    client.unwrap().with_clock_margin(margin).unwrap()
}

fn x_date(client: &Client, now: Micros) -> Micros {
    let call = NotifyPackageExpire::new("189642158555241211", "14").unwrap();
    let request = client.request(&call, instant(now)).unwrap();
    let text = request.headers()[header::X_DATE].to_str().unwrap();
    XDate::parse(text).unwrap().to_datetime().timestamp_micros()
}

/// A date that may be anything, near what is allowed more often than not.
fn date(random: &mut Random, received: Micros) -> Micros {
    let near = random.between(-3 * SECOND, 3 * SECOND);
    match random.between(1, 6) {
        1 => received + near,
        2 => received + DAY + near,
        3 => received - DAY + near,
        4 => received + random.between(-DAY, DAY),
        5 => random.between(0, 8000 * 365 * DAY),
        _ => received + random.between(-40 * DAY, 40 * DAY),
    }
}

const NO_DATES: [&str; 8] = [
    "",
    "0",
    "yesterday",
    "Mon, 32 Nov 2025 07:01:40 GMT",
    "Mon, 03 Nov 2025 07:01:40 UTC",
    "2025-11-03T07:01:40Z",
    "Mon, 03 Nov 2025 07:01:60 GMT",
    "Mon, 03 Nov 99999 07:01:40 GMT",
];

/// 20,000 replies to one client: what each leaves behind is computed again, and nothing adds up.
#[test]
fn no_forged_date_moves_x_date_by_more_than_a_day_or_by_anything_but_what_it_says() {
    let seed = 21;
    println!("seed {seed}");
    let mut random = Random(seed);
    let (mut learned, mut ignored) = (0, 0);
    for margin in [0, 5, 600] {
        let client = client(margin);
        let mut offset: Micros = 0;
        for _ in 0..7_000 {
            let sent = START + random.between(0, 365 * DAY);
            let took = match random.between(1, 8) {
                1 => random.between(-HOUR, -1),
                2 => random.between(MINUTE - SECOND, MINUTE),
                3 => MINUTE + MILLISECOND + random.between(0, SECOND),
                4 => 0,
                _ => random.between(0, 2 * SECOND),
            };
            let received = sent + took;
            let mut headers = HeaderMap::new();
            let dated = date(&mut random, received);
            let readable = !random.one_in(6);
            if readable {
                headers.insert(DATE, http_date(dated));
            } else {
                headers.insert(DATE, HeaderValue::from_static(random.pick(&NO_DATES)));
            }
            let aged = random.one_in(6);
            if aged {
                headers.insert(
                    AGE,
                    HeaderValue::from_static(random.pick(&["0", "17", "", "x"])),
                );
            }
            // Only the first counts, so a second one cannot be smuggled in behind it.
            headers.append(DATE, http_date(received + HOUR));
            client.observe_clock(&headers, instant(sent), instant(received));

            let says = floor(floor(dated, SECOND) - received, MILLISECOND);
            if readable && !aged && (0..=MINUTE).contains(&took) && says.abs() <= DAY {
                offset = says;
                learned += 1;
            } else {
                ignored += 1;
            }
            assert_eq!(client.clock_offset().num_microseconds(), Some(offset));

            let now = received + random.between(0, DAY);
            let behind = i64::from(margin) * SECOND;
            let x_date = x_date(&client, now);
            assert_eq!(
                x_date,
                floor(floor(now, MILLISECOND) + offset - behind, SECOND)
            );
            let moved = x_date - (now - behind);
            assert!((-DAY - SECOND..=DAY).contains(&moved), "by {moved} µs");
        }
    }
    println!("{learned} were learned from, {ignored} were not");
    assert!(learned > 4_000 && ignored > 4_000);
}

#[test]
fn the_limits_themselves_are_inside_and_what_is_beyond_changes_nothing() {
    let received = START + 12 * HOUR;
    let offset = |date: Micros, took: Micros| {
        let client = client(5);
        let headers = HeaderMap::from_iter([(DATE, http_date(date))]);
        client.observe_clock(&headers, instant(received - took), instant(received));
        client.clock_offset().num_microseconds().unwrap()
    };
    assert_eq!(offset(received + DAY, 0), DAY);
    assert_eq!(offset(received + DAY + SECOND, 0), 0);
    assert_eq!(offset(received - DAY, 0), -DAY);
    assert_eq!(offset(received - DAY - SECOND, 0), 0);
    assert_eq!(offset(received + HOUR, MINUTE), HOUR);
    assert_eq!(offset(received + HOUR, MINUTE + MILLISECOND), 0);
    assert_eq!(offset(received + HOUR, -1), 0);
}
