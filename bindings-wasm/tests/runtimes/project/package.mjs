// The package, by its name: what the scenario uses of it, so that a bundler may leave out the rest. The sandbox is for tests; a
// site that shows it loads it apart.
export {
  ApiError,
  Client,
  INTERNATIONAL,
  dispatch,
  getCurrentRetentionPolicy,
  getSpaceUsageByOverview,
  isKooDriveError,
  notifyPackageExpire,
  rawCall,
} from "koodrive";
export const sandbox = () => import("koodrive/sandbox");
