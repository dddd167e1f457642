/** Certificate revocation lists (RFC 5280 5), one for each shard of an authority's certificates. */
@NullMarked
package dev.mayfly.revocation.crl;

import org.jspecify.annotations.NullMarked;
