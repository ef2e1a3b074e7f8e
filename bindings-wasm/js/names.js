// Names that only the core spells. The build takes them from there, so that they are here before the core is loaded.
import names from "koodrive:names";

export const [INTERNATIONAL, CHINA] = names;

/** A call's operation is known to the core by its position. */
export const OPERATIONS = /** @type {const} */ ([names[2], names[3]]);

export const [AUTHORIZATION, X_DATE, X_TRACEID] = names.slice(4, 7);

/** The headers of a reply that the core reads. */
export const READ_FROM_REPLIES = names.slice(7);
