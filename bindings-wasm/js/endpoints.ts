// The published endpoints.
import * as names from "../generated/names.js";

/**
 * AP-Singapore, `https://intl.myhuaweicloud-koodrive.com` (published). Huawei may name another
 * endpoint to a carrier.
 */
export const INTERNATIONAL: string = names.INTERNATIONAL;

/**
 * CN North-Beijing4, `https://cn.myhuaweicloud-koodrive.com` (published). Huawei may name another
 * endpoint to a carrier.
 */
export const CHINA: string = names.CHINA;
