// Names that only the core spells. The build takes them from there, so that they are here before the core is loaded.
import names from "koodrive:names";

export const [INTERNATIONAL, CHINA] = names;

export const [AUTHORIZATION, X_DATE, X_TRACEID] = names.slice(2, 5);

/** The headers of a reply that the core reads. */
export const READ_FROM_REPLIES = names.slice(5);
