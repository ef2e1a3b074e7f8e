// The options of a client.

/**
 * The credentials of one kind: an app, a token, or a value of the header Authorization.
 *
 * The publisher names an app id for most calls, and describes a token as well: ask your Huawei
 * contact. The three retention-policy calls take a token only.
 *
 * Credentials are redacted in `console.log(client)`, `JSON.stringify`, `structuredClone` and every
 * error.
 */
export type Credentials =
  | {
      /**
       * The app id. Every request is signed with HMAC-SHA256 (app-id authentication). It is visible
       * ASCII without blank and comma.
       */
      readonly appId: string;
      /**
       * The app secret, which is never sent. It has no white space at either end. Keep it on a
       * server: its holder can sign any call.
       */
      readonly appSecret: string;
      readonly sign?: undefined;
      readonly token?: undefined;
      readonly authorization?: undefined;
    }
  | {
      /** The app id, visible ASCII without blank and comma. */
      readonly appId: string;
      /**
       * A function that signs instead of an app secret. The secret stays in a KMS, an HSM or a FIPS
       * module.
       */
      readonly sign: SignFunction;
      readonly appSecret?: undefined;
      readonly token?: undefined;
      readonly authorization?: undefined;
    }
  | {
      /**
       * The token, or a function that returns one. It is sent as `Authorization: Bearer <token>`.
       *
       * A token that begins with `Bearer ` or `AT ` is sent unchanged, and `Bearer+x` becomes
       * `Bearer x`. All of these shapes are published.
       */
      readonly token: string | TokenFunction;
      readonly appId?: undefined;
      readonly appSecret?: undefined;
      readonly sign?: undefined;
      readonly authorization?: undefined;
    }
  | {
      /** The whole value of the header `Authorization`, sent unchanged. */
      readonly authorization: string;
      readonly appId?: undefined;
      readonly appSecret?: undefined;
      readonly sign?: undefined;
      readonly token?: undefined;
    };

/**
 * Returns a token that is valid now, or a promise of one.
 *
 * {@link Client.send} calls it before each attempt, within `timeoutMs`. Cache the token in this
 * function. If it throws or rejects, `send` rejects with a {@link NotSentError} whose `cause` is
 * that value.
 */
export type TokenFunction = () => string | PromiseLike<string>;

/**
 * Returns the lower-case hex of the HMAC-SHA256 of `stringToSign` under the app secret, or a
 * promise of it.
 *
 * {@link Client.send} and `dispatch` call it before each attempt, within `timeoutMs`. If it throws
 * or rejects, the call was not sent.
 */
export type SignFunction = (stringToSign: string) => string | PromiseLike<string>;

/** The options of a {@link Client}. */
export type ClientOptions = Credentials & {
  /**
   * {@link INTERNATIONAL}, {@link CHINA}, or the base URL that your Huawei contact named:
   * `https://host[:port][/prefix]`. The prefix holds unreserved characters and `/` only.
   *
   * With an app id, host and path are signed as given here. A proxy that rewrites either one breaks
   * the signature.
   */
  readonly endpoint: string;
  /**
   * X-User-Id: the KooDrive id of the user that signs, not the subscriber's. It is visible ASCII
   * and mandatory with either kind of credentials (published).
   */
  readonly userId: string;
  /**
   * Milliseconds by which X-Date stays behind the clock: whole seconds from 0 to 600 000. The
   * service refuses a date later than its own.
   * @defaultValue 5000
   */
  readonly clockMarginMs?: number | undefined;
  /**
   * Allows `http://` to hosts other than loopback. The credentials then travel unencrypted.
   * @defaultValue false
   */
  readonly allowPlainHttp?: boolean | undefined;
};
