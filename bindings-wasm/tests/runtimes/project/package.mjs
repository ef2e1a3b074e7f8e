// Re-exports the scenario's imports of the package by its name, so that a bundler may drop the
// rest. The sandbox is for tests, and a site that shows it loads it separately.
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
