/**
 * Client for the carrier API of Huawei Cloud KooDrive. Begin with {@link koodrive.KooDrive}.
 *
 * <p>Parameters and results that may be null have the annotation {@code Nullable}.
 */
@NullMarked
package koodrive;

import org.jspecify.annotations.NullMarked;
