// The published endpoints.
import * as names from "../generated/names.js";

/** AP-Singapore, `https://intl.myhuaweicloud-koodrive.com` (published). A carrier may be given another endpoint. */
export const INTERNATIONAL: string = names.INTERNATIONAL;

/** CN North-Beijing4, `https://cn.myhuaweicloud-koodrive.com` (published). A carrier may be given another endpoint. */
export const CHINA: string = names.CHINA;
