// Sees to it that a peer signs as it should before anything is timed. In Node and in the page.
import { BODY, CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT } from "./case.mjs";

/** The peer, after one request of it had its expected signature. */
export async function assertSigned(peer) {
  const { headers, body } = await peer.signed(CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT);
  const authorization = headers.authorization ?? headers.Authorization;
  const same = authorization.endsWith(`Signature=${peer.signature}`) && body === BODY;
  if (!same) throw new Error(`${peer.peer}: ${authorization} of ${body}`);
  return peer;
}
