// The options of a client.

/**
 * Exactly one way to authenticate. For most calls an app id is the published way, and a token is described as well: ask your Huawei
 * contact. The three retention-policy calls take a token only.
 *
 * None of it is ever shown: not by `console.log(client)`, `JSON.stringify` or `structuredClone`, and in no error.
 */
export type Credentials =
  | {
      /** Signs every request with HMAC-SHA256 (app-id authentication). Visible ASCII without blank and comma. */
      readonly appId: string;
      /** Never sent. Without white space at either end. Keep it on a server: its holder can sign any call. */
      readonly appSecret: string;
      readonly sign?: undefined;
      readonly token?: undefined;
      readonly authorization?: undefined;
    }
  | {
      /** As above. */
      readonly appId: string;
      /** Signs in the place of an app secret, which stays in a KMS, an HSM or a FIPS module. */
      readonly sign: SignFunction;
      readonly appSecret?: undefined;
      readonly token?: undefined;
      readonly authorization?: undefined;
    }
  | {
      /**
       * Sent as `Authorization: Bearer <token>`. A token that begins with `Bearer ` or `AT ` is sent as given; `Bearer+x`
       * becomes `Bearer x` (all of them published shapes). Or a function that gives one.
       */
      readonly token: string | TokenFunction;
      readonly appId?: undefined;
      readonly appSecret?: undefined;
      readonly sign?: undefined;
      readonly authorization?: undefined;
    }
  | {
      /** The whole value of the header `Authorization`, sent untouched. */
      readonly authorization: string;
      readonly appId?: undefined;
      readonly appSecret?: undefined;
      readonly sign?: undefined;
      readonly token?: undefined;
    };

/**
 * Gives a token that is valid now, or a promise of one. {@link Client.send} asks it before each attempt, within `timeoutMs`;
 * caching the token is yours to do. If it throws or rejects, `send` rejects with a {@link NotSentError} that has it as `cause`.
 */
export type TokenFunction = () => string | PromiseLike<string>;

/**
 * Returns the lower-case hex of the HMAC-SHA256 of `stringToSign` under the app secret, or a promise of it. {@link Client.send} and
 * `dispatch` call it before each attempt, within `timeoutMs`. If it throws or rejects, the call was not sent.
 */
export type SignFunction = (stringToSign: string) => string | PromiseLike<string>;

/** The options of a {@link Client}. */
export type ClientOptions = Credentials & {
  /**
   * {@link INTERNATIONAL}, {@link CHINA}, or the base URL that your Huawei contact named: `https://host[:port][/prefix]`, where
   * the prefix holds unreserved characters and `/` only. With an app id, host and path are signed as they stand here, so
   * a proxy that rewrites either breaks the signature.
   */
  readonly endpoint: string;
  /**
   * X-User-Id: the id of the signing user on KooDrive (published as mandatory with either kind of credentials), not the
   * subscriber's. Visible ASCII.
   */
  readonly userId: string;
  /**
   * Milliseconds by which X-Date stays behind the clock, since the service refuses a date later than its own: whole seconds from 0 to
   * 600 000.
   * @defaultValue 5000
   */
  readonly clockMarginMs?: number | undefined;
  /**
   * Allows `http://` to hosts other than loopback. The credentials then travel in clear.
   * @defaultValue false
   */
  readonly allowPlainHttp?: boolean | undefined;
};
