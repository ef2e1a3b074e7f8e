/**
 * Client for the carrier API of Huawei Cloud KooDrive. {@link koodrive.KooDrive} is where to begin.
 *
 * <p>A value that may be null is annotated so, as a parameter and as a result.
 */
@NullMarked
package koodrive;

import org.jspecify.annotations.NullMarked;
